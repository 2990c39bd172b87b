// The protocol's nouns as data with one canonical byte form each. Bounded, strict, without behaviour: the secure sum's
// steps are told in docs/architecture.md and SECURITY.md. Signatures are made and checked in signatures.ts.
import {
  blob,
  type Codec,
  type Decoded,
  digest,
  encode,
  f64,
  fixed,
  hash,
  hashOf,
  hospitalId,
  i32s,
  i64s,
  list,
  oneOf,
  openingKey,
  option,
  struct,
  text,
  u8,
  u16,
  u32,
  u32s,
  u53,
  union,
} from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import type { Digest } from '../core/ids.ts'
import { laneLayout } from '../core/lanes.ts'
import { LIMITS } from '../core/limits.ts'

/** Rises when a format or rule changes; N and N-1 work together or refuse by code. */
export const PROTOCOL_VERSION = 1

/** Members by id, in the order of their list. */
export const members = list(hospitalId, LIMITS.members)
const signature = fixed(64)
/** A typed array of one length only: no later code meets a short one. */
const exactly = <A extends { readonly length: number }>(n: number, array: Codec<A>): Codec<A> => {
  const checked = (value: A): A => {
    if (value.length !== n) throw refuse('BAD_BYTES', `${value.length} words where ${n} are expected`)
    return value
  }
  return { write: (to, value) => array.write(to, checked(value)), read: (from) => checked(array.read(from)) }
}

/** A signature beside the name of who made it. What it is over: signatures.ts. */
export const namedSignature = struct({ signer: hospitalId, signature })
export type NamedSignature = Decoded<typeof namedSignature>

// ---- who
export const member = struct({
  id: hospitalId,
  name: text(LIMITS.nameBytes),
  /** Ed25519 */ signKey: fixed(32),
  /** SHA-256 of the SPKI of the mTLS certificate */ tlsKey: digest,
})
export type Member = Decoded<typeof member>
/** Members sorted by id; custodians in order of their index 1..m; f of them may be corrupt together with the coordinator. */
export const roster = struct({
  protocol: u16,
  federation: text(LIMITS.nameBytes),
  version: u32,
  previous: option(digest),
  coordinatorKey: fixed(32),
  members: list(member, LIMITS.members),
  custodians: list(hospitalId, LIMITS.custodians),
  corrupt: u8,
})
export type Roster = Decoded<typeof roster>
export const rosterHash = (r: Roster): Digest => hashOf('consilium/roster/1', roster, r)

/** A custodian's public sealing key for one key epoch: X25519 (32 bytes) and ML-KEM-768 (1,184 bytes), raw. */
export const sealingKey = struct({ roster: digest, epoch: u32, custodian: hospitalId, x25519: fixed(32), mlkem: fixed(1184) })
export type SealingKey = Decoded<typeof sealingKey>
export const signedSealingKey = struct({ key: sealingKey, signature })
/** The whole set, in the roster's order of custodians, each signed by its custodian. */
export const keyEpoch = struct({ roster: digest, epoch: u32, keys: list(struct({ key: sealingKey, signature }), LIMITS.custodians) })
export type KeyEpochSet = Decoded<typeof keyEpoch>
export const keyEpochHash = (k: KeyEpochSet): Digest => hashOf('consilium/key-epoch/1', keyEpoch, k)

/** A frozen extract at a public boundary; `id` is a salted hash over it. Signed by its hospital. */
export const snapshot = struct({ boundary: text(32), member: hospitalId, id: digest })
export type Snapshot = Decoded<typeof snapshot>
export const signedSnapshot = struct({ snapshot, signature })

// ---- what is planned
/** By name: a hospital's policy must allow exactly this. `dp` is reserved for the task that will fill sigma. */
export const PRIVACY = ['exact', 'none', 'dp'] as const
/** How co-signers check the aggregate: by adding all contributions up again, or by fingerprints that their authors signed. */
export const COSIGNING = ['full', 'light'] as const
export type Cosigning = (typeof COSIGNING)[number]
/** Which rows and columns a task reads: a feature set with its version, and the split by a seeded hash of the person or provider. */
export const taskInputs = struct({
  featureSet: text(LIMITS.nameBytes),
  boundary: text(32),
  splitSeed: text(64),
  heldOutPercent: u8,
  /** public cap on rows a hospital: weights are rows / cap in (0, 1] */ rowCap: u32,
})
export type TaskInputs = Decoded<typeof taskInputs>
export const stage = struct({
  name: text(LIMITS.nameBytes),
  task: text(LIMITS.nameBytes),
  params: blob(LIMITS.paramsBytes),
  /** names of earlier stages whose final states it takes */ upstream: list(text(LIMITS.nameBytes), LIMITS.stages),
  privacy: oneOf(...PRIVACY),
  inputs: taskInputs,
  /** members score their own held-out rows with its final state */ publish: u8,
})
export type Stage = Decoded<typeof stage>
/** The columns of a feature set as the job means them; a client refuses a job whose columns are not those of its own set of that name. */
export const featureColumn = struct({ name: text(LIMITS.nameBytes), unit: text(LIMITS.nameBytes), low: f64, high: f64, en: text(1024), zh: text(1024) })
export const featureSetColumns = struct({ name: text(LIMITS.nameBytes), columns: list(featureColumn, 4096) })
export type FeatureSetColumns = Decoded<typeof featureSetColumns>
/** Fixed, hashed and logged before step 0. Stage 0 of every job is the common randomness; `stages` are the rest, in order. */
export const jobSpec = struct({
  protocol: u16,
  federation: text(LIMITS.nameBytes),
  roster: digest,
  /** distinguishes two equal jobs */ nonce: fixed(16),
  draws: list(text(LIMITS.nameBytes), LIMITS.stages),
  featureSets: list(featureSetColumns, 8),
  stages: list(stage, LIMITS.stages),
})
export type JobSpec = Decoded<typeof jobSpec>
export const jobHash = (j: JobSpec): Digest => hashOf('consilium/job/1', jobSpec, j)

