// Honest visits without a bed.

import type { CareKind } from '../archetypes.ts'
import { at } from '../calendar.ts'
import type { Disease, Item } from '../catalogue.ts'
import { DISEASES, item, itemsOf } from '../catalogue.ts'
import { addLine, type ClaimDraft, openClaim, setQuantity, type VisitType } from '../draft.ts'
import type { Draws } from '../draws.ts'
import type { Condition, Person } from '../persons.ts'
import type { Site } from '../sites.ts'

/** An outpatient hour: mornings are full, few come late. */
export const officeMinute = (day: number, draws: Draws): number =>
  at(day, [8, 9, 10, 11, 14, 15, 16, 19][draws.weighted([3, 4, 4, 3, 3, 3, 2, 0.4])] ?? 9, draws.int(0, 59))

export interface VisitOptions {
  readonly minute?: number
  readonly dept?: string
  readonly disease?: Disease
}

function openVisit(
  care: CareKind,
  visitType: VisitType,
  site: Site,
  person: Person,
  day: number,
  disease: Disease,
  draws: Draws,
  options: VisitOptions,
): ClaimDraft {
  const startMinute = options.minute ?? officeMinute(day, draws)
  const dept = options.dept ?? (person.villager && site.villageShare > 0 && disease.dept === 'medicine' ? 'village' : disease.dept)
  return openClaim({ site, person, care, visitType, startMinute, endMinute: startMinute + draws.int(8, 50), disease, dept }, draws)
}

/** Drugs of the fields, `kinds` of them, each for `days` (a box is a week of most drugs). */
export function prescribe(claim: ClaimDraft, drugs: readonly Item[], kinds: number, days: number, draws: Draws): void {
  for (const drug of draws.sample(drugs, kinds)) addLine(claim, drug, Math.max(1, Math.round((days * draws.between(0.8, 1.5)) / 7)), claim.admitMinute, days)
}

const ACUTE: readonly Disease[] = [DISEASES.cold, DISEASES.bronchitis, DISEASES.gastritis, DISEASES.dizziness]

/** A cold, a stomach ache. At the village clinic the only doctor has a few fixed remedies: a hard negative of template orders. */
export function acuteVisit(site: Site, person: Person, day: number, draws: Draws, options: VisitOptions = {}): ClaimDraft {
  const claim = openVisit('acute', 'outpatient', site, person, day, options.disease ?? draws.pick(ACUTE), draws, options)
  if (claim.dept === 'village') return villageVisit(claim, draws)
  addLine(claim, item('consultation'), 1)
  prescribe(claim, itemsOf('drug', claim.diagnoses[0]?.field ?? 'respiratory', 'respiratory'), draws.int(1, 4), draws.pick([3, 5, 7, 7, 14]), draws)
  if (draws.chance(0.45)) for (const test of draws.sample(itemsOf('lab', 'basic'), draws.int(1, 3))) addLine(claim, test, 1)
  if (draws.chance(0.2)) addLine(claim, draws.pick(itemsOf('exam', 'imaging', 'function')), 1)
  if (draws.chance(0.25)) addLine(claim, draws.pick(itemsOf('therapy', 'nursing')), draws.int(1, 3))
  return claim
}

function villageVisit(claim: ClaimDraft, draws: Draws): ClaimDraft {
  claim.hardNegative = 'villageClinic'
  const remedies = [
    ['amoxicillin', 'ambroxol'],
    ['lianhua qingwen', 'ibuprofen'],
    ['omeprazole', 'hydrotalcite'],
  ]
  for (const name of draws.pick(remedies)) addLine(claim, item(name), draws.pick([1, 1, 2]), claim.admitMinute, 5)
  if (draws.chance(0.4)) addLine(claim, item('infusion'), draws.int(1, 2))
  return claim
}

/** A visit to find out: mostly exams and tests. Outside a ward a high share of them is normal. */
export function workupVisit(site: Site, person: Person, day: number, draws: Draws, options: VisitOptions = {}): ClaimDraft {
  const claim = openVisit(
    'workup',
    'outpatient',
    site,
    person,
    day,
    options.disease ?? draws.pick([DISEASES.dizziness, DISEASES.gastritis, DISEASES.coronary, DISEASES.lumbago]),
    draws,
    options,
  )
  addLine(claim, item('consultation'), 1)
  for (const exam of draws.sample(itemsOf('exam', 'imaging', 'ultrasound', 'function'), draws.int(1, 4))) addLine(claim, exam, 1)
  for (const test of draws.sample(itemsOf('lab'), draws.int(1, 6))) addLine(claim, test, 1)
  if (draws.chance(0.3)) prescribe(claim, itemsOf('drug', 'digestive', 'cardiac'), draws.int(1, 2), 14, draws)
  return claim
}

const REFILLED: Partial<Record<Condition, { field: string; disease: Disease }>> = {
  hypertension: { field: 'cardiac', disease: DISEASES.hypertension },
  diabetes: { field: 'diabetes', disease: DISEASES.diabetes },
  coronary: { field: 'cardiac', disease: DISEASES.coronary },
  copd: { field: 'respiratory', disease: DISEASES.copd },
  stroke: { field: 'neurology', disease: DISEASES.strokeSequelae },
  arthritis: { field: 'tcm', disease: DISEASES.lumbago },
}
/** Chronic conditions that drugs are fetched for. */
export const refillable = (person: Person): readonly Condition[] => person.conditions.filter((condition) => REFILLED[condition] !== undefined)

