// What a member is asked about rosters and key epochs.
import type { HospitalId } from '../core/ids.ts'
import type { Ask } from '../proto/messages.ts'
import { gatheredEpoch, isActive } from './membership.ts'
import type { CoordinatorState, RosterVersion } from './state.ts'

export interface MembershipAsks {
  readonly asks: readonly Ask[]
  /** Whether the member takes part in jobs now: it stands on the current roster under its present keys, and has signed it. */
  readonly mayServe: boolean
}

/** Who stands on the roster, before the change or after it, is asked to sign it; also where a majority agreed to it meanwhile. */
export function membershipAsks(state: CoordinatorState, member: HospitalId): MembershipAsks {
  const { roster, proposal } = state
  const asks: Ask[] = []
  const active = isActive(state, member)
  if (proposal && (active || isListed(proposal, member)) && !hasSigned(proposal, member)) asks.push({ kind: 'signRoster', roster: proposal.hash })
  if (roster.kind !== 'agreed' || !active) return { asks, mayServe: false }
  if (!hasSigned(roster, member)) return { asks: [...asks, { kind: 'signRoster', roster: roster.hash }], mayServe: false }
  const gathering = gatheredEpoch(state)
  if (gathering && roster.roster.custodians.includes(member) && !gathering.keys.some((k) => k.key.custodian === member))
    asks.push({ kind: 'publishSealingKey', roster: roster.hash, epoch: gathering.epoch })
  return { asks, mayServe: true }
}

const hasSigned = ({ signatures }: RosterVersion, member: HospitalId): boolean => signatures.some((s) => s.signer === member)
const isListed = ({ roster }: RosterVersion, member: HospitalId): boolean => roster.members.some((m) => m.id === member)
