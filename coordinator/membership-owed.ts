// What the coordinator itself owes about rosters and key epochs.
import type { HospitalId } from '../core/ids.ts'
import type { Effect } from '../core/machine.ts'
import { PROTOCOL_VERSION, type Roster } from '../privacy/messages.ts'
import { checkRoster } from '../privacy/roster.ts'
import type { CoordinatorContext } from './context.ts'
import type { CoordinatorState } from './state.ts'

export type MembershipEffect = { readonly kind: 'proposeRoster' }

export function membershipOwed(state: CoordinatorState): { readonly effects: readonly (Effect & MembershipEffect)[]; readonly wakeAtMs: number | null } {
  const { founding, roster } = state
  const propose = founding && roster.kind === 'gathering' && state.members.size === founding.hospitals.length
  return { effects: propose ? [{ key: 'roster', kind: 'proposeRoster' }] : [], wakeAtMs: null }
}

export async function performMembership(context: CoordinatorContext, effect: MembershipEffect): Promise<void> {
  switch (effect.kind) {
    case 'proposeRoster':
      return await context.post({ kind: 'rosterProposed', roster: firstRoster(context) })
    default:
      return effect.kind satisfies never
  }
}

function firstRoster(context: CoordinatorContext): Roster {
  const { founding, members } = context.state()
  if (!founding) throw new Error('unreachable: a roster is proposed after founding')
  const ordered = [...members.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  const roster: Roster = {
    protocol: PROTOCOL_VERSION,
    federation: founding.federation,
    version: 1,
    previous: null,
    coordinatorKey: founding.coordinatorKey,
    members: ordered.map(({ id, name, signKey, tlsKey }) => ({ id, name, signKey, tlsKey })),
    custodians: founding.custodians as readonly HospitalId[],
    corrupt: founding.corrupt,
  }
  checkRoster(roster)
  return roster
}
