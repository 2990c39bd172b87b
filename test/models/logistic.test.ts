import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decode } from '../../core/codec.ts'
import { describeParams, fitLogistic, joinTables, logisticParams, type Model, metricsOfScores, parseModel, scoreRows, taskByName } from '../../models/index.ts'
import { logistic, logisticState } from '../../models/logistic.ts'
import { type Federation, feature, HEART_ABSENT, heartFederation, heartIsHere, syntheticFederation, tableOf } from '../support/learning-data.ts'
import { type Run, runTask } from '../support/task-runner.ts'

/** Of one person at one hospital: these tests are about the mathematics, cells.test.ts is about the least cell. */
const CELLS = { cellPersons: 1, cellHospitals: 1 }
async function train(federation: Federation, sum: 'lanes' | 'clear', given: Parameters<typeof logisticParams>[0] = {}): Promise<Run> {
  const described = await runTask(federation, 'describe', describeParams(CELLS), {}, { sum })
  return runTask(federation, 'logistic', logisticParams({ ...CELLS, ...given }), { describe: { task: 'describe', state: described.state } }, { sum })
}
const betaOf = (model: Model): Float64Array => (model.kind === 'logistic' ? model.beta : new Float64Array())
const relativeError = (a: Float64Array, b: Float64Array): number =>
  Math.sqrt(a.reduce((s, v, i) => s + (v - (b[i] ?? Number.NaN)) ** 2, 0) / b.reduce((s, v) => s + v * v, 0))
const pooledOf = (federation: Federation): Promise<Model> => fitLogistic(joinTables(federation.sites.map((s) => s.train)))

