// Who is in the federation and who holds key shares. Every other check starts from a roster and a key epoch that passed here.
import { encode } from '../core/codec.ts'
import { defend } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import type { HospitalId } from '../core/ids.ts'
import type { SecretBytes } from '../core/secret.ts'
import {
  type KeyEpochSet,
  type Member,
  type NamedSignature,
  PROTOCOL_VERSION,
  type Roster,
  roster as rosterCodec,
  rosterHash,
  type SealingKey,
  sealingKey,
} from './messages.ts'
import { thresholds } from './parameters.ts'
import { checkSealingKey } from './sealing.ts'
import { checkSignKey, requireSignature, signMessage, verifyMessage } from './signatures.ts'

/** True where the texts rise strictly: sorted, none twice. The order is by code units, the same on every machine. */
export const risesStrictly = (texts: readonly string[]): boolean => texts.every((text, i) => i === 0 || (texts[i - 1] as string) < text)

/** By bisection: members are sorted. */
function findMember(roster: Roster, id: HospitalId): Member | undefined {
  let low = 0
  for (let high = roster.members.length; low < high; ) {
    const middle = (low + high) >>> 1
    if ((roster.members[middle] as Member).id < id) low = middle + 1
    else high = middle
  }
  const found = roster.members[low]
  return found?.id === id ? found : undefined
}
export const isMember = (roster: Roster, id: HospitalId): boolean => findMember(roster, id) !== undefined

/** @throws OFF_THE_ROSTER. */
export function memberOf(roster: Roster, id: HospitalId): Member {
  const found = findMember(roster, id)
  if (!found) throw refuse('OFF_THE_ROSTER', `${id} is not on roster version ${roster.version}`)
  return found
}

/** The custodian's Shamir coordinate, 1..m. @throws NOT_A_CUSTODIAN. */
export function custodianIndex(roster: Roster, id: HospitalId): number {
  const at = roster.custodians.indexOf(id)
  if (at < 0) throw refuse('NOT_A_CUSTODIAN', `${id} is not a custodian of roster version ${roster.version}`)
  return at + 1
}

/** t, g of this roster's (m, f). @throws BAD_PARAMETERS off the table. */
export const rosterThresholds = (roster: Roster): { readonly t: number; readonly g: number } => thresholds(roster.custodians.length, roster.corrupt)

/** The roster alone: order, distinctness, keys, (m, f). @throws OTHER_VERSION | BAD_ROSTER | BAD_KEY | BAD_PARAMETERS. */
export function checkRoster(roster: Roster): void {
  if (roster.protocol !== PROTOCOL_VERSION) throw refuse('OTHER_VERSION', `a roster of protocol ${roster.protocol}`)
  const ids = roster.members.map((member) => member.id)
  if (!risesStrictly(ids)) throw refuse('BAD_ROSTER', 'members are not sorted by id, or one is named twice')
  checkKeys(roster)
  const custodians = new Set(roster.custodians)
  if (custodians.size !== roster.custodians.length) throw refuse('BAD_ROSTER', 'a custodian is named twice')
  for (const id of custodians) if (!isMember(roster, id)) throw refuse('BAD_ROSTER', `custodian ${id} is not a member`)
  rosterThresholds(roster)
  if ((roster.version === 1) !== (roster.previous === null))
    throw refuse('BAD_ROSTER', `version ${roster.version} ${roster.previous ? 'names' : 'does not name'} a previous roster`)
}

function checkKeys(roster: Roster): void {
  const signKeys = [roster.coordinatorKey, ...roster.members.map((member) => member.signKey)]
  for (const key of signKeys) checkSignKey(key)
  if (new Set(signKeys.map((key) => Buffer.from(key).toString('hex'))).size !== signKeys.length) throw refuse('BAD_ROSTER', 'two parties have one signing key')
  if (new Set(roster.members.map((member) => member.tlsKey)).size !== roster.members.length) throw refuse('BAD_ROSTER', 'two members have one TLS key')
}

export interface SignedRoster {
  readonly roster: Roster
  readonly signatures: readonly NamedSignature[]
}

/** How many of `by` have validly signed the roster; a signer counts once. */
function countSigners({ roster, signatures }: SignedRoster, by: readonly Member[]): number {
  const payload = encode(rosterCodec, roster)
  const valid = by.filter((member) => signatures.some((s) => s.signer === member.id && verifyMessage('roster', {}, payload, s.signature, member.signKey)))
  return valid.length
}

/** Version 1 is signed by every member it names. @throws BAD_ROSTER and what checkRoster throws. */
export function checkFirstRoster(bundle: SignedRoster): void {
  checkRoster(bundle.roster)
  if (bundle.roster.version !== 1) throw refuse('BAD_ROSTER', `version ${bundle.roster.version} where the first is expected`)
  const signers = countSigners(bundle, bundle.roster.members)
  if (signers !== bundle.roster.members.length) throw refuse('BAD_ROSTER', `${signers} of ${bundle.roster.members.length} members signed the first roster`)
}

