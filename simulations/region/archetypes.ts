// Five kinds of hospital, from the largest to the smallest; a region of more repeats them.
import type { ScenarioId } from './scenarios/scenario.ts'

/** Kinds of honest care, in claims. */
export const CARE_KINDS = [
  'acute',
  'workup',
  'refill',
  'pharmacy',
  'medicalStay',
  'surgicalStay',
  'dayCase',
  'rehabStay',
  'dialysis',
  'oncology',
  'physio',
] as const
export type CareKind = (typeof CARE_KINDS)[number]
export type CareMix = Readonly<Record<CareKind, number>>

export interface Archetype {
  readonly id: string
  readonly zh: string
  readonly en: string
  readonly level: 1 | 2 | 3
  /** Services against the regional price list. */
  readonly priceLevel: number
  /** How much of each care this hospital does against the region; 0 = none. */
  readonly mix: CareMix
  /** Fraud rate against the region's. */
  readonly prevalence: number
  readonly scenarios: Partial<Readonly<Record<ScenarioId, number>>>
  /** Share of households that go to its village clinic. */
  readonly villageShare: number
}

const mix = (values: Partial<CareMix>): CareMix => ({
  acute: 1,
  workup: 1,
  refill: 1,
  pharmacy: 1,
  medicalStay: 1,
  surgicalStay: 1,
  dayCase: 1,
  rehabStay: 0.3,
  dialysis: 0,
  oncology: 0,
  physio: 0.4,
  ...values,
})

export const ARCHETYPES: readonly Archetype[] = [
  {
    id: 'xiehe',
    zh: '协和医院',
    en: 'Xiehe General Hospital',
    level: 3,
    priceLevel: 1.3,
    mix: mix({ surgicalStay: 2.2, workup: 1.6, dayCase: 1.8, oncology: 2.2, dialysis: 1.2, refill: 0.8, physio: 0.2 }),
    prevalence: 0.6,
    scenarios: { upcoding: 4, duplicateCharging: 3, splitStays: 2 },
    villageShare: 0,
  },
  {
    id: 'renmin',
    zh: '人民医院',
    en: "Renmin People's Hospital",
    level: 3,
    priceLevel: 1.05,
    mix: mix({ medicalStay: 1.5, dialysis: 1.6, oncology: 1.2, surgicalStay: 1.2 }),
    prevalence: 0.9,
    scenarios: { checkupAdmission: 4, impersonation: 2, dialysisPhantom: 2, upcoding: 1 },
    villageShare: 0,
  },
  {
    id: 'zhongyi',
    zh: '中医院',
    en: 'Zhongyi Hospital of Chinese Medicine',
    level: 2,
    priceLevel: 0.9,
    mix: mix({ physio: 3, refill: 1.2, surgicalStay: 0.3, workup: 0.6, dayCase: 0.5 }),
    prevalence: 1.3,
    scenarios: { templateOrders: 3, phantomItems: 3, overSupply: 2 },
    villageShare: 0,
  },
  {
    id: 'kangfu',
    zh: '康复医院',
    en: 'Kangfu Rehabilitation Hospital',
    level: 2,
    priceLevel: 0.85,
    mix: mix({ rehabStay: 6, physio: 2, surgicalStay: 0, dayCase: 0.2, acute: 0.6 }),
    prevalence: 1.5,
    scenarios: { noBed: 5, splitStays: 2, phantomItems: 1 },
    villageShare: 0,
  },
  {
    id: 'shequ',
    zh: '社区卫生服务中心',
    en: 'Shequ Community Health Centre',
    level: 1,
    priceLevel: 0.6,
    mix: mix({ refill: 2, pharmacy: 2, acute: 1.6, surgicalStay: 0, dayCase: 0, rehabStay: 0.2, workup: 0.3, medicalStay: 0.5 }),
    prevalence: 1.7,
    scenarios: { groupSwipes: 3, overSupply: 3, collectedCards: 2, impersonation: 1 },
    villageShare: 0.3,
  },
]
