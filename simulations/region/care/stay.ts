// Honest stays.

import type { CareKind } from '../archetypes.ts'
import { at, dayOf } from '../calendar.ts'
import { DISEASES, type Disease, item, itemsOf } from '../catalogue.ts'
import { addLine, type ClaimDraft, openClaim } from '../draft.ts'
import type { Draws } from '../draws.ts'
import type { Person } from '../persons.ts'
import type { Site } from '../sites.ts'

export interface StayOptions {
  readonly nights?: number
  readonly disease?: Disease
}

/** DRG severity digit: 1 with major complications, 3 with some, 5 without. */
export type Severity = 1 | 3 | 5

/** Days of a stay on which something is charged: from admission to the day before discharge. */
export const stayDays = (claim: ClaimDraft): number[] =>
  Array.from({ length: Math.max(1, dayOf(claim.dischargeMinute) - dayOf(claim.admitMinute)) }, (_, i) => dayOf(claim.admitMinute) + i)

function openStay(care: CareKind, site: Site, person: Person, day: number, nights: number, disease: Disease, draws: Draws): ClaimDraft {
  const startMinute = at(day, draws.int(8, 16), draws.int(0, 59))
  return openClaim({ site, person, care, visitType: 'inpatient', startMinute, endMinute: at(day + nights, draws.int(9, 11), draws.int(0, 59)), disease }, draws)
}

/** Bed, nursing and ward round of every day. */
function addBoard(claim: ClaimDraft, bed: string, nursing: string): void {
  for (const day of stayDays(claim)) {
    addLine(claim, item(bed), 1, at(day, 23))
    addLine(claim, item(nursing), 1, at(day, 22))
    addLine(claim, item('ward round'), 1, at(day, 9))
  }
}

/** Drugs ordered for three days at a time. */
function addCourses(claim: ClaimDraft, fields: readonly string[], kinds: number, draws: Draws): void {
  const days = stayDays(claim)
  for (const drug of draws.sample(itemsOf('drug', ...fields), kinds))
    for (let i = 0; i < days.length; i += 3) addLine(claim, drug, draws.int(1, 2), at(days[i] ?? 0, 10), Math.min(3, days.length - i))
}

/** More diagnoses and a heavier group where the patient is worse: what upcoding pretends. */
export function setSeverity(claim: ClaimDraft, severity: Severity, draws: Draws): void {
  const others = [DISEASES.hypertension, DISEASES.diabetes, DISEASES.coronary, DISEASES.copd, DISEASES.infarct]
  const extra = severity === 1 ? draws.int(2, 4) : severity === 3 ? draws.int(1, 3) : draws.weighted([0.5, 0.35, 0.15])
  for (const disease of draws.sample(others, extra)) if (!claim.diagnoses.includes(disease)) claim.diagnoses.push(disease)
  claim.groupCode = `${claim.diagnoses[0]?.group ?? 'ZZ1'}${severity}`
}

export const drawSeverity = (person: Person, draws: Draws): Severity =>
  ([1, 3, 5] as const)[draws.weighted(person.age > 65 ? [0.25, 0.35, 0.4] : [0.08, 0.27, 0.65])] ?? 5

const MEDICAL: readonly Disease[] = [
  DISEASES.pneumonia,
  DISEASES.copd,
  DISEASES.coronary,
  DISEASES.infarct,
  DISEASES.gastritis,
  DISEASES.diabetes,
  DISEASES.dizziness,
]

export function medicalStay(site: Site, person: Person, day: number, draws: Draws, options: StayOptions = {}): ClaimDraft {
  const severity = drawSeverity(person, draws)
  const disease = options.disease ?? draws.pick(MEDICAL)
  const nights = options.nights ?? Math.max(2, Math.min(30, Math.round(draws.lognormal(severity === 1 ? 10 : severity === 3 ? 7.5 : 6, 0.4))))
  const claim = openStay('medicalStay', site, person, day, nights, disease, draws)
  setSeverity(claim, severity, draws)
  addBoard(claim, 'ward bed', severity === 1 ? 'nursing level 1' : 'nursing level 2')
  addCourses(claim, [disease.field, 'cardiac'], draws.int(2, 4) + (severity === 1 ? 2 : 0), draws)
  const days = stayDays(claim)
  for (const test of draws.sample(itemsOf('lab'), draws.int(3, 8))) addLine(claim, test, 1, at(days[0] ?? day, 7))
  for (const exam of draws.sample(itemsOf('exam', 'imaging', 'ultrasound', 'function'), draws.int(1, 4)))
    addLine(claim, exam, 1, at(draws.pick(days.slice(0, 3)), 14))
  for (const d of days) if (draws.chance(0.85)) addLine(claim, draws.pick(itemsOf('therapy', 'nursing')), severity === 1 ? draws.int(1, 3) : 1, at(d, 11))
  return claim
}

