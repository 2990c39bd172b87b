// What a hospital's journal holds. The order of the variants is part of the format: append, never reorder.
import { blob, type Decoded, digest, fixed, hospitalId, list, oneOf, openingKey, option, struct, text, u8, u32, u53, union } from '../core/codec.ts'
import { LIMITS } from '../core/limits.ts'
import { custodyEvent } from '../privacy/custodian/index.ts'
import { jobSpec, keyEpoch, receipt, roster, sealingKey, signedPlan, snapshot } from '../privacy/messages.ts'
import { ROSTER_VERSIONS } from '../proto/messages.ts'

const name = text(LIMITS.nameBytes)

/** Kinds of bytes that leave a site: the whole list (architecture: "There is no other channel"). */
export const EGRESS = [
  'enrolment request',
  'roster signature',
  'sealing key',
  'snapshot id',
  'plan refusal',
  'contribution',
  'check report',
  'statement signature',
  'answer',
  'co-signature',
  'request refusal',
  'acknowledgement',
  'fingerprint',
  'key epoch given up',
] as const
export type EgressKind = (typeof EGRESS)[number]

export const clientEvent = union({
  enrolled: struct({ hospital: hospitalId, name, address: name, coordinatorKey: fixed(32), signKey: fixed(32), certificate: blob(8192) }),
  /** Signed is not pinned: it is followed once enough members have signed it too. */
  rosterSigned: struct({ roster, signature: fixed(64) }),
  sealingKeyMade: struct({ key: sealingKey, signature: fixed(64) }),
  snapshotTaken: struct({ snapshot, signature: fixed(64) }),
  keyEpochLearnt: struct({ set: keyEpoch }),
  jobLearnt: struct({ spec: jobSpec }),
  planBound: struct({ plan: signedPlan }),
  planRefused: struct({ key: openingKey, code: name }),
  contributed: struct({ key: openingKey, receipt, bytes: u53, /** blob of the next local state, kept only if the roll names it */ nextLocal: name }),
  delivered: struct({ key: openingKey }),
  custody: struct({ event: custodyEvent }),
  adopted: struct({
    key: openingKey,
    stageDone: u8,
    /** null where the release is for the coordinator's eyes */ nextState: option(digest),
    /** whether the roll names this hospital */ counted: u8,
    step0: option(struct({ keySum: digest, statement: blob(LIMITS.messageBytes) })),
  }),
  scored: struct({ job: digest, stage: name, rows: u32 }),
  left: struct({ what: oneOf(...EGRESS), /** one entry a message: retries carry the same bytes */ id: name, bytes: u53, about: option(openingKey) }),
  /** The one statement under which this site signed the fingerprint of its contribution. */
  fingerprinted: struct({ key: openingKey, statement: digest }),
  /** The step is over without a release. */
  ended: struct({ key: openingKey, how: oneOf('retired', 'abandoned') }),
  /** Verified versions after the pinned one, oldest first: the last is the one this site follows from here on. */
  rostersPinned: struct({ rosters: list(roster, ROSTER_VERSIONS) }),
  /** The private key is gone from the key store. */
  sealingKeyWiped: struct({ epoch: u32 }),
  /** The coordinator knows that the sealing keys up to this epoch are dropped. */
  epochGivenUp: struct({ epoch: u32 }),
})
export type ClientEvent = Decoded<typeof clientEvent>
export type EventOf<K extends ClientEvent['kind']> = Extract<ClientEvent, { kind: K }>
