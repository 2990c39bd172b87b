import { expect, test } from 'vitest'
import { createLog } from '../../core/log.ts'
import { parseEvaluation } from '../../models/index.ts'
import { startFederation } from '../../simulations/federation.ts'
import { FOUNDING, testData, testJob, virtualHospitals } from '../support/hospitals.ts'

for (const cipher of ['clear', 'bgv'] as const) {
  test(`five hospitals train and judge a logistic model over the memory transport, cipher ${cipher}`, async () => {
    const data = testData()
    await using federation = await startFederation({ founding: FOUNDING, hospitals: virtualHospitals(data), cipher, ...(process.env.LOG ? { log: createLog({ name: 'test', level: 'debug' }) } : {}) })
    await federation.until(() => federation.coordinator.state.epoch.kind === 'agreed', 'roster and key epoch are agreed')
    const job = await federation.coordinator.startJob(testJob(data.features))
    await federation.until(() => federation.coordinator.state.jobs.get(job)?.outcome !== 'running', 'the job ends')
    expect(federation.coordinator.state.jobs.get(job)?.outcome).toBe('finished')
    const { metrics } = parseEvaluation(await federation.coordinator.finalState(job, 'evaluate-logistic'))
    expect(metrics.auc).toBeGreaterThan(0.6)
    console.log(metrics, federation.coordinator.state.jobs.get(job)?.step, federation.coordinator.state.steps.size)
  }, 60_000)
}
