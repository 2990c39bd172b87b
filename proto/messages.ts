// Messages of the wire that are not part of the secure sum: asks, the roster in the making, enrolment.
import { blob, type Decoded, digest, fixed, hospitalId, list, openingKey, option, struct, text, u32, union } from '../core/codec.ts'
import { LIMITS } from '../core/limits.ts'

/** Most versions of a roster that a chain may have: a change a week for twenty years. */
export const ROSTER_VERSIONS = 1024
const signatures = list(struct({ signer: hospitalId, signature: fixed(64) }), LIMITS.members)

/** What the coordinator asks of one member now. A function of its state: asking twice is the same as asking once. */
export const ask = union({
  signRoster: struct({ roster: digest }),
  publishSealingKey: struct({ roster: digest, epoch: u32 }),
  declareSnapshot: struct({ boundary: text(32) }),
  contribute: struct({ key: openingKey }),
  check: struct({ key: openingKey }),
  sign: struct({ key: openingKey }),
  answer: struct({ key: openingKey }),
  cosign: struct({ key: openingKey }),
  adopt: struct({ key: openingKey }),
  score: struct({ job: digest, stage: text(LIMITS.nameBytes) }),
  fingerprint: struct({ key: openingKey }),
})
export type Ask = Decoded<typeof ask>
export const asks = list(ask, 4096)

/** Canonical bytes of one roster (privacy/messages.ts) and who signed it so far. */
export const signedRosterBytes = struct({ roster: blob(LIMITS.messageBytes), signatures })
/**
 * Every version that was agreed, from the first on, each with the signatures by which it was agreed; and the one that is proposed now, if
 * any. Also what a person is shown before deciding (`Decisions.ask('roster', hash, ...)`): the roster of that hash is `proposed`, or, for
 * a member that comes later than the agreement, the last of `chain`; what it changes is the difference to the version before it.
 */
export const rosterBundle = struct({ chain: list(signedRosterBytes, ROSTER_VERSIONS), proposed: option(signedRosterBytes) })
export type RosterBundle = Decoded<typeof rosterBundle>

export const enrolRequest = struct({
  hospital: hospitalId,
  name: text(LIMITS.nameBytes),
  token: fixed(32),
  signKey: fixed(32),
  /** proof of possession: Ed25519 over tag, hospital, token hash and CSR */ signKeyProof: fixed(64),
  csr: blob(8192),
})
export type EnrolRequest = Decoded<typeof enrolRequest>
export const enrolReply = struct({ certificate: blob(8192), /** the member port, host:port */ address: text(LIMITS.nameBytes), coordinatorKey: fixed(32) })
export type EnrolReply = Decoded<typeof enrolReply>
