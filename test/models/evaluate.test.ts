import { describe, expect, it } from 'vitest'
import { dequantise, laneCount, quantise } from '../../core/lanes.ts'
import { createSeededRandom } from '../../core/random.ts'
import {
  describeParams,
  evaluateParams,
  joinTables,
  logisticParams,
  metricsOfScores,
  parseEvaluation,
  parseModel,
  scoreRows,
  taskByName,
  type Upstream,
} from '../../models/index.ts'
import { type Federation, HEART_ABSENT, heartFederation, heartIsHere, syntheticFederation } from '../support/learning-data.ts'
import { runTask } from '../support/task-runner.ts'

const CELLS = { cellPersons: 1, cellHospitals: 1 }
async function evaluated(federation: Federation, cells = CELLS) {
  const described = await runTask(federation, 'describe', describeParams(CELLS), {}, { sum: 'lanes' })
  const fit = await runTask(federation, 'logistic', logisticParams(CELLS), { describe: { task: 'describe', state: described.state } }, { sum: 'lanes' })
  const upstream: Upstream = { fraud: { task: 'logistic', state: fit.state } }
  const { state, steps, states } = await runTask(federation, 'evaluate', evaluateParams({ model: 'fraud', ...cells }), upstream, { sum: 'lanes' })
  const heldOut = joinTables(federation.sites.map((s) => s.heldOut))
  const { logit } = scoreRows(parseModel('logistic', fit.state), heldOut)
  return { state, steps, states, upstream, exact: metricsOfScores({ logit, label: heldOut.y, amountFen: heldOut.amountFen }) }
}

describe('evaluate', () => {
  it('releases in two steps the figures of all held-out rows together, and no training row', async () => {
    const { state, steps, exact } = await evaluated(syntheticFederation({ sites: 4, rows: 800, features: 5, seed: 'roc' }))
    const { metrics, curve } = parseEvaluation(state)
    expect(steps).toBe(2)
    expect(metrics).toMatchObject({ rows: exact.rows, positives: exact.positives })
    expect(Math.abs(metrics.auc - exact.auc)).toBeLessThan(0.001)
    expect(Math.abs(metrics.averagePrecision - exact.averagePrecision)).toBeLessThan(0.002)
    expect(Math.abs(metrics.yuanRecallAt5 - exact.yuanRecallAt5)).toBeLessThan(0.01)
    expect(Math.abs(metrics.ece - exact.ece)).toBeLessThan(0.002)
    expect(curve.at(-1)?.recall).toBe(1)
  })

  it.skipIf(!heartIsHere)(`agrees with the exact figures on the four real heart hospitals${heartIsHere ? '' : ` (${HEART_ABSENT})`}`, async () => {
    const { state, exact } = await evaluated(heartFederation())
    expect(Math.abs(parseEvaluation(state).metrics.auc - exact.auc)).toBeLessThan(0.001)
  })

  it('gives lanes wide enough for every row of a hospital in one bin at the highest amount', async () => {
    const { states, upstream } = await evaluated(syntheticFederation({ sites: 2, rows: 60, features: 3, seed: 'wide' }))
    const task = taskByName('evaluate')
    // Beside the rows of its cells: yuan, then bins and their squares summed, then ranks.
    for (const [state, ranks] of [
      [states[0], 0],
      [states[1], 1],
    ] as const) {
      const layout = task.layout(state as Uint8Array, 2)
      const cells = (laneCount(layout) - ranks) / 4
      const full = [120, 120 * 1_000_000, 120 * 4095, 120 * 4095 ** 2].flatMap((most) => Array.from({ length: cells }, () => most))
      const vector = Float64Array.of(...full, ...(ranks ? [120 * 2 ** 20] : []))
      expect(dequantise(layout, BigInt64Array.from(quantise(layout, vector, createSeededRandom('w')), BigInt))).toEqual(vector)
    }
    const init = (amountCapYuan: number, rowCap: number) =>
      task.init(evaluateParams({ model: 'fraud', amountCapYuan }), { featureSet: 's', features: [], upstream, seed: new Uint8Array(32), rowCap })
    // The lanes of the sums are refused before anything is counted.
    expect(() => task.layout(init(4_000_000_000, 4_000_000_000), 5)).toThrow(expect.objectContaining({ code: 'BAD_LAYOUT' }))
  })

  it('refuses a stage that is absent or makes no model, and figures that are not there yet', async () => {
    const { states, upstream } = await evaluated(syntheticFederation({ sites: 1, rows: 40, features: 3, seed: 'refuse' }))
    const init = (model: string, up: Upstream) => () =>
      taskByName('evaluate').init(evaluateParams({ model }), { featureSet: 's', features: [], upstream: up, seed: new Uint8Array(32), rowCap: 10 })
    expect(init('other', upstream)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
    expect(init('d', { d: { task: 'describe', state: new Uint8Array() } })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
    expect(() => parseEvaluation(states[0] as Uint8Array)).toThrow(expect.objectContaining({ code: 'OTHER_STATE' }))
  })
})
