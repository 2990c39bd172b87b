// What a hospital's journal folds to. Secrets are in the keystore, bytes in the store's blobs; here are names and hashes only.
import type { Digest, HospitalId, OpeningKey } from '../core/ids.ts'
import { type Custody, emptyCustody } from '../privacy/custodian/index.ts'
import type { JobSpec, KeyEpochSet, Plan, Receipt, Roster, SealingKey, SignedPlan, Snapshot, Stage } from '../privacy/messages.ts'
import { nothingRead, type Reading } from './differencing.ts'

export interface Enrolment {
  readonly hospital: HospitalId
  readonly name: string
  readonly address: string
  readonly coordinatorKey: Uint8Array
  readonly signKey: Uint8Array
  readonly certificate: Uint8Array
}
export interface Contribution {
  readonly receipt: Receipt
  readonly bytes: number
  readonly nextLocal: string
  readonly delivered: boolean
}
export type StepKind =
  | { readonly kind: 'bound' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'contributed'; readonly contribution: Contribution }
  | { readonly kind: 'adopted' }
  /** Over without a release. `retired`: it never opens. `abandoned`: it counts as opened. */
  | { readonly kind: 'ended'; readonly how: 'retired' | 'abandoned' }
export interface ClientStep {
  readonly key: OpeningKey
  readonly plan: Plan | null
  readonly planHash: Digest | null
  readonly signed: SignedPlan | null
  readonly at: StepKind
}
export interface ClientJob {
  readonly hash: Digest
  readonly spec: JobSpec
  /** Stage that comes next, -1 for the common randomness. */
  readonly stage: number
  readonly stageStep: number
  /** Steps that ended so far, as this site took their ends = number of the next step. */
  readonly step: number
  /** State after the last release of the current stage; null at its beginning. */
  readonly state: Digest | null
  /** Blob of this site's local state in the current stage. */
  readonly local: string | null
  readonly finals: ReadonlyMap<string, Digest>
  /** What the draws come from: hash of S_0 and the statement of step 0. */
  readonly step0: { readonly keySum: Digest; readonly statement: Uint8Array } | null
  readonly scored: ReadonlySet<string>
}
export interface ClientState {
  readonly enrolment: Enrolment | null
  /** The roster this site follows: agreed by enough members, and by this site's people or policy. */
  readonly roster: { readonly roster: Roster; readonly hash: Digest } | null
  /** It and all versions before it, verified, by hash. */
  readonly rosters: ReadonlyMap<Digest, Roster>
  /** This site's signature on each roster that it approved. */
  readonly rosterSignatures: ReadonlyMap<Digest, Uint8Array>
  readonly sealingKeys: ReadonlyMap<number, { readonly key: SealingKey; readonly signature: Uint8Array }>
  readonly wipedEpochs: ReadonlySet<number>
  readonly keyEpochs: ReadonlyMap<Digest, KeyEpochSet>
  /** The newest key epoch that a bound plan names: plans under older ones are refused. */
  readonly newestEpoch: number
  /** Up to which key epoch the coordinator knows that this site dropped its sealing keys; -1 for none. */
  readonly givenUpEpoch: number
  readonly snapshots: ReadonlyMap<string, { readonly snapshot: Snapshot; readonly signature: Uint8Array }>
  readonly jobs: ReadonlyMap<Digest, ClientJob>
  readonly steps: ReadonlyMap<string, ClientStep>
  /** opening key -> the statement under which this site signed a fingerprint of its contribution: a second one is refused. */
  readonly fingerprints: ReadonlyMap<string, Digest>
  /** What the records were read for: binds later plans. */
  readonly reading: Reading
  /** Contributions of the last day (UTC, days since 1970) on which there was one. */
  readonly today: { readonly day: number; readonly steps: number }
  readonly custody: Custody
  /** ids of what left already */
  readonly left: ReadonlySet<string>
}

export const initialState: ClientState = {
  enrolment: null,
  roster: null,
  rosters: new Map(),
  rosterSignatures: new Map(),
  sealingKeys: new Map(),
  wipedEpochs: new Set(),
  keyEpochs: new Map(),
  newestEpoch: 0,
  givenUpEpoch: -1,
  snapshots: new Map(),
  jobs: new Map(),
  steps: new Map(),
  fingerprints: new Map(),
  reading: nothingRead,
  today: { day: 0, steps: 0 },
  custody: emptyCustody,
  left: new Set(),
}

export const stageOf = (job: ClientJob): Stage | null => job.spec.stages[job.stage] ?? null
