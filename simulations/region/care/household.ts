// What a household's members are treated for over the months of the region: honest claims only.

import type { CareKind } from '../archetypes.ts'
import type { Calendar } from '../calendar.ts'
import { DISEASES } from '../catalogue.ts'
import type { RegionConfig } from '../config.ts'
import type { ClaimDraft } from '../draft.ts'
import { createDraws, type Draws } from '../draws.ts'
import type { Household, Person } from '../persons.ts'
import type { Site } from '../sites.ts'
import {
  acuteVisit,
  bilateralItem,
  dialysisSession,
  officeMinute,
  PROGRAMME,
  pharmacyVisit,
  physioVisit,
  refillable,
  refillVisit,
  refundAndRebill,
  workupVisit,
} from './outpatient.ts'
import { dayCase, medicalStay, oncologyCycle, rehabStay, surgicalStay } from './stay.ts'

export interface Region {
  readonly config: RegionConfig
  readonly calendar: Calendar
  readonly sites: readonly Site[]
}

/** People go where the care is done and mostly to their own hospital; elsewhere larger ones draw more. */
export function siteFor(kind: CareKind, person: Person, region: Region, draws: Draws): Site | null {
  const weights = region.sites.map((site) => site.mix[kind] * (site.index === person.home ? 1 : (0.12 * site.claims) / region.config.claims))
  return weights.some((w) => w > 0) ? (region.sites[draws.weighted(weights)] ?? null) : null
}

/** A working day more often than a weekend. */
function drawDay(region: Region, draws: Draws): number {
  const day = draws.int(0, region.calendar.days - 1)
  return region.calendar.isWeekend(day) && draws.chance(0.6) ? draws.int(0, region.calendar.days - 1) : day
}

type Visit = (site: Site, person: Person, day: number, draws: Draws) => ClaimDraft

/** How often each care is needed in six months by a person of mean frailty. */
function needs(person: Person): readonly (readonly [CareKind, number, Visit])[] {
  const ill = person.conditions.length
  const old = Math.max(0, person.age - 45) / 30
  return [
    ['acute', 0.9, acuteVisit],
    ['workup', 0.3 + 0.15 * old, workupVisit],
    ['pharmacy', 0.35 + 0.1 * ill, pharmacyVisit],
    ['medicalStay', 0.06 + 0.12 * old + 0.08 * ill, medicalStay],
    ['surgicalStay', 0.05 + 0.05 * old, surgicalStay],
    ['dayCase', 0.03 + 0.06 * old, dayCase],
  ]
}

function careOf(person: Person, region: Region, draws: Draws): ClaimDraft[] {
  const halfYears = region.config.months / 6
  const claims: ClaimDraft[] = []
  for (const [kind, rate, visit] of needs(person)) {
    const home = region.sites[person.home]
    const count = draws.poisson(Math.min(6, rate * person.frailty * halfYears * Math.min(2, home?.mix[kind] ?? 1)))
    for (let i = 0; i < count; i++) {
      const site = siteFor(kind, person, region, draws)
      if (site) claims.push(visit(site, person, drawDay(region, draws), draws))
    }
  }
  claims.push(...refills(person, region, draws), ...physioCourses(person, region, draws), ...programmes(person, region, draws))
  return claims
}

/** Drugs every four weeks, or every twelve on a long prescription; a few days early or late; now and then a spare box. */
function refills(person: Person, region: Region, draws: Draws): ClaimDraft[] {
  if (refillable(person).length === 0 || draws.chance(0.3)) return []
  const supply = draws.chance(0.15) ? 84 : draws.pick([14, 28, 28, 28, 28, 28, 28, 28])
  const claims: ClaimDraft[] = []
  const usual = siteFor('refill', person, region, draws)
  for (let day = draws.int(0, supply); day < region.calendar.days; day += supply + draws.int(-5, 9)) {
    const site = draws.chance(0.9) ? usual : siteFor('refill', person, region, draws)
    if (site && !draws.chance(0.25)) claims.push(refillVisit(site, person, day, supply, draws))
  }
  return claims
}

