// A region: honest claims of all households, fraud staged among them, labels as an audit would have given them.
import { type Calendar, createCalendar, MINUTES_A_DAY } from './calendar.ts'
import { householdClaims, type Region } from './care/household.ts'
import { parseRegionConfig, type RegionConfig, type RegionOptions } from './config.ts'
import type { ClaimDraft } from './draft.ts'
import { createDraws } from './draws.ts'
import { labelClaims, type SimulatedClaim } from './labels.ts'
import { createHousehold, type Person } from './persons.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { SCENARIO_IDS, type ScenarioId } from './scenarios/scenario.ts'
import { createSites, type Site } from './sites.ts'

export interface SimulatedHospital {
  readonly site: Site
  /** In the order of settlement; exactly site.claims of them. */
  readonly claims: readonly SimulatedClaim[]
  /** Everybody who has a claim here, by id. */
  readonly persons: readonly Person[]
}
export interface SimulatedRegion {
  readonly config: RegionConfig
  readonly calendar: Calendar
  readonly hospitals: readonly SimulatedHospital[]
}

/** The claims of one hospital while the region is built. */
interface Ward {
  readonly site: Site
  readonly honest: ClaimDraft[]
  readonly staged: ClaimDraft[]
  readonly households: Person[][]
  readonly counts: Record<ScenarioId, number>
}

const DAYS_A_MONTH = 30.4375
/** The last households stay out of fraud: their honest claims may be cut to meet the hospital's size. */
const POOL_SHARE = 0.8
/** No hospital's households can be this unproductive; ends the search under absurd settings. */
const MOST_HOUSEHOLDS_PER_CLAIM = 20

const settledWithin = (calendar: Calendar, claim: ClaimDraft): boolean =>
  claim.admitMinute >= 0 && claim.settleMinute < calendar.days * MINUTES_A_DAY && claim.lines.length > 0

/** Household after household, one of each hospital in turn, until every hospital has its number of claims. */
function fillWithHonestCare(region: Region, wards: readonly Ward[]): void {
  const wanting = (ward: Ward): boolean => ward.honest.length < ward.site.claims && ward.households.length < ward.site.claims * MOST_HOUSEHOLDS_PER_CLAIM
  for (let n = 0; wards.some(wanting); n++)
    for (const ward of wards) {
      if (!wanting(ward)) continue
      const household = createHousehold(ward.site, n, region.config)
      ward.households.push([...household.members])
      for (const claim of householdClaims(household, n, region)) if (settledWithin(region.calendar, claim)) wards[claim.site.index]?.honest.push(claim)
    }
}

/** Events of one scenario at one hospital until its quota is met; the last event is cut to it. Claims staged at other hospitals count there. */
function stageScenario(id: ScenarioId, ward: Ward, wards: readonly Ward[], region: Region): void {
  const { site } = ward
  const quota = Math.round(site.claims * site.prevalence * site.scenarios[id])
  const draws = createDraws(region.config.seed, 'scenario', id, site.id)
  const persons = ward.households.slice(0, Math.max(1, Math.ceil(ward.households.length * POOL_SHARE))).flat()
  for (let event = 1; ward.counts[id] < quota && event < 10_000; event++) {
    const ring = `${id}-${site.id}-${event}`
    for (const claim of SCENARIOS[id].stage({ region, site, persons, draws, ring })) {
      const at = wards[claim.site.index]
      if (!at || !settledWithin(region.calendar, claim) || (claim.truth && claim.site === site && ward.counts[id] >= quota)) continue
      at.staged.push(claim)
      if (claim.truth) at.counts[id]++
    }
  }
}

function finish(ward: Ward, region: Region): SimulatedHospital {
  const { site } = ward
  const staged = ward.staged.slice(0, site.claims)
  const drafts = [...staged, ...ward.honest.slice(0, site.claims - staged.length)]
  drafts.sort((a, b) => a.settleMinute - b.settleMinute || (a.person.id < b.person.id ? -1 : a.person.id > b.person.id ? 1 : 0))
  const persons = [...new Map(drafts.map((claim) => [claim.person.id, claim.person])).values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  return { site, persons, claims: labelClaims(site, drafts, region.config) }
}

/** @throws BAD_CONFIG. Deterministic: the same options give the same claims on every machine. About a second for 16,000 claims with 140,000 lines. */
export function simulateRegion(options: RegionOptions = {}): SimulatedRegion {
  const config = parseRegionConfig(options)
  const region: Region = { config, calendar: createCalendar(config.start, Math.round(config.months * DAYS_A_MONTH)), sites: createSites(config) }
  const wards = region.sites.map(
    (site): Ward => ({
      site,
      honest: [],
      staged: [],
      households: [],
      counts: Object.fromEntries(SCENARIO_IDS.map((id) => [id, 0])) as Record<ScenarioId, number>,
    }),
  )
  fillWithHonestCare(region, wards)
  for (const id of SCENARIO_IDS) for (const ward of wards) stageScenario(id, ward, wards, region)
  return { config, calendar: region.calendar, hospitals: wards.map((ward) => finish(ward, region)) }
}