export const plan = struct({
  protocol: u16,
  key: openingKey,
  /** Name of the stage in the job; the step-0 stage is called `randomness`. */
  stage: text(LIMITS.nameBytes),
  task: text(LIMITS.nameBytes),
  /** Counts the steps of this stage from 0. */
  stageStep: u32,
  /** Hash of the state that the contribution is computed from. */
  state: digest,
  /** The whole partition of the cohort; this plan's group is groups[key.group]. */
  groups: list(members, LIMITS.members),
  /** Exact statistics open only over unions of these; the one-block form names the group itself. */
  blocks: list(members, LIMITS.members),
  inputs: taskInputs,
  audience: oneOf('members', 'coordinator'),
  disclosure: oneOf('statistic', 'update'),
  layout: laneLayout,
  privacy: oneOf(...PRIVACY),
  cosigning: oneOf(...COSIGNING),
  snapshots: list(snapshot, LIMITS.members),
  roster: digest,
  keyEpoch: digest,
  minCohort: u32,
  deadlineMs: u53,
})
export type Plan = Decoded<typeof plan>
export const planHash = (p: Plan): Digest => hashOf('consilium/plan/1', plan, p)
/**
 * What a statistic asks of the records, whoever asks and when: two plans with the same hash open the same sum (but for rounding), so the second
 * is served from the first one's release. Members and extracts are part of it; opening key, deadline and keys are not.
 */
const query = struct({
  task: text(LIMITS.nameBytes),
  state: digest,
  inputs: taskInputs,
  audience: oneOf('members', 'coordinator'),
  layout: laneLayout,
  groups: list(members, LIMITS.members),
  group: u32,
  blocks: list(members, LIMITS.members),
  snapshots: list(snapshot, LIMITS.members),
})
export const queryHash = (p: Plan): Digest => hashOf('consilium/query/1', query, { ...p, group: p.key.group })
export const signedPlan = struct({ plan, signature })
export type SignedPlan = Decoded<typeof signedPlan>

// ---- what a member contributes
/** Everything that names a contribution. A receipt's hash is of this body without signature. */
export const receiptBody = struct({
  plan: digest,
  state: digest,
  member: hospitalId,
  /** of every c_j, in order */ ciphertexts: list(digest, LIMITS.ciphertexts),
  /** of every sealed share, in the order of custodians */ shares: list(digest, LIMITS.custodians),
})
export type ReceiptBody = Decoded<typeof receiptBody>
export const receipt = struct({ body: receiptBody, signature })
export type Receipt = Decoded<typeof receipt>
export const receiptHash = (r: ReceiptBody): Digest => hashOf('consilium/receipt/1', receiptBody, r)

/** A candidate as a custodian is shown it: the signed receipt, and the share sealed to this custodian. */
export const candidate = struct({ receipt, share: blob(64 * 1024) })
export type Candidate = Decoded<typeof candidate>
export const candidates = list(candidate, LIMITS.members)

// ---- what a custodian says
export const COMPLAINTS = [
  'share-does-not-open',
  'share-does-not-match-receipt',
  'off-the-roster',
  'other-plan',
  'other-state',
  'other-epoch',
  'bad-receipt',
  'second-receipt',
] as const
export type Complaint = (typeof COMPLAINTS)[number]
/** The four check words sum_k rho_rk share_k + z_r mod p, or a complaint. */
export const verdict = union({ words: struct({ words: exactly(4, u32s(4)) }), complaint: struct({ code: oneOf(...COMPLAINTS) }) })
export type Verdict = Decoded<typeof verdict>
export const reportBody = struct({
  plan: digest,
  custodian: hospitalId,
  entries: list(struct({ member: hospitalId, receipt: digest, verdict }), LIMITS.members),
})
export type ReportBody = Decoded<typeof reportBody>
export const report = struct({ body: reportBody, signature })
export type Report = Decoded<typeof report>

// ---- what is agreed
export const rollEntry = struct({ member: hospitalId, receipt: digest })
export type RollEntry = Decoded<typeof rollEntry>
/** Sorted by member, no member twice. */
export const roll = list(rollEntry, LIMITS.members)
export type Roll = readonly RollEntry[]
export const rollHash = (r: Roll): Digest => hashOf('consilium/roll/1', roll, r)

