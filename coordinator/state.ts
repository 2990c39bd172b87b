// The coordinator's state: what its journal folds to. It holds no share and no decryption secret, ever; contributions and
// states lie in the store's blobs and are named here by hash.
import type { Digest, HospitalId, OpeningKey } from '../core/ids.ts'
import type {
  Answer,
  Cosigning,
  JobSpec,
  KeyEpochSet,
  NamedSignature,
  Plan,
  Receipt,
  Report,
  Roll,
  Roster,
  SealingKey,
  SignedPlan,
  Snapshot,
  Stage,
  Statement,
} from '../privacy/messages.ts'

export interface EnrolledMember {
  readonly id: HospitalId
  readonly name: string
  readonly signKey: Uint8Array
  readonly tlsKey: Digest
  readonly expiresMs: number
}
/** Who shall be in the federation: what the operator's configuration says. */
export interface Membership {
  readonly hospitals: readonly { readonly id: HospitalId; readonly name: string }[]
  /** In order of their index; empty where they are drawn by lot. */
  readonly custodians: readonly HospitalId[]
  /** How many custodians are drawn by lot (privacy/election.ts); 0 where they are listed. */
  readonly elect: number
  readonly corrupt: number
}
export interface Founding extends Membership {
  readonly federation: string
  readonly coordinatorKey: Uint8Array
}
/** A roster and who signed it: proposed, current or past. */
export interface RosterVersion {
  readonly roster: Roster
  readonly hash: Digest
  readonly signatures: readonly NamedSignature[]
}
/** The current roster. Before the first is agreed there is none. */
export type RosterState = { readonly kind: 'gathering' } | ({ readonly kind: 'agreed' } & RosterVersion)
export interface SignedSealingKey {
  readonly key: SealingKey
  readonly signature: Uint8Array
}
interface Gathering {
  readonly kind: 'gathering'
  readonly epoch: number
  readonly keys: readonly SignedSealingKey[]
}
/** The key epoch of the next plan. `steps`: how many were planned under it. */
export type EpochState =
  | Gathering
  | { readonly kind: 'agreed'; readonly epoch: number; readonly set: KeyEpochSet; readonly hash: Digest; readonly sinceMs: number; readonly steps: number }
/** The one after it, under the same roster: gathered while jobs go on, then used from the next plan on. */
export type NextEpoch = Gathering | { readonly kind: 'ready'; readonly epoch: number; readonly set: KeyEpochSet; readonly hash: Digest }

/** One step of a job, from its plan to its release. `patienceMs`: when custodians that have not spoken yet are counted as missing. */
export type StepPhase =
  | { readonly kind: 'collecting'; readonly deadlineMs: number; readonly paused: readonly HospitalId[] }
  | { readonly kind: 'checking'; readonly patienceMs: number; readonly reports: readonly Report[] }
  | {
      readonly kind: 'certifying'
      readonly patienceMs: number
      readonly reports: readonly Report[]
      readonly statement: Statement
      readonly statementHash: Digest
      readonly roll: Roll
      readonly signatures: readonly NamedSignature[]
    }
  | {
      readonly kind: 'opening'
      readonly patienceMs: number
      readonly statement: Statement
      readonly statementHash: Digest
      readonly roll: Roll
      readonly signatures: readonly NamedSignature[]
      readonly answers: readonly Answer[]
    }
  | {
      readonly kind: 'cosigning'
      readonly statement: Statement
      readonly statementHash: Digest
      readonly roll: Roll
      readonly signatures: readonly NamedSignature[]
      readonly keySum: Digest
      readonly release: Digest
      readonly nextState: Digest
      readonly cosignatures: readonly NamedSignature[]
      readonly patienceMs: number
      /** All custodians are asked, not only the first t. */
      readonly widened: boolean
    }
  | { readonly kind: 'released'; readonly nextState: Digest; readonly statement: Statement; readonly keySum: Digest }
  /** g custodians signed the empty roll: the opening key never opens. `ended`: nothing of it is spooled any more. */
  | {
      readonly kind: 'retired'
      readonly statement: Statement
      readonly signatures: readonly NamedSignature[]
      readonly ended: boolean
    }
  /** Too few custodians serve: it counts as opened, and is not released. */
  | { readonly kind: 'abandoned'; readonly signature: Uint8Array; readonly code: string }

