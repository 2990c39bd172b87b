import { expect, test } from 'vitest'
import { clientEvent } from '../../client/events.ts'
import { decode } from '../../core/codec.ts'
import type { parseDigest } from '../../core/ids.ts'
import { fitLogistic, joinTables, metricsOfScores, parseEvaluation, parseModel, scoreRows } from '../../models/index.ts'
import { type Federation, startFederation } from '../../simulations/federation.ts'
import { FOUNDING, IDS, testData, testJob, virtualHospitals } from '../support/hospitals.ts'

async function runJob(federation: Federation, job: Parameters<Federation['coordinator']['startJob']>[0]): Promise<ReturnType<typeof parseDigest>> {
  await federation.until(() => federation.coordinator.state.epoch.kind === 'agreed', 'roster and key epoch are agreed')
  const hash = await federation.coordinator.startJob(job)
  const scored = (): boolean => federation.coordinator.state.jobs.get(hash)?.scored.get('logistic')?.size === IDS.length
  await federation.until(() => federation.coordinator.state.jobs.get(hash)?.outcome === 'finished' && scored(), 'the job ends')
  return hash
}

for (const cipher of ['clear', 'bgv'] as const) {
  test(`five hospitals fit, through the secure sum, the logistic model that the pooled rows give (${cipher})`, { timeout: 120_000 }, async () => {
    const data = testData()
    await using federation = await startFederation({ founding: FOUNDING, hospitals: virtualHospitals(data), cipher })
    const job = await runJob(federation, testJob(data.features))

    const model = parseModel('logistic', await federation.coordinator.finalState(job, 'logistic'))
    const pooled = await fitLogistic(joinTables(data.sites.map((s) => s.train)))
    if (model.kind !== 'logistic' || pooled.kind !== 'logistic') throw new Error('not logistic')
    const largest = Math.max(...pooled.beta.map(Math.abs))
    for (const [i, beta] of pooled.beta.entries())
      expect(Math.abs((model.beta[i] as number) - beta) / Math.max(Math.abs(beta), 0.01 * largest)).toBeLessThan(1e-3)

    const heldOut = joinTables(data.sites.map((s) => s.heldOut))
    const exact = metricsOfScores({ logit: scoreRows(pooled, heldOut).logit, label: heldOut.y, amountFen: heldOut.amountFen })
    const { metrics } = parseEvaluation(await federation.coordinator.finalState(job, 'evaluate-logistic'))
    expect(metrics.rows).toBe(heldOut.rows)
    expect(Math.abs(metrics.auc - exact.auc)).toBeLessThan(0.002)
  })
}

test('the score files that hospitals wrote are the global model on their own held-out rows; what left each site is all in its log', {
  timeout: 120_000,
}, async () => {
  const data = testData()
  await using federation = await startFederation({ founding: FOUNDING, hospitals: virtualHospitals(data), cipher: 'clear' })
  const job = await runJob(federation, testJob(data.features))
  const model = parseModel('logistic', await federation.coordinator.finalState(job, 'logistic'))
  for (const [i, id] of IDS.entries()) {
    const table = data.sites[i]?.heldOut
    if (!table) throw new Error('no table')
    const { logit } = scoreRows(model, table)
    const lines = Buffer.from(federation.disk(id).blobs.get('scores-logistic.csv') ?? [])
      .toString()
      .trim()
      .split('\n')
      .slice(1)
    expect(lines.map((line) => line.split(',').slice(0, 2))).toEqual(table.ids.map((row, r) => [row, String(logit[r])]))

    const left = federation
      .disk(id)
      .journal.map(({ body }) => decode(clientEvent, body))
      .filter((e) => e.kind === 'left')
    const steps = federation.coordinator.state.jobs.get(job)?.step ?? 0
    const count = (what: string): number => left.filter((e) => e.what === what).length
    expect({
      contributions: count('contribution'),
      reports: count('check report'),
      statements: count('statement signature'),
      answers: count('answer'),
    }).toMatchObject({ contributions: steps, reports: steps })
    expect(count('statement signature')).toBeLessThanOrEqual(steps)
    expect(count('plan refusal') + count('request refusal')).toBe(0)
  }
})
