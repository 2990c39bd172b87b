// Drawing custodians by lot from a roster too large for all members to be custodians. Pure: whoever holds the roster draws the same.
import { type Decoded, digest, encode, fixed, hash, hospitalId, list, option, struct, text, u32 } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { type Digest, fromDigest, type HospitalId } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import type { Roster } from './messages.ts'

const drawn = struct({
  federation: text(LIMITS.nameBytes),
  version: u32,
  previous: option(digest),
  members: list(struct({ id: hospitalId, signKey: fixed(32) }), LIMITS.members),
})
export type Electorate = Pick<Roster, 'federation' | 'version' | 'previous' | 'members'>

/**
 * SHA-256 over federation, version, the previous roster's hash, and every member's id and signing key, in the order of ids. Each hospital
 * made its own key, so no single one fixes the seed; who adds the last key can try many (docs/decisions/009).
 */
export function electionSeed({ federation, version, previous, members }: Electorate): Digest {
  const electorate: Decoded<typeof drawn> = { federation, version, previous, members: members.map(({ id, signKey }) => ({ id, signKey })) }
  return hash('consilium/election-seed/1', encode(drawn, electorate))
}

/**
 * m of n members: those with the lowest SHA-256(label, seed, id), in that order, which is the order of their Shamir coordinates.
 * Given a seed that is not chosen, every m-subset is equally likely. @throws BAD_PARAMETERS where there are fewer members than seats.
 */
export function electCustodians(electorate: Electorate, m: number): HospitalId[] {
  if (electorate.members.length < m) throw refuse('BAD_PARAMETERS', `${m} custodians of ${electorate.members.length} members`)
  const seed = fromDigest(electionSeed(electorate))
  const lots = electorate.members.map(({ id }) => ({ id, lot: hash('consilium/election/1', seed, Buffer.from(id, 'utf8')) }))
  lots.sort((a, b) => (a.lot < b.lot ? -1 : 1))
  return lots.slice(0, m).map(({ id }) => id)
}

/** Whether the roster's custodians are those that the draw gives, in its order. The roster does not claim it: whoever reads it recomputes it. */
export const areElected = (roster: Roster): boolean => {
  const drawnOnes = electCustodians(roster, roster.custodians.length)
  return drawnOnes.every((id, i) => id === roster.custodians[i])
}