export const statement = struct({
  protocol: u16,
  plan: digest,
  key: openingKey,
  roster: digest,
  roll: digest,
  /** A: the custodians that sign and answer */ answerSet: list(hospitalId, LIMITS.custodians),
  /** digests of the aggregate's ciphertexts */ aggregate: list(digest, LIMITS.ciphertexts),
})
export type Statement = Decoded<typeof statement>
export const statementHash = (s: Statement): Digest => hashOf('consilium/statement/1', statement, s)
/** What a custodian is asked to sign, with all that it needs to recompute the exclusions. */
export const signRequest = struct({ statement, roll, receipts: list(receipt, LIMITS.members), reports: list(report, 64) })
export type SignRequest = Decoded<typeof signRequest>
/** At least g signatures from A. */
export const certificate = struct({ statement, roll, signatures: list(namedSignature, LIMITS.custodians) })
export type Certificate = Decoded<typeof certificate>

/** The sum of the roll's shares mod p, 4,096 words. */
export const answerBody = struct({ statement: digest, custodian: hospitalId, index: u8, sum: exactly(4096, u32s(4096)) })
export type AnswerBody = Decoded<typeof answerBody>
export const answer = struct({ body: answerBody, signature })
export type Answer = Decoded<typeof answer>

/** What its author says of its own ciphertexts after certification: six residues a ciphertext (privacy/fingerprint.ts), signed once. */
export const fingerprintBody = struct({ statement: digest, receipt: digest, member: hospitalId, words: i64s(6 * LIMITS.ciphertexts) })
export type FingerprintBody = Decoded<typeof fingerprintBody>
export const fingerprint = struct({ body: fingerprintBody, signature })
export type Fingerprint = Decoded<typeof fingerprint>
/** All that a co-signer is shown. */
export const fingerprints = list(fingerprint, LIMITS.members)
export const fingerprintsHash = (f: readonly Fingerprint[]): Digest => hashOf('consilium/fingerprints/1', fingerprints, f)

// ---- what is released
/** Lane sums in the layout's order. Real sums only; scaling is the task's. */
export const release = struct({ statement: digest, sums: i64s(LIMITS.lanes) })
export type Release = Decoded<typeof release>
export const releaseHash = (r: Release): Digest => hashOf('consilium/release/1', release, r)
/** The opened sum of keys, 4,096 signed coefficients. */
export const keySum = exactly(4096, i32s(4096))
export const keySumHash = (s: Int32Array): Digest => hashOf('consilium/key-sum/1', keySum, s)

/** All that is published about a release for the coordinator's eyes: S has thousands of bits that nobody can guess, so it hides sums however few. */
export const sealedReleaseHash = (r: Release, s: Int32Array): Digest => hash('consilium/sealed-release/1', encode(release, r), encode(keySum, s))

export const cosignatureBody = struct({
  statement: digest,
  /** null for audience `coordinator`: nothing of S is published alone */ keySum: option(digest),
  /** releaseHash; for audience `coordinator` sealedReleaseHash */ release: digest,
  /** of the state after this release; null for audience `coordinator` */ nextState: option(digest),
})
export type CosignatureBody = Decoded<typeof cosignatureBody>
/** Everything a member needs to accept a release, and a stranger to verify it. */
export const releaseBundle = struct({
  plan: signedPlan,
  certificate,
  keySum,
  release,
  nextState: blob(LIMITS.stateBytes),
  cosignatures: list(namedSignature, LIMITS.custodians),
})
export type ReleaseBundle = Decoded<typeof releaseBundle>
/** The same for audience `coordinator`: release and S stay with the coordinator and the co-signers, there is no next state for members. */
export const sealedBundle = struct({ plan: signedPlan, certificate, sealed: digest, cosignatures: list(namedSignature, LIMITS.custodians) })
export type SealedBundle = Decoded<typeof sealedBundle>
/**
 * How a step of a job ended, for every member, in the order of the job's steps. `retired`: g custodians signed the empty roll, so the key never
 * opens and what it cost is given back. `abandoned`: too few sign, answer or co-sign; it counts as opened, and the coordinator says that it
 * will not be released. `stored`: the same query was released under another opening key before; that release serves again.
 */
export const stepEnd = union({
  released: struct({ bundle: releaseBundle }),
  retired: struct({ plan: signedPlan, certificate }),
  abandoned: struct({ plan: signedPlan, signature }),
  stored: struct({ bundle: releaseBundle }),
  /** released for the coordinator's eyes, under this opening key or an earlier one that asked the same */ sealed: struct({ bundle: sealedBundle }),
})
export type StepEnd = Decoded<typeof stepEnd>
/** What a co-signing custodian is shown before it re-adds the spooled contributions itself. */
export const cosignRequest = struct({ certificate, keySum, release, nextState: digest })
export type CosignRequest = Decoded<typeof cosignRequest>

export const stateHash = (bytes: Uint8Array): Digest => hashOf('consilium/state/1', blob(LIMITS.stateBytes), bytes)
export type { Codec }
