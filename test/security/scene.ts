// Where an attack takes place: four small hospitals, all custodians, (m,f,t,g) = (4,1,2,3), and one short job. Attacks change what they need.
import { type Policy, policyOf } from '../../client/policy.ts'
import type { FoundingOptions, JobOptions } from '../../coordinator/index.ts'
import { hash } from '../../core/codec.ts'
import { type HospitalId, parseHospitalId } from '../../core/ids.ts'
import { type LaneLayout, laneCount } from '../../core/lanes.ts'
import { createSeededRandom } from '../../core/random.ts'
import type { SplitTable } from '../../core/table.ts'
import { FEATURES, jobOf, SMALL_POLICY, STAGES } from '../federation/small.ts'
import { BOUNDARY, FEATURE_SET } from '../support/hospitals.ts'
import { tableOf } from '../support/learning-data.ts'

export interface Scene {
  readonly founding: FoundingOptions
  readonly jobs: readonly JobOptions[]
  readonly policy: (id: HospitalId) => Policy
  /** When sealing keys rotate; never unless said. */
  readonly keyEpoch?: { readonly days: number; readonly steps: number }
  /** What a hospital's rows and files hash to for a boundary. */
  readonly snapshot: (id: HospitalId, boundary: string) => string
}

export const IDS: readonly HospitalId[] = ['alpha', 'beta', 'gamma', 'theta'].map(parseHospitalId)
/** Whose vector the attacker is after; who helps it where it has help; the others. */
export const [VICTIM, HELPER, OTHER, FOURTH] = IDS as unknown as readonly [HospitalId, HospitalId, HospitalId, HospitalId]
export const without = (...gone: readonly HospitalId[]): readonly HospitalId[] => IDS.filter((id) => !gone.includes(id))
export const FOUNDING: FoundingOptions = { federation: 'attacked', hospitals: IDS.map((id) => ({ id, name: id })), custodians: IDS, corrupt: 1 }

/** Long enough that a busy machine rarely meets it. */
const STEP_MS = 12_000
/** For attacks that end in a pause by name, which takes so long. */
const PAUSE_MS = 5_000
const timed = (job: JobOptions): JobOptions => ({ ...job, stepMs: STEP_MS })
export const hasty = (job: JobOptions): JobOptions => ({ ...job, stepMs: PAUSE_MS })
/** The same job where its stages read other inputs, or have other parameters: another query over the same records. */
export const varied = (job: JobOptions, change: Partial<JobOptions['stages'][number]['inputs']>, params?: Uint8Array): JobOptions => ({
  ...job,
  stages: job.stages.map((stage) => ({ ...stage, inputs: { ...stage.inputs, ...change }, params: params ?? stage.params })),
})
/** Steps: common randomness, describe (an exact statistic). */
export const STATISTIC: JobOptions = timed(jobOf(FEATURES, STAGES.describe))
/** Steps: common randomness, describe, one of federated averaging (an update: its roll may vary). */
export const UPDATE: JobOptions = timed(jobOf(FEATURES, STAGES.describe, STAGES.fedavg({ steps: 1 })))

export const SCENE: Scene = {
  founding: FOUNDING,
  jobs: [STATISTIC],
  policy: () => policyOf({ ...SMALL_POLICY, stepsPerDay: 1000 }),
  snapshot: (id, boundary) => `${id} ${boundary}`,
}
export { BOUNDARY, FEATURE_SET, FEATURES }

export const SPLIT_SEED = 'split'
/** Rows on a grid of sixteenths, so that exact sums can be told apart by eye. */
export function rowsOf(id: HospitalId, splitSeed = SPLIT_SEED): SplitTable {
  const count = 24
  const draws = createSeededRandom(`attacked ${id}`).fill(new Uint8Array(3 * count))
  const at = (i: number): number => draws[i] as number
  const part = (keep: (i: number) => boolean) => {
    const kept = Array.from({ length: count }, (_, i) => i).filter(keep)
    return tableOf(
      FEATURE_SET,
      FEATURES,
      kept.map((i) => [(at(3 * i) - 128) / 32, (at(3 * i + 1) - 128) / 32]),
      kept.map((i) => at(3 * i + 2) & 1),
    )
  }
  // Another seed holds one row less out.
  const isHeldOut = (i: number): boolean => i % 4 === 0 && (splitSeed === SPLIT_SEED || i > 0)
  return { train: part((i) => !isHeldOut(i)), heldOut: part(isHeldOut) }
}

export const snapshotOf = (text: string) => hash('test/snapshot', Buffer.from(text))

/** What a hospital contributes to a step of federated averaging here, in integers of the lanes: training is not what is attacked. */
export function updateOf(id: HospitalId, layout: LaneLayout): Float64Array {
  const draws = createSeededRandom(`update of ${id}`).fill(new Uint16Array(laneCount(layout)))
  const half = 2 ** (Math.min(layout.valueBits, 16) - 1)
  // The last lane is the weight, which is positive.
  return Float64Array.from(draws, (v, i) => (i === draws.length - 1 ? 1 + (v % half) : (v % (2 * half)) - half))
}