/** A later version follows the current one and is signed by more than half of the current members. @throws BAD_ROSTER | OTHER_ROSTER. */
export function checkNextRoster(bundle: SignedRoster, current: Roster): void {
  const { roster } = bundle
  checkRoster(roster)
  if (roster.version !== current.version + 1 || roster.previous !== rosterHash(current) || roster.federation !== current.federation) {
    throw refuse('OTHER_ROSTER', `version ${roster.version} does not follow version ${current.version}`)
  }
  const signers = countSigners(bundle, current.members)
  defend('roster-majority', () => {
    if (signers * 2 <= current.members.length)
      throw refuse('BAD_ROSTER', `${signers} of ${current.members.length} current members signed: a majority is needed`)
  })
}

/**
 * The versions after the pinned one that a chain proves, oldest first: each follows the one before it and is signed by more than half of
 * ITS members; a stranger (nothing pinned) starts at version 1, which all of its members signed. The chain holds every version from 1 on:
 * one that lacks the pinned version, or holds another in its place (a fork), proves nothing.
 * @throws OTHER_ROSTER (shorter than what is pinned, a fork, a gap), BAD_ROSTER and what checkRoster throws.
 */
export function followChain(chain: readonly SignedRoster[], pinned: Roster | null): readonly Roster[] {
  const from = pinned?.version ?? 0
  if (pinned) {
    const held = chain[from - 1]
    if (!held || rosterHash(held.roster) !== rosterHash(pinned)) throw refuse('OTHER_ROSTER', `the chain does not hold the pinned version ${from}`)
  }
  let current = pinned
  const followed: Roster[] = []
  for (const bundle of chain.slice(from)) {
    if (current) checkNextRoster(bundle, current)
    else checkFirstRoster(bundle)
    current = bundle.roster
    followed.push(current)
  }
  return followed
}

/** A roster that is only proposed: it could follow the current one, or be the first. @throws OTHER_ROSTER and what checkRoster throws. */
export function checkProposal(proposed: Roster, current: Roster | null): void {
  checkRoster(proposed)
  const follows = current
    ? proposed.version === current.version + 1 && proposed.previous === rosterHash(current) && proposed.federation === current.federation
    : proposed.version === 1
  if (!follows) throw refuse('OTHER_ROSTER', `the proposed version ${proposed.version} does not follow version ${current?.version ?? 0}`)
}

/** One sealing key a custodian, in the roster's order, each signed over (roster hash, epoch, key). @throws OTHER_ROSTER | OTHER_EPOCH | BAD_SIGNATURE | BAD_KEY. */
export function checkKeyEpoch(set: KeyEpochSet, roster: Roster): void {
  if (set.roster !== rosterHash(roster)) throw refuse('OTHER_ROSTER', 'the key epoch belongs to another roster')
  if (set.keys.length !== roster.custodians.length) throw refuse('BAD_KEY', `${set.keys.length} sealing keys for ${roster.custodians.length} custodians`)
  set.keys.forEach((signed, i) => {
    checkSignedSealingKey(signed, roster, set.epoch, roster.custodians[i] as HospitalId)
  })
  for (const part of ['x25519', 'mlkem'] as const) {
    if (new Set(set.keys.map(({ key }) => Buffer.from(key[part]).toString('hex'))).size !== set.keys.length)
      throw refuse('BAD_KEY', 'two custodians have one sealing key')
  }
}

export function signSealingKey(key: SealingKey, privateKey: SecretBytes): { readonly key: SealingKey; readonly signature: Uint8Array } {
  return { key, signature: signMessage('sealing-key', {}, encode(sealingKey, key), privateKey) }
}
export function signRoster(roster: Roster, signer: HospitalId, privateKey: SecretBytes): NamedSignature {
  return { signer, signature: signMessage('roster', {}, encode(rosterCodec, roster), privateKey) }
}

/** One custodian's signed key, as the coordinator takes it in. @throws NOT_A_CUSTODIAN | OTHER_ROSTER | OTHER_EPOCH | BAD_SIGNATURE | BAD_KEY. */
export function checkSignedSealingKey(
  signed: { readonly key: SealingKey; readonly signature: Uint8Array },
  roster: Roster,
  epoch: number,
  custodian: HospitalId,
): void {
  const { key, signature } = signed
  custodianIndex(roster, custodian)
  if (key.custodian !== custodian) throw refuse('BAD_KEY', `${key.custodian}'s key in the place of ${custodian}`)
  if (key.roster !== rosterHash(roster)) throw refuse('OTHER_ROSTER', `${custodian}'s key belongs to another roster`)
  if (key.epoch !== epoch) throw refuse('OTHER_EPOCH', `${custodian}'s key belongs to epoch ${key.epoch}, not ${epoch}`)
  defend('sealing-keys-signed', () => requireSignature('sealing-key', {}, encode(sealingKey, key), signature, memberOf(roster, custodian).signKey, custodian))
  checkSealingKey(key)
}