export function surgicalStay(site: Site, person: Person, day: number, draws: Draws, options: StayOptions = {}): ClaimDraft {
  const [disease, operation, implant] = draws.pick([
    [DISEASES.gallstone, 'laparoscopy', 'stapler'],
    [DISEASES.fracture, 'fracture fixation', 'bone implant'],
    [DISEASES.cataract, 'cataract surgery', 'intraocular lens'],
    [person.sex === 'male' ? DISEASES.prostate : DISEASES.uterine, 'laparoscopy', 'stapler'],
  ] as const)
  const nights = options.nights ?? Math.max(1, Math.min(20, Math.round(draws.lognormal(disease === DISEASES.cataract ? 2 : 6, 0.35))))
  const claim = openStay('surgicalStay', site, person, day, nights, options.disease ?? disease, draws)
  setSeverity(claim, drawSeverity(person, draws), draws)
  addBoard(claim, 'two-bed room', 'nursing level 1')
  addCourses(claim, ['respiratory'], draws.int(1, 3), draws)
  const days = stayDays(claim)
  const theatre = at(days[Math.min(1, days.length - 1)] ?? day, 10)
  addLine(claim, item(operation), 1, theatre)
  addLine(claim, item('anaesthesia'), 1, theatre)
  addLine(claim, item(implant), draws.chance(0.2) ? 2 : 1, theatre)
  for (const test of draws.sample(itemsOf('lab'), draws.int(4, 8))) addLine(claim, test, 1, at(days[0] ?? day, 7))
  addLine(claim, draws.pick(itemsOf('exam', 'imaging')), 1, at(days[0] ?? day, 15))
  for (const d of days) addLine(claim, item('dressing'), 1, at(d, 11))
  return claim
}

/** A planned short stay for endoscopy: exams prevail, and it is honest (hard negative of check-up admissions). */
export function dayCase(site: Site, person: Person, day: number, draws: Draws): ClaimDraft {
  const claim = openStay('dayCase', site, person, day, draws.int(1, 3), DISEASES.polyp, draws)
  claim.hardNegative = 'dayCase'
  setSeverity(claim, 5, draws)
  addBoard(claim, 'ward bed', 'nursing level 2')
  const days = stayDays(claim)
  addLine(claim, item(draws.chance(0.6) ? 'colonoscopy' : 'gastroscopy'), 1, at(days.at(-1) ?? day, 10))
  if (draws.chance(0.55)) addLine(claim, item('endoscopic polypectomy'), 1, at(days.at(-1) ?? day, 10))
  for (const exam of draws.sample(itemsOf('exam', 'imaging', 'ultrasound'), draws.int(1, 4))) addLine(claim, exam, 1, at(days[0] ?? day, 14))
  for (const test of draws.sample(itemsOf('lab'), draws.int(5, 10))) addLine(claim, test, 1, at(days[0] ?? day, 7))
  addCourses(claim, ['digestive'], 1, draws)
  return claim
}

/** Weeks of therapy after a stroke: long, cheap a day, repeatedly readmitted; weekends at home are charged as leave (bed only). */
export function rehabStay(site: Site, person: Person, day: number, draws: Draws, options: StayOptions = {}): ClaimDraft {
  const nights = options.nights ?? Math.max(12, Math.min(60, Math.round(draws.lognormal(24, 0.4))))
  const claim = openStay('rehabStay', site, person, day, nights, options.disease ?? DISEASES.strokeSequelae, draws)
  claim.hardNegative = 'longRehabilitation'
  setSeverity(claim, drawSeverity(person, draws), draws)
  const leaves = draws.chance(0.35)
  if (leaves) claim.hardNegative = 'weekendLeave'
  const therapies = draws.sample(itemsOf('therapy', 'rehab'), draws.int(2, 4))
  for (const d of stayDays(claim)) {
    addLine(claim, item('ward bed'), 1, at(d, 23))
    if (leaves && d % 7 >= 5) continue
    addLine(claim, item('nursing level 2'), 1, at(d, 22))
    if (d % 2 === 0) addLine(claim, item('ward round'), 1, at(d, 9))
    for (const therapy of therapies) if (draws.chance(0.8)) addLine(claim, therapy, draws.pick([1, 1, 2]), at(d, draws.int(9, 16)))
  }
  addCourses(claim, ['neurology', 'cardiac'], draws.int(1, 2), draws)
  for (const test of draws.sample(itemsOf('lab', 'basic'), draws.int(2, 5))) addLine(claim, test, 1, at(day, 7))
  return claim
}

/** One cycle of chemotherapy: the same patient, diagnosis and ward every three weeks (hard negative of split stays). */
export function oncologyCycle(site: Site, person: Person, day: number, draws: Draws): ClaimDraft {
  const claim = openStay('oncology', site, person, day, draws.int(2, 5), DISEASES.chemotherapy, draws)
  claim.hardNegative = 'oncologyCycle'
  setSeverity(claim, drawSeverity(person, draws), draws)
  addBoard(claim, 'two-bed room', 'nursing level 1')
  for (const drug of draws.sample(itemsOf('drug', 'oncology'), draws.int(2, 4))) addLine(claim, drug, draws.int(1, 3), at(day, 10), 1)
  for (const test of draws.sample(itemsOf('lab'), draws.int(3, 6))) addLine(claim, test, 1, at(day, 7))
  if (draws.chance(0.4)) addLine(claim, draws.pick(itemsOf('exam', 'imaging')), 1, at(day, 14))
  return claim
}
