// Who is in the federation: enrolment, rosters and key epochs, as the coordinator's journal folds them. A roster follows the current one
// once more than half of the current members signed it; it and a new key epoch come into force only between steps.
import { defend } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import type { Digest, HospitalId } from '../core/ids.ts'
import { type KeyEpochSet, keyEpochHash, type Roster, rosterHash } from '../privacy/messages.ts'
import type { EventOf } from './events.ts'
import type { CoordinatorState, JobState, RosterVersion, SignedSealingKey } from './state.ts'

export type MembershipEvent = EventOf<
  | 'founded'
  | 'invited'
  | 'enrolled'
  | 'revoked'
  | 'rosterProposed'
  | 'rosterSigned'
  | 'sealingKeyPublished'
  | 'membershipWanted'
  | 'rosterWithdrawn'
  | 'rosterActivated'
  | 'keyEpochOpened'
  | 'keyEpochActivated'
  | 'keyEpochGivenUp'
>
const put = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): Map<K, V> => new Map(map).set(key, value)

export function membershipStep(state: CoordinatorState, event: MembershipEvent, nowMs: number): CoordinatorState {
  switch (event.kind) {
    case 'founded':
      if (state.founding) throw refuse('BAD_CONFIG', 'this federation is founded already')
      return { ...state, founding: event, wanted: event }
    case 'membershipWanted':
      return { ...state, wanted: event }
    case 'invited':
      return { ...state, invitations: put(state.invitations, event.tokenHash, event.hospital) }
    case 'enrolled':
      return enrolled(state, event)
    case 'revoked':
      return state.revoked.has(event.tlsKey) ? state : { ...state, revoked: new Set(state.revoked).add(event.tlsKey) }
    case 'rosterProposed':
      return rosterProposed(state, event)
    case 'rosterWithdrawn':
      if (state.proposal?.hash !== event.roster || isAgreedNext(state)) throw refuse('OTHER_ROSTER', 'this roster is not proposed, or agreed already')
      return { ...state, proposal: null }
    case 'rosterSigned':
      return rosterSigned(state, event)
    case 'rosterActivated':
      return rosterActivated(state, event)
    case 'sealingKeyPublished':
      return sealingKeyPublished(state, event, nowMs)
    case 'keyEpochOpened':
      if (state.epoch.kind !== 'agreed' || state.nextEpoch || event.epoch !== newestEpoch(state) + 1)
        throw refuse('OTHER_EPOCH', `key epoch ${event.epoch} cannot be opened now`)
      return { ...state, nextEpoch: { kind: 'gathering', epoch: event.epoch, keys: [] } }
    case 'keyEpochActivated':
      return keyEpochActivated(state, event, nowMs)
    case 'keyEpochGivenUp':
      return keyEpochGivenUp(state, event)
    default:
      return event satisfies never
  }
}

// ---- what others ask of this part of the state

/** Every agreed roster, from version 1 on. */
export const agreedChain = ({ past, roster }: CoordinatorState): readonly RosterVersion[] => (roster.kind === 'agreed' ? [...past, roster] : past)

/** An agreed roster by its hash: a step's messages belong to the one that its plan names. @throws OTHER_ROSTER. */
export function agreedRoster(state: CoordinatorState, hash: Digest): Roster {
  const { roster } = state
  const found = roster.kind === 'agreed' && roster.hash === hash ? roster : state.past.find((version) => version.hash === hash)
  if (!found) throw refuse('OTHER_ROSTER', `no agreed roster ${hash.slice(0, 12)}`)
  return found.roster
}
/** A complete set of sealing keys by its hash. @throws OTHER_EPOCH. */
export function agreedEpoch(state: CoordinatorState, hash: Digest): KeyEpochSet {
  const found = state.keyEpochs.get(hash)
  if (!found) throw refuse('OTHER_EPOCH', `no key epoch ${hash.slice(0, 12)}`)
  return found
}

/** Whether a step waits for its release: rosters and key epochs do not change under it. */
export const stepIsOpen = ({ jobs }: CoordinatorState): boolean => [...jobs.values()].some((job) => job.open && job.outcome === 'running')

/** The cohort of a job's plans: who was on the roster when it started and is still. Newcomers come with the next job: in exact statistics
 * they would be the difference of two sums. */
export function cohortOf(state: CoordinatorState, job: JobState): readonly HospitalId[] {
  if (state.roster.kind !== 'agreed') return []
  const now = state.roster.roster.members.map((m) => m.id)
  if (job.spec.roster === state.roster.hash) return now
  const then = new Set(agreedRoster(state, job.spec.roster).members.map((m) => m.id))
  return now.filter((id) => then.has(id))
}

