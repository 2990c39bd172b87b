// Who is in the federation: enrolment, rosters and key epochs, as the coordinator's journal folds them.
import { refuse } from '../core/errors.ts'
import { keyEpochHash, rosterHash } from '../privacy/messages.ts'
import type { EventOf } from './events.ts'
import type { CoordinatorState } from './state.ts'

export type MembershipEvent = EventOf<'founded' | 'invited' | 'enrolled' | 'revoked' | 'rosterProposed' | 'rosterSigned' | 'sealingKeyPublished'>
const put = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): Map<K, V> => new Map(map).set(key, value)

export function membershipStep(state: CoordinatorState, event: MembershipEvent): CoordinatorState {
  switch (event.kind) {
    case 'founded':
      if (state.founding) throw refuse('BAD_CONFIG', 'this federation is founded already')
      return { ...state, founding: event }
    case 'invited':
      return { ...state, invitations: put(state.invitations, event.tokenHash, event.hospital) }
    case 'enrolled':
      return enrolled(state, event)
    case 'revoked':
      return state.revoked.has(event.tlsKey) ? state : { ...state, revoked: new Set(state.revoked).add(event.tlsKey) }
    case 'rosterProposed':
      return { ...state, roster: { kind: 'proposed', roster: event.roster, hash: rosterHash(event.roster), signatures: [] } }
    case 'rosterSigned':
      return rosterSigned(state, event)
    case 'sealingKeyPublished':
      return sealingKeyPublished(state, event)
    default:
      return event satisfies never
  }
}

function enrolled(state: CoordinatorState, event: EventOf<'enrolled'>): CoordinatorState {
  if (state.invitations.get(event.tokenHash) !== event.hospital) throw refuse('BAD_TOKEN', `no open invitation of ${event.hospital} with this token`)
  if (state.roster.kind !== 'gathering') throw refuse('OTHER_ROSTER', 'the first roster is closed')
  const invitations = new Map(state.invitations)
  invitations.delete(event.tokenHash)
  const member = { id: event.hospital, name: event.name, signKey: event.signKey, tlsKey: event.tlsKey, expiresMs: event.expiresMs }
  return {
    ...state,
    invitations,
    usedTokens: new Set(state.usedTokens).add(event.tokenHash),
    members: put(state.members, event.hospital, member),
    certificates: put(state.certificates, event.hospital, event.certificate),
  }
}

function rosterSigned(state: CoordinatorState, event: EventOf<'rosterSigned'>): CoordinatorState {
  if (state.roster.kind === 'gathering') throw refuse('OTHER_ROSTER', 'no roster is proposed')
  const { roster, hash } = state.roster
  if (!roster.members.some((m) => m.id === event.signature.signer)) throw refuse('OFF_THE_ROSTER', `${event.signature.signer} is not on the roster`)
  if (state.roster.signatures.some((s) => s.signer === event.signature.signer)) return state
  const signatures = [...state.roster.signatures, event.signature]
  // All first members sign version 1.
  return { ...state, roster: { kind: signatures.length === roster.members.length ? 'agreed' : 'proposed', roster, hash, signatures } }
}

function sealingKeyPublished(state: CoordinatorState, event: EventOf<'sealingKeyPublished'>): CoordinatorState {
  if (state.roster.kind !== 'agreed') throw refuse('OTHER_ROSTER', 'the roster is not agreed yet')
  if (state.epoch.kind === 'agreed') {
    if (state.epoch.set.keys.some((k) => k.key.custodian === event.key.custodian && Buffer.compare(k.signature, event.signature) === 0)) return state
    throw refuse('OTHER_EPOCH', `key epoch ${state.epoch.epoch} is closed`)
  }
  if (event.key.epoch !== state.epoch.epoch || event.key.roster !== state.roster.hash)
    throw refuse('OTHER_EPOCH', `a key of epoch ${event.key.epoch} where ${state.epoch.epoch} is gathered`)
  const keys = [...state.epoch.keys.filter((k) => k.key.custodian !== event.key.custodian), { key: event.key, signature: event.signature }]
  const ordered = state.roster.roster.custodians.map((id) => keys.find((k) => k.key.custodian === id))
  if (!ordered.every((k) => k !== undefined)) return { ...state, epoch: { ...state.epoch, keys } }
  const set = { roster: state.roster.hash, epoch: state.epoch.epoch, keys: ordered }
  return { ...state, epoch: { kind: 'agreed', epoch: state.epoch.epoch, set, hash: keyEpochHash(set) } }
}
