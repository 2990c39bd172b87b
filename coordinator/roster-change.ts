// What the operator wants the federation to be. Members decide: nothing of it holds before more than half of them signed.
import { encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import type { HospitalId } from '../core/ids.ts'
import { thresholds } from '../privacy/parameters.ts'
import type { CoordinatorContext } from './context.ts'
import { coordinatorEvent } from './events.ts'
import type { CoordinatorState, Membership } from './state.ts'

export interface RosterChange {
  readonly hospitals: readonly { readonly id: HospitalId; readonly name: string }[]
  /** In order of their index 1..m; or how many are drawn by lot among all members. */
  readonly custodians: readonly HospitalId[] | { readonly elect: number }
  /** f: custodians that may be corrupt together with the coordinator. */
  readonly corrupt: number
}

/** @throws BAD_CONFIG (a custodian or a hospital named twice, a custodian that is no hospital), BAD_PARAMETERS ((m, f) off the table). */
export function membershipOf({ hospitals, custodians, corrupt }: RosterChange): Membership {
  const [listed, elect] = 'elect' in custodians ? [[], custodians.elect] : [custodians, 0]
  const ids = new Set(hospitals.map((h) => h.id))
  if (ids.size !== hospitals.length || new Set(listed).size !== listed.length) throw refuse('BAD_CONFIG', 'a hospital is named twice')
  const stranger = listed.find((id) => !ids.has(id))
  if (stranger !== undefined) throw refuse('BAD_CONFIG', `custodian ${stranger} is not one of the hospitals`)
  thresholds(elect || listed.length, corrupt)
  if (elect > ids.size) throw refuse('BAD_CONFIG', `${elect} custodians of ${ids.size} hospitals`)
  return { hospitals: hospitals.map(({ id, name }) => ({ id, name })), custodians: listed, elect, corrupt }
}

export async function proposeRoster(context: CoordinatorContext, change: RosterChange): Promise<void> {
  const wanted = { kind: 'membershipWanted' as const, ...membershipOf(change) }
  const before = context.state().wanted
  const bytes = (m: Membership): Uint8Array => encode(coordinatorEvent, { ...m, kind: 'membershipWanted' })
  if (before && Buffer.compare(bytes(before), bytes(wanted)) === 0) return
  await context.post(wanted)
}

/** Enrolled under a certificate that was not revoked since: else the hospital needs a new invitation. */
export function isEnrolled({ members, revoked }: CoordinatorState, hospital: HospitalId): boolean {
  const member = members.get(hospital)
  return member !== undefined && !revoked.has(member.tlsKey)
}
