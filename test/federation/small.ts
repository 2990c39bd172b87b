// Four small hospitals, (m,f,t,g) = (4,1,2,3), whose rows are dyadic numbers: `describe` and `evaluate` open to the same bytes whatever
// the coins of rounding, so runs with and without kills can be compared exactly.

import { type Policy, policyOf } from '../../client/policy.ts'
import type { FoundingOptions, JobOptions } from '../../coordinator/index.ts'
import { type HospitalId, parseHospitalId } from '../../core/ids.ts'
import { createSeededRandom } from '../../core/random.ts'
import type { FeatureColumn, SplitTable } from '../../core/table.ts'
import { describeParams, evaluateParams, type FedavgParams, fedavgParams, logisticParams } from '../../models/index.ts'
import type { VirtualHospital } from '../../simulations/federation.ts'
import { BOUNDARY, CELLS, FEATURE_SET, siteData } from '../support/hospitals.ts'
import { feature, tableOf } from '../support/learning-data.ts'

export const SMALL_IDS: readonly HospitalId[] = ['alpha', 'beta', 'gamma', 'theta'].map(parseHospitalId)
export const SMALL_FOUNDING: FoundingOptions = { federation: 'small', hospitals: SMALL_IDS.map((id) => ({ id, name: id })), custodians: SMALL_IDS, corrupt: 1 }
export const SMALL_POLICY: Policy = policyOf({
  roster: 'automatic',
  minCohort: 3,
  corrupt: 1,
  featureSets: [FEATURE_SET],
  tasks: {
    describe: { privacy: ['exact'], consent: 'automatic' },
    logistic: { privacy: ['exact'], consent: 'automatic' },
    evaluate: { privacy: ['exact'], consent: 'automatic' },
    fedavg: { privacy: ['none'], consent: 'automatic' },
  },
  exact: CELLS,
})
export const FEATURES = [feature('f0', -8, 8), feature('f1', -8, 8)]
/** A power of two, so that weights rows / ROW_CAP are dyadic too. */
export const ROW_CAP = 1024

/** Rows whose values are multiples of 1/16 and whose label follows the first feature, not always. */
function rowsOf(id: HospitalId, count: number): SplitTable {
  const draws = createSeededRandom(`small ${id}`).fill(new Uint8Array(4 * count))
  const rows = Array.from({ length: count }, (_, i) => [((draws[4 * i] as number) - 128) / 32, ((draws[4 * i + 1] as number) - 128) / 32])
  const labels = rows.map(([a = 0], i) => (a * 32 + ((draws[4 * i + 2] as number) - 128) / 2 > 0 ? 1 : 0))
  const amounts = rows.map((_, i) => 100 * (1 + (draws[4 * i + 3] as number)))
  const part = (keep: (i: number) => boolean) =>
    tableOf(
      FEATURE_SET,
      FEATURES,
      rows.filter((_, i) => keep(i)),
      labels.filter((_, i) => keep(i)),
      amounts.filter((_, i) => keep(i)),
    )
  return { train: part((i) => i % 4 !== 0), heldOut: part((i) => i % 4 === 0) }
}

export const smallHospital = (
  id: HospitalId,
  table: SplitTable = rowsOf(id, 24),
  policy: Policy = SMALL_POLICY,
  features: readonly FeatureColumn[] = FEATURES,
): VirtualHospital => ({
  id,
  name: id,
  data: siteData(features, table, id),
  policy,
})
export const smallHospitals = (): VirtualHospital[] => SMALL_IDS.map((id) => smallHospital(id))

type Stages = JobOptions['stages']
const inputs = { featureSet: FEATURE_SET, boundary: BOUNDARY, splitSeed: 'split', heldOutPercent: 30, rowCap: ROW_CAP }
const exact = { privacy: 'exact' as const, inputs, publish: 0 }
export const STAGES = {
  describe: [{ ...exact, name: 'describe', task: 'describe', params: describeParams(CELLS), upstream: [] }],
  /** The same stage with another parameter: another question. */
  describeFloor: [{ ...exact, name: 'describe', task: 'describe', params: describeParams({ ...CELLS, stdFloor: 1e-5 }), upstream: [] }],
  logistic: (maxSteps: number): Stages => [
    { ...exact, name: 'logistic', task: 'logistic', params: logisticParams({ ...CELLS, maxSteps }), upstream: ['describe'], publish: 1 },
  ],
  evaluate: (model: string): Stages => [
    { ...exact, name: `evaluate-${model}`, task: 'evaluate', params: evaluateParams({ ...CELLS, model, amountCapYuan: 1000 }), upstream: [model] },
  ],
  fedavg: (params: Partial<FedavgParams>): Stages => [
    {
      ...exact,
      name: 'mlp',
      task: 'fedavg',
      params: fedavgParams({ hidden: '16', localPasses: 1, batchRows: 64, ...params }),
      upstream: ['describe'],
      privacy: 'none',
      publish: 1,
    },
  ],
} as const

export const jobOf = (features: readonly FeatureColumn[], ...stages: readonly Stages[]): JobOptions => ({
  stages: stages.flat(),
  featureSets: [{ name: FEATURE_SET, columns: features.map(({ range, ...rest }) => ({ ...rest, low: range[0], high: range[1] })) }],
  minCohort: 3,
  stepMs: 20_000,
})
/** Five steps: common randomness, describe, two Newton steps, evaluate. */
export const shortJob = (): JobOptions => jobOf(FEATURES, STAGES.describe, STAGES.logistic(2), STAGES.evaluate('logistic'))
