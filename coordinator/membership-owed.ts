// What the coordinator itself owes about rosters and key epochs: propose what its operator wants, bring into force what is agreed, rotate.
import type { Digest } from '../core/ids.ts'
import type { Effect } from '../core/machine.ts'
import { electCustodians } from '../privacy/election.ts'
import { PROTOCOL_VERSION, type Roster, rosterHash } from '../privacy/messages.ts'
import { checkNextRoster, checkRoster } from '../privacy/roster.ts'
import type { CoordinatorContext } from './context.ts'
import { isAgreedNext, newestEpoch, stepIsOpen } from './membership.ts'
import type { CoordinatorState } from './state.ts'

/** When the custodians' sealing keys are replaced, whichever comes first. */
export interface KeyEpochLife {
  readonly days: number
  /** Steps planned under one epoch. */
  readonly steps: number
}
const DAY_MS = 86_400_000

export type MembershipEffect =
  | { readonly kind: 'proposeRoster'; readonly roster: Roster }
  | { readonly kind: 'withdrawRoster'; readonly hash: Digest }
  | { readonly kind: 'activateRoster'; readonly hash: Digest }
  | { readonly kind: 'openKeyEpoch'; readonly epoch: number }
  | { readonly kind: 'activateKeyEpoch'; readonly epoch: number }

export interface MembershipOwed {
  readonly effects: readonly (Effect & MembershipEffect)[]
  readonly wakeAtMs: number | null
  /** No step is planned before these are done. */
  readonly first: boolean
}

export function membershipOwed(state: CoordinatorState, life: KeyEpochLife | null, nowMs: number): MembershipOwed {
  if (isAgreedNext(state) && state.proposal) {
    const { hash } = state.proposal
    return { effects: stepIsOpen(state) ? [] : [{ key: `activate roster ${hash}`, kind: 'activateRoster', hash }], wakeAtMs: null, first: true }
  }
  const proposing = proposalOwed(state)
  if (state.nextEpoch?.kind === 'ready') {
    const { epoch } = state.nextEpoch
    const now: MembershipOwed['effects'] = stepIsOpen(state) ? [] : [{ key: `activate epoch ${epoch}`, kind: 'activateKeyEpoch', epoch }]
    return { effects: [...proposing, ...now], wakeAtMs: null, first: true }
  }
  const rotation = rotationOwed(state, life, nowMs)
  return { effects: [...proposing, ...rotation.effects], wakeAtMs: rotation.wakeAtMs, first: state.roster.kind !== 'agreed' || state.epoch.kind !== 'agreed' }
}

function proposalOwed(state: CoordinatorState): MembershipOwed['effects'] {
  const next = nextRoster(state)
  if (next && next.hash !== state.proposal?.hash) return [{ key: `propose roster ${next.hash}`, kind: 'proposeRoster', roster: next.roster }]
  if (next || !state.proposal) return []
  return [{ key: `withdraw roster ${state.proposal.hash}`, kind: 'withdrawRoster', hash: state.proposal.hash }]
}

function rotationOwed({ epoch, nextEpoch }: CoordinatorState, life: KeyEpochLife | null, nowMs: number): Pick<MembershipOwed, 'effects' | 'wakeAtMs'> {
  if (!life || epoch.kind !== 'agreed' || nextEpoch) return { effects: [], wakeAtMs: null }
  const endsMs = epoch.sinceMs + life.days * DAY_MS
  if (nowMs < endsMs && epoch.steps < life.steps) return { effects: [], wakeAtMs: endsMs }
  return { effects: [{ key: `epoch ${epoch.epoch + 1}`, kind: 'openKeyEpoch', epoch: epoch.epoch + 1 }], wakeAtMs: null }
}

interface NextRoster {
  readonly roster: Roster
  readonly hash: Digest
}
interface Memory extends Pick<CoordinatorState, 'wanted' | 'roster'> {
  readonly next: NextRoster | null
}
/** By the enrolled members' map: thousands of them are not sorted and hashed again at every event. */
const remembered = new WeakMap<CoordinatorState['members'], Memory>()

/** The version after the current one, as the operator wants it; null while somebody is not enrolled, or where nothing changes. */
function nextRoster(state: CoordinatorState): NextRoster | null {
  const { members, wanted, roster } = state
  const before = remembered.get(members)
  if (before && before.wanted === wanted && sameCurrent(before.roster, roster)) return before.next
  const made = makeNext(state)
  const next = made && { roster: made, hash: rosterHash(made) }
  remembered.set(members, { wanted, roster, next })
  return next
}
const sameCurrent = (a: CoordinatorState['roster'], b: CoordinatorState['roster']): boolean =>
  a.kind === 'agreed' && b.kind === 'agreed' ? a.hash === b.hash : a.kind === b.kind

function makeNext({ founding, wanted, members, roster: current }: CoordinatorState): Roster | null {
  if (!founding || !wanted) return null
  const enrolled = wanted.hospitals.map(({ id }) => members.get(id)).filter((m) => m !== undefined)
  if (enrolled.length < wanted.hospitals.length) return null
  const ordered = enrolled.sort((a, b) => (a.id < b.id ? -1 : 1)).map(({ id, name, signKey, tlsKey }) => ({ id, name, signKey, tlsKey }))
  const as = (version: number, previous: Digest | null): Roster => {
    const electorate = { federation: founding.federation, version, previous, members: ordered }
    const custodians = wanted.elect > 0 ? electCustodians(electorate, wanted.elect) : wanted.custodians
    return { protocol: PROTOCOL_VERSION, ...electorate, coordinatorKey: founding.coordinatorKey, custodians, corrupt: wanted.corrupt }
  }
  if (current.kind !== 'agreed') return as(1, null)
  const { version, previous } = current.roster
  return rosterHash(as(version, previous)) === current.hash ? null : as(version + 1, current.hash)
}

export async function performMembership(context: CoordinatorContext, effect: MembershipEffect): Promise<void> {
  switch (effect.kind) {
    case 'proposeRoster':
      checkRoster(effect.roster)
      return await context.post({ kind: 'rosterProposed', roster: effect.roster })
    case 'withdrawRoster':
      return await context.post({ kind: 'rosterWithdrawn', roster: effect.hash })
    case 'activateRoster':
      return await activateRoster(context, effect.hash)
    case 'openKeyEpoch':
      return await context.post({ kind: 'keyEpochOpened', epoch: newestEpoch(context.state()) + 1 })
    case 'activateKeyEpoch':
      return await context.post({ kind: 'keyEpochActivated', epoch: effect.epoch })
    default:
      return effect satisfies never
  }
}

/** What every member will check before it follows. */
async function activateRoster(context: CoordinatorContext, hash: Digest): Promise<void> {
  const { proposal, roster } = context.state()
  if (proposal?.hash !== hash || roster.kind !== 'agreed') return
  checkNextRoster(proposal, roster.roster)
  await context.post({ kind: 'rosterActivated', roster: hash })
}