function physioCourses(person: Person, region: Region, draws: Draws): ClaimDraft[] {
  if (!draws.chance(person.conditions.includes('arthritis') ? 0.35 : 0.05)) return []
  const site = siteFor('physio', person, region, draws)
  if (!site || !draws.chance(Math.min(1, site.mix.physio))) return []
  const claims: ClaimDraft[] = []
  let day = draws.int(0, region.calendar.days - 1)
  for (let left = draws.int(2, 6); left > 0 && day < region.calendar.days; left--, day += draws.int(2, 5)) claims.push(physioVisit(site, person, day, draws))
  return claims
}

/** Dialysis three times a week, chemotherapy every three weeks, rehabilitation for months: the patients that naive rules accuse. */
function programmes(person: Person, region: Region, draws: Draws): ClaimDraft[] {
  const claims: ClaimDraft[] = []
  const repeat = (kind: CareKind, first: number, gap: () => number, most: number, visit: Visit): void => {
    const site = siteFor(kind, person, region, draws)
    let day = first
    for (let n = 0; site && n < most && day < region.calendar.days; n++, day += gap()) claims.push(visit(site, person, day, draws))
  }
  if (person.conditions.includes('renal'))
    repeat('dialysis', draws.int(0, PROGRAMME.latestFirstDay), thriceWeekly(draws), PROGRAMME.mostSessions, dialysisSession)
  if (person.conditions.includes('cancer')) repeat('oncology', draws.int(0, 90), () => 21 + draws.int(-2, 4), 6, oncologyCycle)
  if (person.conditions.includes('stroke') && draws.chance(0.7)) repeat('rehabStay', draws.int(0, 120), () => draws.int(28, 60), draws.int(1, 3), rehabStay)
  return claims
}

/** Two, two, three days between sessions; now and then one is moved by a day. */
function thriceWeekly(draws: Draws): () => number {
  let session = 0
  let moved = 0
  return () => {
    const planned = [2, 2, 3][session++ % 3] ?? 2
    const shift = draws.chance(0.05) ? 1 : 0
    const gap = planned + shift - moved
    moved = shift
    return gap
  }
}

/** All fall ill together and see one doctor one after the other with much the same drugs: a hard negative of group swipes. */
function familyVisit(household: Household, region: Region, draws: Draws): ClaimDraft[] {
  const first = household.members[0]
  const site = first && siteFor('acute', first, region, draws)
  if (!site) return []
  const day = drawDay(region, draws)
  const disease = draws.pick([DISEASES.cold, DISEASES.bronchitis])
  const dept = first.villager && site.villageShare > 0 ? 'village' : disease.dept
  let minute = officeMinute(day, draws)
  const claims: ClaimDraft[] = []
  for (const person of household.members) {
    const claim = acuteVisit(site, person, day, draws, { minute, disease, dept })
    claim.doctor = claims[0]?.doctor ?? claim.doctor
    claim.terminal = claims[0]?.terminal ?? claim.terminal
    claim.hardNegative = 'familyVisit'
    claims.push(claim)
    minute += draws.int(2, 12)
  }
  return claims
}

/** Every honest claim of a household, in no order. One stream of draws, apart from any other household's. */
export function householdClaims(household: Household, n: number, region: Region): ClaimDraft[] {
  const draws = createDraws(region.config.seed, 'care', region.sites[household.home]?.id ?? '', n)
  const claims = household.members.flatMap((person) => careOf(person, region, draws))
  if (household.members.length > 1 && draws.chance(0.15)) claims.push(...familyVisit(household, region, draws))
  for (const claim of claims) {
    if (draws.chance(0.02)) refundAndRebill(claim, draws)
    if (draws.chance(0.03)) bilateralItem(claim, draws)
  }
  return claims
}
