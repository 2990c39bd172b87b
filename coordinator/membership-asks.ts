// What a member is asked about rosters and key epochs.
import type { HospitalId } from '../core/ids.ts'
import type { Ask } from '../proto/messages.ts'
import type { CoordinatorState } from './state.ts'

export interface MembershipAsks {
  readonly asks: readonly Ask[]
  /** Whether the member takes part in jobs now. */
  readonly mayServe: boolean
}

export function membershipAsks(state: CoordinatorState, member: HospitalId): MembershipAsks {
  if (state.roster.kind === 'gathering' || !state.roster.roster.members.some((m) => m.id === member)) return { asks: [], mayServe: false }
  const { roster, hash, signatures } = state.roster
  if (state.roster.kind === 'proposed')
    return { asks: signatures.some((s) => s.signer === member) ? [] : [{ kind: 'signRoster', roster: hash }], mayServe: false }
  const { epoch } = state
  const lacking = epoch.kind === 'gathering' && roster.custodians.includes(member) && !epoch.keys.some((k) => k.key.custodian === member)
  return { asks: lacking ? [{ kind: 'publishSealingKey', roster: hash, epoch: epoch.epoch }] : [], mayServe: true }
}
