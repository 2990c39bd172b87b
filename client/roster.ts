// Rosters as a member sees them. It signs one that its people (or, where its policy says so, its own checks) approve; it follows one only
// when it holds the signatures of enough members of the one it followed before. The coordinator decides nothing of this.
import { decode, encode } from '../core/codec.ts'
import { type ErrorCode, refuse, toConsiliumError } from '../core/errors.ts'
import type { Digest } from '../core/ids.ts'
import { type Roster, roster as rosterCodec, rosterHash } from '../privacy/messages.ts'
import { checkProposal, checkRoster, followChain, type SignedRoster } from '../privacy/roster.ts'
import { signMessage } from '../privacy/signatures.ts'
import { spkiDigest } from '../proto/certificates.ts'
import { type RosterBundle, rosterBundle } from '../proto/messages.ts'
import type { ClientContext } from './context.ts'
import { decided } from './decided.ts'
import { signKey } from './membership.ts'

interface Shown {
  readonly bytes: Uint8Array
  /** Verified versions after the pinned one. */
  readonly followed: readonly Roster[]
  readonly proposed: Roster | null
}

async function fetchShown(context: ClientContext): Promise<Shown> {
  const bytes = await context.link().fetchRoster()
  const { chain, proposed } = decode(rosterBundle, bytes)
  const followed = followChain(chain.map(parse), context.state().roster?.roster ?? null)
  return { bytes, followed, proposed: proposed && parse(proposed).roster }
}
const parse = ({ roster, signatures }: RosterBundle['chain'][number]): SignedRoster => ({ roster: decode(rosterCodec, roster), signatures })

/**
 * Pins the chain up to its newest version, which must be, or come after, the one asked for.
 * @throws OTHER_ROSTER | BAD_ROSTER | POLICY; PAUSED while nobody has approved it.
 */
export async function followTo(context: ClientContext, hash: Digest): Promise<Roster> {
  const { bytes, followed } = await fetchShown(context)
  const found = followed.find((roster) => rosterHash(roster) === hash)
  const newest = followed.at(-1)
  if (!found || !newest) throw refuse('OTHER_ROSTER', `no agreed roster ${hash.slice(0, 12)} is shown`)
  checkOwnPlace(newest, context)
  const newestHash = rosterHash(newest)
  if (!isApproved(context, newestHash)) {
    context.decisions.ask('roster', newestHash, bytes)
    throw refuse('PAUSED', `roster version ${newest.version} waits for a person: consilium client roster show`)
  }
  await context.post({ kind: 'rostersPinned', rosters: followed })
  return found
}

const isApproved = (context: ClientContext, hash: Digest): boolean =>
  context.state().rosterSignatures.has(hash) || context.policy.roster === 'automatic' || context.decisions.get('roster', hash) === 'approve'

/** Codes by which this site's own checks refuse a roster: the same roster cannot become acceptable to this daemon. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['OTHER_ROSTER', 'BAD_ROSTER', 'POLICY', 'BAD_PARAMETERS', 'BAD_KEY', 'OTHER_VERSION'])

/** Signs the roster of that hash, proposed or agreed by others already, once it is approved; what the code refuses is not asked of a person. */
export async function signRoster(context: ClientContext, hash: Digest, signal: AbortSignal): Promise<void> {
  const signature = context.state().rosterSignatures.get(hash) ?? (await approve(context, hash, signal))
  if (!signature) return
  await context.leaving('roster signature', `roster ${hash}`, signature.length, null)
  await context.link().signRoster(signature)
}

async function approve(context: ClientContext, hash: Digest, signal: AbortSignal): Promise<Uint8Array | null> {
  while (!signal.aborted) {
    const shown = await fetchShown(context)
    const roster = await acceptable(context, shown, hash, signal)
    if (!roster) return null
    if (!isApproved(context, hash)) {
      context.decisions.ask('roster', hash, shown.bytes)
      await decided(context.decisions, 'roster', hash, signal)
      // What is shown may be another by now.
      continue
    }
    const signature = signMessage('roster', {}, encode(rosterCodec, roster), await signKey(context))
    await context.post({ kind: 'rosterSigned', roster, signature })
    return signature
  }
  return null
}

/** The roster of that hash among what is shown, held against this site's own checks; null where it is gone. A refusal rests until the ask goes. */
async function acceptable(context: ClientContext, { followed, proposed }: Shown, hash: Digest, signal: AbortSignal): Promise<Roster | null> {
  const newest = followed.at(-1) ?? null
  const current = newest ?? context.state().roster?.roster ?? null
  try {
    if (newest && rosterHash(newest) === hash) {
      checkOwnPlace(newest, context)
      return newest
    }
    if (!proposed || rosterHash(proposed) !== hash) return null
    checkProposal(proposed, current)
    checkOwnPlace(proposed, context)
    return proposed
  } catch (error) {
    const { code, message } = toConsiliumError(error)
    if (!FINAL.has(code)) throw error
    context.log.warn({ roster: hash, code, detail: message }, 'roster refused')
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    return null
  }
}

/** This site under its own keys, the coordinator of its enrolment, and no more corrupt custodians than its policy assumes. */
export function checkOwnPlace(roster: Roster, context: ClientContext): void {
  checkRoster(roster)
  const own = roster.members.find((m) => m.id === context.hospital)
  const { enrolment } = context.state()
  if (!own || !enrolment || Buffer.compare(own.signKey, enrolment.signKey) !== 0)
    throw refuse('OTHER_ROSTER', 'this site is not on the roster under its own key')
  if (own.tlsKey !== spkiDigest(Buffer.from(enrolment.certificate).toString('utf8')))
    throw refuse('OTHER_ROSTER', 'this site is not on the roster under its own certificate')
  if (Buffer.compare(roster.coordinatorKey, enrolment.coordinatorKey) !== 0) throw refuse('OTHER_ROSTER', "the coordinator's key is not the one of enrolment")
  if (roster.corrupt > context.policy.corrupt)
    throw refuse('POLICY', `the roster assumes ${roster.corrupt} corrupt custodians, this hospital's policy ${context.policy.corrupt} corrupt members in all`)
}