/** Drugs for a chronic condition: `days` of them. A long prescription (84 days) is honest: a hard negative of over-supply. */
export function refillVisit(site: Site, person: Person, day: number, days: number, draws: Draws, options: VisitOptions = {}): ClaimDraft {
  const conditions = refillable(person)
  const chosen = draws.sample(conditions, Math.min(conditions.length, draws.int(1, 2))).map((condition) => REFILLED[condition])
  const first = chosen[0] ?? { field: 'cardiac', disease: DISEASES.hypertension }
  const claim = openVisit('refill', 'chronic', site, person, day, first.disease, draws, { dept: 'medicine', ...options })
  if (days > 31) claim.hardNegative = 'longPrescription'
  for (const other of chosen.slice(1)) if (other) claim.diagnoses.push(other.disease)
  for (const entry of chosen) if (entry) prescribe(claim, itemsOf('drug', entry.field), draws.int(1, 3), days, draws)
  if (claim.lines.length === 0) prescribe(claim, itemsOf('drug', 'cardiac'), 2, days, draws)
  if (draws.chance(0.2)) addLine(claim, draws.pick(itemsOf('lab', 'basic')), 1)
  return claim
}

/** Bought over the counter on the card; some shops sell one packaged set at one price all day. */
export function pharmacyVisit(site: Site, person: Person, day: number, draws: Draws, options: VisitOptions = {}): ClaimDraft {
  const minute = options.minute ?? at(day, draws.int(8, 20), draws.int(0, 59))
  const claim = openVisit('pharmacy', 'pharmacy', site, person, day, DISEASES.cold, draws, { ...options, minute, dept: 'pharmacy' })
  prescribe(claim, itemsOf('drug', 'respiratory', 'digestive', 'cardiac', 'tcm'), draws.int(1, 3), draws.pick([5, 7, 14, 28]), draws)
  return claim
}

/** Therapies of Chinese medicine or physiotherapy, one session. */
export function physioVisit(site: Site, person: Person, day: number, draws: Draws, options: VisitOptions = {}): ClaimDraft {
  const claim = openVisit('physio', 'outpatient', site, person, day, options.disease ?? draws.pick([DISEASES.lumbago, DISEASES.cervical]), draws, options)
  addLine(claim, item('consultation'), 1)
  const sessions = draws.pick([1, 1, 1, 2, 3, 5])
  for (const therapy of draws.sample(itemsOf('therapy', 'tcm', 'rehab'), draws.int(1, 4))) addLine(claim, therapy, sessions)
  if (draws.chance(0.5)) prescribe(claim, itemsOf('drug', 'tcm'), draws.int(1, 2), 7, draws)
  return claim
}

/** Haemodialysis as planned: three sessions a week, begun by `latestFirstDay`, for at least `leastDays` after it. */
export const PROGRAMME = { sessionsAWeek: 3, latestFirstDay: 40, leastDays: 90, mostSessions: 60 } as const

/** One of three sessions a week, every one the same amount: a hard negative of duplicates, templates and phantom items. */
export function dialysisSession(site: Site, person: Person, day: number, draws: Draws, options: VisitOptions = {}): ClaimDraft {
  const claim = openVisit('dialysis', 'chronic', site, person, day, DISEASES.renalFailure, draws, {
    minute: at(day, draws.pick([7, 12, 17]), draws.int(0, 25)),
    ...options,
  })
  claim.hardNegative = 'dialysis'
  claim.dischargeMinute = claim.admitMinute + 240
  claim.settleMinute = claim.dischargeMinute + draws.int(1, 15)
  addLine(claim, item('haemodialysis'), 1)
  addLine(claim, item('dialyser'), 1)
  if (draws.chance(0.8)) addLine(claim, item('epoetin'), 1, claim.admitMinute, 3)
  return claim
}

/** A line entered twice by mistake and taken back on the same claim: honest, and close to duplicate charging. */
export function refundAndRebill(claim: ClaimDraft, draws: Draws): void {
  if (claim.lines.length === 0) return
  const line = draws.pick(claim.lines)
  addLine(claim, line.item, line.qty, line.minute, line.daysSupply)
  const back = addLine(claim, line.item, line.qty, line.minute + 5)
  setQuantity(back, -line.qty)
  back.refundOf = line
  claim.hardNegative ??= 'refundAndRebill'
}

/** The same item twice at one time, for both sides or two doses, each entered by itself: honest, and a duplicate to a naive rule. */
export function bilateralItem(claim: ClaimDraft, draws: Draws): void {
  const line = claim.lines.find((l) => l.item.kind === 'exam' || l.item.kind === 'therapy')
  if (!line) return
  for (let copies = draws.pick([1, 1, 2]); copies > 0; copies--) claim.lines.push({ ...line })
  claim.hardNegative ??= 'bilateralItem'
}
