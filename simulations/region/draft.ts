// A claim while it is being made: what honest care writes down and what a scenario falsifies.

import type { CareKind } from './archetypes.ts'
import type { Disease, Item } from './catalogue.ts'
import type { Draws } from './draws.ts'
import type { Person } from './persons.ts'
import type { ScenarioId } from './scenarios/scenario.ts'
import type { Site } from './sites.ts'

export type VisitType = 'inpatient' | 'outpatient' | 'pharmacy' | 'chronic'
export type CertType = '01' | '02' | '03'

export interface LineDraft {
  item: Item
  minute: number
  qty: number
  unitPriceFen: number
  amountFen: number
  daysSupply: number | null
  doctor: string
  /** The line that this one takes back. */
  refundOf: LineDraft | null
}
/** What honest care is hard to tell from fraud; written to the truth beside the care's kind. */
export const HARD_NEGATIVES = [
  'dialysis',
  'oncologyCycle',
  'familyVisit',
  'longRehabilitation',
  'villageClinic',
  'longPrescription',
  'dayCase',
  'weekendLeave',
  'refundAndRebill',
  'bilateralItem',
] as const
export type HardNegative = (typeof HARD_NEGATIVES)[number]

export interface Truth {
  readonly scenario: ScenarioId
  /** Claims of one event (a split stay, a ring) share it. */
  readonly ring: string | null
}
export interface ClaimDraft {
  readonly site: Site
  readonly person: Person
  readonly care: CareKind
  hardNegative: HardNegative | null
  visitType: VisitType
  admitMinute: number
  dischargeMinute: number
  settleMinute: number
  dept: string
  doctor: string
  terminal: string
  groupCode: string
  certType: CertType
  idVerified: boolean | null
  careRegion: string
  diagnoses: Disease[]
  lines: LineDraft[]
  truth: Truth | null
}

export interface Opening {
  readonly site: Site
  readonly person: Person
  readonly care: CareKind
  readonly visitType: VisitType
  readonly startMinute: number
  readonly endMinute: number
  readonly disease: Disease
  readonly dept?: string
}

export function openClaim(opening: Opening, draws: Draws): ClaimDraft {
  const { site, person, disease } = opening
  const dept = opening.dept ?? disease.dept
  const stay = opening.visitType === 'inpatient'
  return {
    site,
    person,
    care: opening.care,
    hardNegative: null,
    visitType: opening.visitType,
    admitMinute: opening.startMinute,
    dischargeMinute: opening.endMinute,
    settleMinute: opening.endMinute + draws.int(stay ? 20 : 2, stay ? 180 : 12),
    dept,
    doctor: draws.pick(site.doctors(dept)),
    terminal: `${site.id}-t${draws.int(1, 2 + Math.floor(site.claims / 800))}`,
    groupCode: stay ? `${disease.group}5` : disease.code,
    certType: (['01', '02', '03'] as const)[draws.weighted(person.age > 65 ? [0.35, 0.05, 0.6] : [0.75, 0.05, 0.2])] ?? '01',
    idVerified: draws.chance(0.12) ? null : person.faceWorks ? draws.chance(0.96) : draws.chance(0.3),
    careRegion: '3301',
    diagnoses: [disease],
    lines: [],
    truth: null,
  }
}

/** Appends `qty` of an item at the site's price. @param daysSupply of drugs only */
export function addLine(claim: ClaimDraft, item: Item, qty: number, minute = claim.admitMinute, daysSupply: number | null = null): LineDraft {
  const unitPriceFen = claim.site.priceFen(item)
  const line: LineDraft = { item, minute, qty, unitPriceFen, amountFen: Math.round(qty * unitPriceFen), daysSupply, doctor: claim.doctor, refundOf: null }
  claim.lines.push(line)
  return line
}

export function setQuantity(line: LineDraft, qty: number): void {
  line.qty = qty
  line.amountFen = Math.round(qty * line.unitPriceFen)
}

export function setPrice(line: LineDraft, unitPriceFen: number): void {
  line.unitPriceFen = Math.max(1, Math.round(unitPriceFen))
  line.amountFen = Math.round(line.qty * line.unitPriceFen)
}

export const totalFen = (claim: ClaimDraft): number => claim.lines.reduce((sum, line) => sum + line.amountFen, 0)
/** Nights in the bed. */
export const lengthOfStay = (claim: ClaimDraft): number => Math.floor((claim.dischargeMinute - claim.admitMinute) / 1440 + 0.5)

/** Share of the total that the fund pays, by kind of visit and level of the hospital. */
export function fundFen(claim: ClaimDraft): number {
  const total = totalFen(claim)
  const rate =
    claim.visitType === 'inpatient'
      ? 0.9 - 0.05 * claim.site.level
      : claim.visitType === 'chronic'
        ? 0.7
        : claim.visitType === 'outpatient'
          ? 0.6 - 0.05 * claim.site.level
          : 0.5
  return Math.round(total * (claim.person.insuType === '310' ? rate : rate - 0.12))
}

/** Begins and ends within minutes: the card was swiped, nobody was seen. */
export function swipeOnly(claim: ClaimDraft, minute: number): void {
  claim.admitMinute = minute
  claim.dischargeMinute = minute + 1
  claim.settleMinute = minute + 2
}
