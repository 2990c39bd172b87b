// Reads what the daemon asked a person about: bytes whose content must be what their hash says, whoever had the file in hand meanwhile.
import { decode, encode } from '../core/codec.ts'
import { isRefusal, refuse } from '../core/errors.ts'
import type { Digest, HospitalId } from '../core/ids.ts'
import { jobHash, type Roster, roster, rosterHash } from '../privacy/messages.ts'
import type { SignedRoster } from '../privacy/roster.ts'
import { verifyMessage } from '../privacy/signatures.ts'
import { rosterBundle } from '../proto/messages.ts'
import { type AskedJob, askedJob } from './decisions.ts'

/** @throws BAD_DATA where the bytes are not the job of this hash. */
export const parseAskedJob = (hash: Digest, bytes: Uint8Array): AskedJob =>
  matching('job', hash, () => {
    const asked = decode(askedJob, bytes)
    return { asked, found: jobHash(asked.spec) }
  })

export interface AskedRoster extends SignedRoster {
  /** The version that it follows: known by its hash, which the roster names. */
  readonly before: Roster | null
}

/** The proposal, or a version that others agreed to already. @throws BAD_DATA where no roster of this hash is among the bytes. */
export const parseAskedRoster = (hash: Digest, bytes: Uint8Array): AskedRoster =>
  matching('roster', hash, () => {
    const { chain, proposed } = decode(rosterBundle, bytes)
    const shown = [...chain, ...(proposed ? [proposed] : [])].map(({ roster: body, signatures }) => ({ roster: decode(roster, body), signatures }))
    const asked = shown.findLast((version) => rosterHash(version.roster) === hash)
    if (!asked) throw refuse('BAD_DATA', 'no such roster')
    const before = shown.find((version) => rosterHash(version.roster) === asked.roster.previous)?.roster ?? null
    return { asked: { ...asked, before }, found: hash }
  })

function matching<T>(matter: string, hash: Digest, read: () => { readonly asked: T; readonly found: Digest }): T {
  try {
    const { asked, found } = read()
    if (found === hash) return asked
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
  throw refuse('BAD_DATA', `what was asked about ${matter} ${hash.slice(0, 16)} is damaged: remove its .ask file, the daemon writes it anew`)
}

/** Members of `by` whose signatures on the proposal verify; what a file merely claims does not count. */
export function validSigners({ roster: proposed, signatures }: SignedRoster, by: Roster): readonly HospitalId[] {
  const payload = encode(roster, proposed)
  return by.members.filter((m) => signatures.some((s) => s.signer === m.id && verifyMessage('roster', {}, payload, s.signature, m.signKey))).map((m) => m.id)
}