describe('logistic', () => {
  it('finds the coefficients that an independent program finds to 60 digits, from three sites', async () => {
    const known = JSON.parse(readFileSync(new URL('known-answers/logistic.json', import.meta.url), 'utf8')) as {
      ridge: number
      rows: (number | null)[][]
      labels: number[]
      mean: number[]
      std: number[]
      beta: number[]
    }
    const features = [feature('wt', 0, 10), feature('hp', 0, 1000), feature('qsec', 0, 60)]
    const rows = known.rows.map((r) => r.map((v) => v ?? Number.NaN))
    const site = (from: number, to: number) => ({
      train: tableOf('cars/1', features, rows.slice(from, to), known.labels.slice(from, to)),
      heldOut: tableOf('cars/1', features, [], []),
    })
    const federation: Federation = { featureSet: 'cars/1', features, rowCap: 50, sites: [site(0, 5), site(5, 20), site(20, 32)] }
    const { state } = await train(federation, 'clear', { ridge: known.ridge, tolerance: 1e-9, maxSteps: 30 })
    const model = parseModel('logistic', state)
    if (model.kind !== 'logistic') throw new Error('another model')
    known.beta.forEach((b, j) => expect(model.beta[j]).toBeCloseTo(b, 9))
    known.mean.forEach((m, j) => expect(model.normalisation.mean[j]).toBeCloseTo(m, 9))
    known.std.forEach((s, j) => expect(model.normalisation.std[j]).toBeCloseTo(s, 9))
  })

  it('equals the pooled fit to 1e-6 when the sum is clear, and to 1e-3 through lanes', async () => {
    const federation = syntheticFederation({ sites: 5, rows: 300, features: 12, seed: 'newton', missing: 0.05 })
    const pooled = betaOf(await pooledOf(federation))
    expect(relativeError(betaOf(parseModel('logistic', (await train(federation, 'clear')).state)), pooled)).toBeLessThan(1e-6)
    expect(relativeError(betaOf(parseModel('logistic', (await train(federation, 'lanes')).state)), pooled)).toBeLessThan(1e-3)
  })

  it.skipIf(!heartIsHere)(`equals the pooled fit on the four real heart hospitals${heartIsHere ? '' : ` (${HEART_ABSENT})`}`, async () => {
    const federation = heartFederation()
    const pooled = await pooledOf(federation)
    const federated = parseModel('logistic', (await train(federation, 'lanes')).state)
    expect(relativeError(betaOf(federated), betaOf(pooled))).toBeLessThan(1e-3)
    const heldOut = joinTables(federation.sites.map((s) => s.heldOut))
    const auc = (model: Model): number => metricsOfScores({ logit: scoreRows(model, heldOut).logit, label: heldOut.y, amountFen: heldOut.amountFen }).auc
    expect(Math.abs(auc(federated) - auc(pooled))).toBeLessThan(0.002)
    expect(auc(federated)).toBeGreaterThan(0.8)
    const locals = await Promise.all(federation.sites.map(async (s) => auc(await fitLogistic(s.train))))
    expect(auc(federated)).toBeGreaterThan(locals.reduce((a, b) => a + b, 0) / locals.length + 0.02)
  })

  it('stops by its tolerance in at most 10 steps', async () => {
    const { state, steps } = await train(syntheticFederation({ sites: 3, rows: 200, features: 6, seed: 'stop' }), 'lanes')
    expect(steps).toBeLessThanOrEqual(10)
    expect(decode(logisticState, state).gradientNorm).toBeLessThanOrEqual(1e-5)
  })

  it('never lets the objective rise where labels are separable and the ridge is tiny', async () => {
    const features = [feature('a', -100, 100)]
    const rows = Array.from({ length: 40 }, (_, i) => [i < 20 ? -1 - i / 100 : i === 39 ? 100 : 1 + i / 100])
    const table = tableOf(
      'apart/1',
      features,
      rows,
      rows.map(([v]) => ((v as number) > 0 ? 1 : 0)),
    )
    const federation: Federation = { featureSet: 'apart/1', features, rowCap: 40, sites: [{ train: table, heldOut: table }] }
    const { state, states } = await train(federation, 'clear', { ridge: 1e-6, maxSteps: 40 })
    const objectives = states.map((s) => decode(logisticState, s).accepted?.objective ?? Number.POSITIVE_INFINITY)
    objectives.slice(1).forEach((f, i) => expect(f).toBeLessThanOrEqual((objectives[i] as number) + 1e-9))
    expect([...decode(logisticState, state).beta].every(Number.isFinite)).toBe(true)
  })

  it('goes back half a step when the release shows that the objective rose', () => {
    const norm = { featureSet: 's', names: ['a'], low: Float64Array.of(0), high: Float64Array.of(1), mean: Float64Array.of(0), std: Float64Array.of(1) }
    const params = { describe: 'describe', ridge: 0, maxSteps: 9, tolerance: 1e-9, cellPersons: 1, cellHospitals: 1 }
    const first = logistic.advance(
      { params, counted: true, normalisation: norm, beta: Float64Array.of(0, 0), accepted: null, step: 0, gradientNorm: null },
      Float64Array.of(1, 0.5, 1, 4, 1, 0, 4),
    )
    expect([...first.beta]).toEqual([-1, -1])
    const halved = logistic.advance(first, Float64Array.of(1, 0.6, 5, 5, 1, 0, 1))
    expect([...halved.beta]).toEqual([-0.5, -0.5])
    const taken = logistic.advance(halved, Float64Array.of(1, 0.4, 1, 1, 1, 0, 1))
    expect([...taken.beta]).toEqual([-1.5, -1.5])
  })

  it('advances to the same bytes from the same release, and says who may see it', async () => {
    const federation = syntheticFederation({ sites: 3, rows: 60, features: 4, seed: 'bytes' })
    const [a, b] = [await train(federation, 'lanes'), await train(federation, 'lanes')]
    expect(Buffer.compare(a.state, b.state)).toBe(0)
    expect(taskByName('logistic')).toMatchObject({ audience: 'members', disclosure: 'statistic' })
  })

  it('lays out one lane of 50 bits for ten hospitals and refuses a cohort that leaves fewer than 40', async () => {
    const { states } = await train(syntheticFederation({ sites: 1, rows: 40, features: 3, seed: 'layout' }), 'clear', { maxSteps: 1 })
    const layout = (n: number) => taskByName('logistic').layout(states[0] as Uint8Array, n)
    expect(layout(10)).toMatchObject({ lanesPerCoefficient: 1, valueBits: 50 })
    expect(() => layout(200_000)).toThrow(expect.objectContaining({ code: 'BAD_LAYOUT' }))
  })

  it('fits nothing, and ends, where no hospital holds a row', async () => {
    const features = [feature('a', 0, 1)]
    const empty = tableOf('none/1', features, [], [])
    const federation: Federation = { featureSet: 'none/1', features, rowCap: 10, sites: [{ train: empty, heldOut: empty }] }
    expect([...betaOf(parseModel('logistic', (await train(federation, 'lanes')).state))]).toEqual([0, 0])
  })

  it('refuses a plan whose describe stage is another task or absent', () => {
    const context = { featureSet: 's', features: [], seed: new Uint8Array(32), rowCap: 10 }
    const start = (upstream: Record<string, { task: string; state: Uint8Array }>) => () =>
      taskByName('logistic').init(logisticParams(), { ...context, upstream })
    expect(start({})).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
    expect(start({ describe: { task: 'logistic', state: new Uint8Array() } })).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
    expect(() => logisticParams({ ridge: -1 })).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
  })
})