export interface StepState {
  readonly key: OpeningKey
  readonly plan: Plan
  readonly planHash: Digest
  readonly signed: SignedPlan
  /** One a member: the first whole and verified contribution. */
  readonly receipts: ReadonlyMap<HospitalId, Receipt>
  readonly refusals: ReadonlyMap<HospitalId, string>
  /** `phase member` -> code, of custodians that refused to sign, answer or co-sign. */
  readonly requestRefusals: ReadonlyMap<string, string>
  /** Custodians without whom the step cannot go on, as they were named last, and the phase that waits. */
  readonly awaited: { readonly phase: StepPhase['kind']; readonly members: readonly HospitalId[] } | null
  /** Light form of co-signing: hash of the signed fingerprint of each member of the roll that sent one. */
  readonly fingerprints: ReadonlyMap<HospitalId, Digest>
  /** Co-signers no longer wait for the others. */
  readonly fingerprintsClosed: boolean
  readonly phase: StepPhase
}

/** Stage -1 is the common randomness; then the stages of the specification in order. */
export interface JobState {
  readonly hash: Digest
  readonly spec: JobSpec
  readonly signature: Uint8Array
  readonly minCohort: number
  readonly stepMs: number
  /** Form of co-signing; null: by the size of what a co-signer would refetch. */
  readonly cosigning: Cosigning | null
  /** Least members of a block of exact statistics; 0: everybody in one block. */
  readonly blockMembers: number
  readonly stage: number
  readonly stageStep: number
  /** Number of the next step of the job; the open step, if any, is `step - 1`. */
  readonly step: number
  /** Whether step - 1 still waits for its release. */
  readonly open: boolean
  /** Hash of the current stage's state; null before its first plan. */
  readonly state: Digest | null
  readonly finals: ReadonlyMap<string, Digest>
  /** The released step that all draws are made from. */
  readonly randomness: OpeningKey | null
  /** Steps that ended without a release, in a row. */
  readonly fruitless: number
  /** Steps that an earlier release served, by step number. */
  readonly reused: ReadonlyMap<number, OpeningKey>
  /** Steps in the order of their end: every member takes them in this order. */
  readonly releases: readonly OpeningKey[]
  readonly adopted: ReadonlyMap<HospitalId, number>
  readonly scored: ReadonlyMap<string, ReadonlySet<HospitalId>>
  readonly outcome: 'running' | 'finished' | { readonly failed: string }
}

export interface CoordinatorState {
  readonly founding: Founding | null
  /** Hash of a one-time token -> whom it invites; an entry goes when it is used. */
  readonly invitations: ReadonlyMap<Digest, HospitalId>
  readonly usedTokens: ReadonlySet<Digest>
  readonly members: ReadonlyMap<HospitalId, EnrolledMember>
  readonly certificates: ReadonlyMap<HospitalId, Uint8Array>
  readonly revoked: ReadonlySet<Digest>
  readonly wanted: Membership | null
  readonly roster: RosterState
  /** Agreed versions before the current one, from version 1 on. */
  readonly past: readonly RosterVersion[]
  /** The version after the current one, in the making. */
  readonly proposal: RosterVersion | null
  readonly epoch: EpochState
  readonly nextEpoch: NextEpoch | null
  /** Every complete set of sealing keys, also of past epochs. */
  readonly keyEpochs: ReadonlyMap<Digest, KeyEpochSet>
  /** boundary -> member -> its signed snapshot */
  readonly snapshots: ReadonlyMap<string, ReadonlyMap<HospitalId, { readonly snapshot: Snapshot; readonly signature: Uint8Array }>>
  readonly jobs: ReadonlyMap<Digest, JobState>
  readonly steps: ReadonlyMap<string, StepState>
  /** Block list of exact statistics, fixed by the first plan that reads records; newcomers are added as whole blocks. */
  readonly blocks: readonly (readonly HospitalId[])[]
  /** Hash of a statistic's query -> the opening key under which it was released. */
  readonly released: ReadonlyMap<Digest, OpeningKey>
}

export const initialState: CoordinatorState = {
  founding: null,
  invitations: new Map(),
  usedTokens: new Set(),
  members: new Map(),
  certificates: new Map(),
  revoked: new Set(),
  wanted: null,
  roster: { kind: 'gathering' },
  past: [],
  proposal: null,
  epoch: { kind: 'gathering', epoch: 1, keys: [] },
  nextEpoch: null,
  keyEpochs: new Map(),
  snapshots: new Map(),
  jobs: new Map(),
  steps: new Map(),
  blocks: [],
  released: new Map(),
}

export const stageOf = (job: JobState): Stage | null => job.spec.stages[job.stage] ?? null
/** The job that is worked on: the first that still runs. */
export const runningJob = (state: CoordinatorState): JobState | null => [...state.jobs.values()].find((job) => job.outcome === 'running') ?? null
export const groupOf = (step: StepState): readonly HospitalId[] => step.plan.groups[step.key.group] ?? []
