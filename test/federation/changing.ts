// What tests of changing rosters share: a sixth hospital, changes of the five, and a look at what everybody follows.
import type { Policy } from '../../client/index.ts'
import type { FoundingOptions } from '../../coordinator/index.ts'
import { type HospitalId, parseHospitalId } from '../../core/ids.ts'
import type { SplitTable } from '../../core/table.ts'
import type { Federation, VirtualHospital } from '../../simulations/federation.ts'
import { FOUNDING, IDS, POLICY, siteData } from '../support/hospitals.ts'
import { DATA } from './five.ts'

export const SIXTH = parseHospitalId('xinhua')
export const [FIRST, SECOND, THIRD, FOURTH, LAST] = IDS as unknown as readonly [HospitalId, HospitalId, HospitalId, HospitalId, HospitalId]
export const sixth = (policy: Policy = POLICY, salt: string = SIXTH): VirtualHospital => ({
  id: SIXTH,
  name: SIXTH,
  data: siteData(DATA.features, DATA.sites[0] as SplitTable, salt),
  policy,
})
const named = (ids: readonly HospitalId[]): FoundingOptions['hospitals'] => ids.map((id) => ({ id, name: id }))
export const WITH_SIXTH: FoundingOptions = { ...FOUNDING, hospitals: named([...IDS, SIXTH]) }
/** Four hospitals, all custodians, one of whom may be corrupt. */
export const WITHOUT_LAST: FoundingOptions = { ...FOUNDING, hospitals: named(IDS.slice(0, 4)), custodians: IDS.slice(0, 4), corrupt: 1 }
/** The same five; only the last is no custodian any more. */
export const OTHER_CUSTODIANS: FoundingOptions = { ...FOUNDING, custodians: IDS.slice(0, 4), corrupt: 1 }

/** Version that each follows now. */
export const followed = (federation: Federation, ids: readonly HospitalId[] = IDS): readonly (number | undefined)[] =>
  ids.map((id) => federation.client(id)?.state.roster?.roster.version)
export const currentVersion = (federation: Federation): number => {
  const { roster } = federation.coordinator.state
  return roster.kind === 'agreed' ? roster.roster.version : 0
}
