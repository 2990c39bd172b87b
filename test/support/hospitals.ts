// Five small virtual hospitals with synthetic rows of known truth, and the pipeline that the demo runs, for tests of the daemons.

import type { SiteData } from '../../client/data.ts'
import { type Policy, policyOf } from '../../client/policy.ts'
import type { FoundingOptions, JobOptions } from '../../coordinator/index.ts'
import { hash } from '../../core/codec.ts'
import { parseHospitalId } from '../../core/ids.ts'
import type { FeatureColumn, SplitTable } from '../../core/table.ts'
import { describeParams, evaluateParams, type FedavgParams, fedavgParams, logisticParams } from '../../models/index.ts'
import type { VirtualHospital } from '../../simulations/federation.ts'
import { syntheticFederation } from './learning-data.ts'

export const FEATURE_SET = 'synthetic/1'
export const BOUNDARY = '2026-01'
export const IDS = ['renmin', 'zhongyi', 'kangfu', 'xiehe', 'shequ'].map(parseHospitalId).sort()

/** The least cell in federations of a few rows. */
export const CELLS = { cellPersons: 1, cellHospitals: 1 }
export const POLICY: Policy = policyOf({
  roster: 'automatic',
  minCohort: 4,
  corrupt: 2,
  featureSets: [FEATURE_SET],
  tasks: {
    describe: { privacy: ['exact'], consent: 'automatic' },
    logistic: { privacy: ['exact'], consent: 'automatic' },
    evaluate: { privacy: ['exact'], consent: 'automatic' },
    fedavg: { privacy: ['none'], consent: 'automatic' },
  },
  exact: CELLS,
})

export const FOUNDING: FoundingOptions = { federation: 'test', hospitals: IDS.map((id) => ({ id, name: id })), custodians: IDS, corrupt: 2 }

export interface TestData {
  readonly features: readonly FeatureColumn[]
  readonly sites: readonly SplitTable[]
}
/** Rows of five uneven sites; `linear` truth unless said otherwise. */
export function testData(rows = 120, features = 4): TestData {
  const made = syntheticFederation({ sites: IDS.length, rows, features, seed: 'hospitals' })
  return { features: made.features, sites: made.sites }
}

export const siteData = (features: readonly FeatureColumn[], table: SplitTable, salt: string): SiteData => ({
  snapshot: async (boundary) => hash('test/snapshot', Buffer.from(`${salt} ${boundary}`)),
  columns: () => features,
  table: async () => table,
})

export const virtualHospitals = ({ features, sites }: TestData, policy: Policy = POLICY): VirtualHospital[] =>
  IDS.map((id, i) => ({ id, name: id, data: siteData(features, sites[i] as SplitTable, id), policy }))

/** describe -> logistic -> evaluate, and the MLP behind it where steps are given. */
export function testJob(features: readonly FeatureColumn[], mlp: Partial<FedavgParams> | null = null): JobOptions {
  const inputs = { featureSet: FEATURE_SET, boundary: BOUNDARY, splitSeed: 'split', heldOutPercent: 30, rowCap: 1000 }
  const exact = { privacy: 'exact' as const, inputs, publish: 0 }
  const stages = [
    { ...exact, name: 'describe', task: 'describe', params: describeParams(CELLS), upstream: [] },
    { ...exact, name: 'logistic', task: 'logistic', params: logisticParams(CELLS), upstream: ['describe'], publish: 1 },
    {
      ...exact,
      name: 'evaluate-logistic',
      task: 'evaluate',
      params: evaluateParams({ ...CELLS, model: 'logistic', amountCapYuan: 10_000 }),
      upstream: ['logistic'],
    },
  ]
  const network = mlp
    ? [
        { ...exact, name: 'mlp', task: 'fedavg', params: fedavgParams(mlp), upstream: ['describe'], privacy: 'none' as const, publish: 1 },
        { ...exact, name: 'evaluate-mlp', task: 'evaluate', params: evaluateParams({ ...CELLS, model: 'mlp', amountCapYuan: 10_000 }), upstream: ['mlp'] },
      ]
    : []
  const columns = features.map(({ range, ...rest }) => ({ ...rest, low: range[0], high: range[1] }))
  return { stages: [...stages, ...network], featureSets: [{ name: FEATURE_SET, columns }], minCohort: 4, stepMs: 20_000 }
}