/** On the current roster, under the keys that it is enrolled with now. */
export function isActive(state: CoordinatorState, id: HospitalId): boolean {
  const [listed, enrolled] = [state.roster.kind === 'agreed' ? memberIn(state.roster.roster, id) : undefined, state.members.get(id)]
  return listed !== undefined && enrolled !== undefined && sameBytes(listed.signKey, enrolled.signKey)
}
const memberIn = (roster: Roster, id: HospitalId): Roster['members'][number] | undefined => roster.members.find((m) => m.id === id)
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/**
 * A next roster is agreed by more than half of the current members, and by whoever shall be its custodian: without their keys nothing could be
 * planned under it. The first one by all that it names. (Members follow one that more than half have signed: the rest is the coordinator's care.)
 */
export function isAgreedNext({ roster, proposal }: CoordinatorState): boolean {
  if (!proposal) return false
  const signers = new Set(proposal.signatures.map((s) => s.signer))
  if (roster.kind !== 'agreed') return proposal.roster.members.every((m) => signers.has(m.id))
  const keys = new Map(proposal.roster.members.map((m) => [m.id, m.signKey]))
  const counted = roster.roster.members.filter((m) => {
    const next = keys.get(m.id)
    // A member that enrols anew signs with a key that the current roster does not know.
    return signers.has(m.id) && (!next || sameBytes(next, m.signKey))
  })
  return counted.length * 2 > roster.roster.members.length && proposal.roster.custodians.every((id) => signers.has(id))
}

/** Numbers only rise, also over keys that were never all gathered. */
export const newestEpoch = ({ epoch, nextEpoch }: CoordinatorState): number => Math.max(epoch.epoch, nextEpoch?.epoch ?? 0)

/** One more step was planned under the present epoch. */
export const countStep = (state: CoordinatorState): CoordinatorState =>
  state.epoch.kind === 'agreed' ? { ...state, epoch: { ...state.epoch, steps: state.epoch.steps + 1 } } : state

// ---- transitions

function enrolled(state: CoordinatorState, event: EventOf<'enrolled'>): CoordinatorState {
  defend('token-once', () => {
    if (state.invitations.get(event.tokenHash) !== event.hospital) throw refuse('BAD_TOKEN', `no open invitation of ${event.hospital} with this token`)
  })
  const invitations = new Map(state.invitations)
  invitations.delete(event.tokenHash)
  const member = { id: event.hospital, name: event.name, signKey: event.signKey, tlsKey: event.tlsKey, expiresMs: event.expiresMs }
  return {
    ...state,
    invitations,
    usedTokens: new Set(state.usedTokens).add(event.tokenHash),
    members: put(state.members, event.hospital, member),
    certificates: put(state.certificates, event.hospital, event.certificate),
    ...(state.members.has(event.hospital) ? { jobs: untaken(state.jobs, event.hospital), snapshots: unsigned(state.snapshots, event.hospital) } : {}),
  }
}

/** A hospital that enrols anew has lost what it held: it declares its extracts again, under its new key. They must be the same ones. */
function unsigned(snapshots: CoordinatorState['snapshots'], member: HospitalId): CoordinatorState['snapshots'] {
  return new Map(
    [...snapshots].map(([boundary, declared]) => {
      const own = declared.get(member)
      return [boundary, own ? put(declared, member, { ...own, signature: new Uint8Array(0) }) : declared]
    }),
  )
}

/** And it takes every release again. */
function untaken(jobs: CoordinatorState['jobs'], member: HospitalId): CoordinatorState['jobs'] {
  const without = (job: JobState): JobState => ({
    ...job,
    adopted: new Map([...job.adopted].filter(([id]) => id !== member)),
    scored: new Map([...job.scored].map(([stage, by]) => [stage, new Set([...by].filter((id) => id !== member))])),
  })
  return new Map([...jobs].map(([hash, job]) => [hash, without(job)]))
}

/** Replaces whatever was proposed before, unless that is agreed by now. */
function rosterProposed(state: CoordinatorState, { roster }: EventOf<'rosterProposed'>): CoordinatorState {
  if (isAgreedNext(state)) throw refuse('OTHER_ROSTER', `version ${state.proposal?.roster.version} is agreed and comes into force first`)
  const current = state.roster.kind === 'agreed' ? state.roster : null
  if (roster.version !== (current?.roster.version ?? 0) + 1 || roster.previous !== (current?.hash ?? null))
    throw refuse('OTHER_ROSTER', `version ${roster.version} does not follow the current one`)
  return { ...state, proposal: { roster, hash: rosterHash(roster), signatures: [] } }
}

function rosterSigned(state: CoordinatorState, { roster: hash, signature }: EventOf<'rosterSigned'>): CoordinatorState {
  const { proposal, roster: current } = state
  if (proposal?.hash === hash) {
    const signed = withSignature(proposal, signature)
    if (signed === proposal) return state
    const next = { ...state, proposal: signed }
    return current.kind === 'gathering' && isAgreedNext(next) ? { ...next, roster: { kind: 'agreed', ...signed }, proposal: null } : next
  }
  if (current.kind !== 'agreed' || current.hash !== hash) throw refuse('OTHER_ROSTER', 'this roster is not proposed')
  const signed = withSignature(current, signature)
  return signed === current ? state : { ...state, roster: signed }
}
const withSignature = <V extends RosterVersion>(version: V, signature: RosterVersion['signatures'][number]): V =>
  version.signatures.some((s) => s.signer === signature.signer) ? version : { ...version, signatures: [...version.signatures, signature] }

