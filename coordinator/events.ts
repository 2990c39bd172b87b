// What the coordinator's journal holds. The order of the variants is part of the format: append, never reorder.
import { blob, bool, type Decoded, digest, fixed, hospitalId, list, oneOf, openingKey, option, struct, text, u8, u32, u53, union } from '../core/codec.ts'
import { LIMITS } from '../core/limits.ts'
import { answer, COSIGNING, jobSpec, namedSignature, receipt, report, roll, roster, sealingKey, signedPlan, snapshot, statement } from '../privacy/messages.ts'

const name = text(LIMITS.nameBytes)
export const PHASES = ['sign', 'answer', 'cosign'] as const

/** Who shall be in the federation. `elect`: so many custodians are drawn by lot; 0 where they are listed. */
const membership = {
  hospitals: list(struct({ id: hospitalId, name }), LIMITS.members),
  custodians: list(hospitalId, LIMITS.custodians),
  elect: u8,
  corrupt: u8,
}
export const coordinatorEvent = union({
  founded: struct({ federation: name, coordinatorKey: fixed(32), ...membership }),
  invited: struct({ hospital: hospitalId, tokenHash: digest }),
  enrolled: struct({ hospital: hospitalId, name, tokenHash: digest, signKey: fixed(32), tlsKey: digest, certificate: blob(8192), expiresMs: u53 }),
  revoked: struct({ tlsKey: digest }),
  rosterProposed: struct({ roster }),
  rosterSigned: struct({ roster: digest, signature: namedSignature }),
  sealingKeyPublished: struct({ key: sealingKey, signature: fixed(64) }),
  snapshotDeclared: struct({ snapshot, signature: fixed(64) }),
  jobStarted: struct({
    spec: jobSpec,
    signature: fixed(64),
    minCohort: u32,
    stepMs: u53,
    /** null: by the size of what a co-signer would refetch */ cosigning: option(oneOf(...COSIGNING)),
    /** least members of a block of exact statistics; 0: everybody in one block */ blockMembers: u32,
  }),
  planned: struct({ plan: signedPlan }),
  planRefused: struct({ key: openingKey, member: hospitalId, code: name }),
  contributed: struct({ key: openingKey, receipt }),
  deadlineExtended: struct({ key: openingKey, missing: list(hospitalId, LIMITS.members), deadlineMs: u53 }),
  candidatesClosed: struct({ key: openingKey }),
  reported: struct({ key: openingKey, report }),
  stated: struct({ key: openingKey, statement, roll }),
  signed: struct({ key: openingKey, signature: namedSignature }),
  requestRefused: struct({ key: openingKey, phase: oneOf(...PHASES), member: hospitalId, code: name }),
  answered: struct({ key: openingKey, answer }),
  opened: struct({ key: openingKey, keySum: digest, release: digest, nextState: digest }),
  cosigned: struct({ key: openingKey, signature: namedSignature }),
  widened: struct({ key: openingKey }),
  released: struct({ key: openingKey, stageDone: bool }),
  jobFailed: struct({ job: digest, code: name }),
  adopted: struct({ key: openingKey, member: hospitalId }),
  scored: struct({ job: digest, stage: name, member: hospitalId }),
  /** Too few custodians have served the open phase although their time is over: the step waits for these. */
  awaited: struct({ key: openingKey, missing: list(hospitalId, LIMITS.custodians) }),
  /** The bytes lie in a blob of this hash. */
  fingerprinted: struct({ key: openingKey, member: hospitalId, fingerprint: digest }),
  /** Patience with these is over: co-signers go on, and refetch their contributions. */
  fingerprintsClosed: struct({ key: openingKey, missing: list(hospitalId, LIMITS.members) }),
  /** What was spooled is gone; g custodians signed the empty roll before. */
  retired: struct({ key: openingKey }),
  abandoned: struct({ key: openingKey, code: name, signature: fixed(64) }),
  /** The step's query was released before: that release serves. */
  reused: struct({ key: openingKey, from: openingKey, nextState: digest, stageDone: bool }),
  /** The operator wants other members, custodians or another f: a next roster is proposed once all of them are enrolled. */
  membershipWanted: struct(membership),
  rosterWithdrawn: struct({ roster: digest }),
  /** More than half of the current members and its custodians signed it, and no step is open: plans name this roster from here on. */
  rosterActivated: struct({ roster: digest }),
  /** The sealing keys of the next epoch are gathered while jobs go on under the present one. */
  keyEpochOpened: struct({ epoch: u32 }),
  keyEpochActivated: struct({ epoch: u32 }),
  /** A custodian dropped its sealing keys up to this epoch. */
  keyEpochGivenUp: struct({ epoch: u32, member: hospitalId }),
})
export type CoordinatorEvent = Decoded<typeof coordinatorEvent>
export type EventOf<K extends CoordinatorEvent['kind']> = Extract<CoordinatorEvent, { kind: K }>