function rosterActivated(state: CoordinatorState, event: EventOf<'rosterActivated'>): CoordinatorState {
  const { proposal, roster } = state
  if (proposal?.hash !== event.roster || !isAgreedNext(state) || roster.kind !== 'agreed') throw refuse('OTHER_ROSTER', 'this roster is not agreed')
  if (stepIsOpen(state)) throw refuse('OTHER_ROSTER', 'a step in flight ends under its own roster')
  const { kind: _, ...before } = roster
  return {
    ...state,
    past: [...state.past, before],
    roster: { kind: 'agreed', ...proposal },
    proposal: null,
    epoch: { kind: 'gathering', epoch: newestEpoch(state) + 1, keys: [] },
    nextEpoch: null,
  }
}

function sealingKeyPublished(state: CoordinatorState, { key, signature }: EventOf<'sealingKeyPublished'>, nowMs: number): CoordinatorState {
  const { roster, epoch, nextEpoch } = state
  if (roster.kind !== 'agreed') throw refuse('OTHER_ROSTER', 'the roster is not agreed yet')
  for (const closed of [epoch, nextEpoch])
    if (closed && closed.kind !== 'gathering' && closed.set.keys.some((k) => k.key.custodian === key.custodian && sameBytes(k.signature, signature)))
      return state
  const gathering = gatheredEpoch(state)
  if (!gathering || key.epoch !== gathering.epoch || key.roster !== roster.hash)
    throw refuse('OTHER_EPOCH', `a key of epoch ${key.epoch}, which is not gathered`)
  const keys = [...gathering.keys.filter((k) => k.key.custodian !== key.custodian), { key, signature }]
  const set = wholeSet(roster, gathering.epoch, keys)
  if (!set) return epoch.kind === 'gathering' ? { ...state, epoch: { ...epoch, keys } } : { ...state, nextEpoch: { ...gathering, keys } }
  const hash = keyEpochHash(set)
  const known = { ...state, keyEpochs: put(state.keyEpochs, hash, set) }
  if (epoch.kind === 'gathering') return { ...known, epoch: { kind: 'agreed', epoch: set.epoch, set, hash, sinceMs: nowMs, steps: 0 } }
  return { ...known, nextEpoch: { kind: 'ready', epoch: set.epoch, set, hash } }
}

/** The epoch whose keys are asked for now. */
export function gatheredEpoch({ epoch, nextEpoch }: CoordinatorState): Extract<CoordinatorState['epoch'], { kind: 'gathering' }> | null {
  if (epoch.kind === 'gathering') return epoch
  return nextEpoch?.kind === 'gathering' ? nextEpoch : null
}

/** One key a custodian in the roster's order; null while one is missing. */
function wholeSet({ roster, hash }: RosterVersion, epoch: number, keys: readonly SignedSealingKey[]): KeyEpochSet | null {
  const ordered = roster.custodians.map((id) => keys.find((k) => k.key.custodian === id))
  return ordered.every((k) => k !== undefined) ? { roster: hash, epoch, keys: ordered } : null
}

function keyEpochActivated(state: CoordinatorState, event: EventOf<'keyEpochActivated'>, nowMs: number): CoordinatorState {
  const { nextEpoch } = state
  if (nextEpoch?.kind !== 'ready' || nextEpoch.epoch !== event.epoch) throw refuse('OTHER_EPOCH', `the keys of epoch ${event.epoch} are not all there`)
  if (stepIsOpen(state)) throw refuse('OTHER_EPOCH', 'a step in flight ends under its own key epoch')
  return { ...state, epoch: { ...nextEpoch, kind: 'agreed', sinceMs: nowMs, steps: 0 }, nextEpoch: null }
}

/** Whatever holds a key that was dropped is not waited for: keys are gathered anew, under a number that nobody has used. */
function keyEpochGivenUp(state: CoordinatorState, { epoch: dropped, member }: EventOf<'keyEpochGivenUp'>): CoordinatorState {
  if (state.roster.kind !== 'agreed' || !state.roster.roster.custodians.includes(member)) return state
  if (dropped > newestEpoch(state)) throw refuse('OTHER_EPOCH', `key epoch ${dropped} was never opened`)
  const fresh = { kind: 'gathering' as const, epoch: newestEpoch(state) + 1, keys: [] }
  const { epoch, nextEpoch } = state
  if (epoch.kind === 'gathering') return dropped < epoch.epoch ? state : { ...state, epoch: fresh }
  return dropped < (nextEpoch ?? epoch).epoch ? state : { ...state, nextEpoch: fresh }
}
