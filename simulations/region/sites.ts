// Hospitals of a region: the archetypes with sizes, prices, doctors and fraud of their own, as far as the configured shifts say.

import { type HospitalId, parseHospitalId } from '../../core/ids.ts'
import { ARCHETYPES, type Archetype, CARE_KINDS, type CareMix } from './archetypes.ts'
import { ITEMS, type Item } from './catalogue.ts'
import type { RegionConfig } from './config.ts'
import { createDraws, type Draws, exponential } from './draws.ts'
import { SCENARIO_IDS, type ScenarioId } from './scenarios/scenario.ts'

export interface Site {
  readonly index: number
  readonly id: HospitalId
  readonly zh: string
  readonly en: string
  readonly level: 1 | 2 | 3
  /** Claims that the region gives this hospital. */
  readonly claims: number
  /** Fraudulent share of them. */
  readonly prevalence: number
  readonly mix: CareMix
  readonly scenarios: Readonly<Record<ScenarioId, number>>
  readonly villageShare: number
  /** Unit price here, fen. */
  priceFen(item: Item): number
  /** Doctors of a department; `village` is a clinic of one. */
  doctors(dept: string): readonly string[]
}

/** Sizes that fall geometrically from the largest to the smallest and add up to `claims` exactly. */
export function sizesOf(claims: number, hospitals: number, sizeSkew: number): number[] {
  const step = nthRoot(sizeSkew, hospitals - 1)
  const weights: number[] = []
  for (let i = 0, weight = 1; i < hospitals; i++, weight /= step) weights.push(weight)
  const total = weights.reduce((sum, w) => sum + w, 0)
  const sizes = weights.map((w) => Math.floor((claims * w) / total))
  sizes[0] = (sizes[0] ?? 0) + claims - sizes.reduce((sum, n) => sum + n, 0)
  return sizes
}

/** x^(1/n) for x >= 1 by bisection: no Math.pow, so the same on every machine. */
function nthRoot(x: number, n: number): number {
  let low = 1
  let high = x
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    let power = 1
    for (let k = 0; k < n; k++) power *= middle
    if (power < x) low = middle
    else high = middle
  }
  return high
}

const blend = (from: number, to: number, share: number): number => Math.max(0, from + (to - from) * share)

function shiftedMix(archetype: Archetype, featureShift: number): CareMix {
  return Object.fromEntries(CARE_KINDS.map((kind) => [kind, blend(1, archetype.mix[kind], featureShift)])) as CareMix
}

/** Own mix of scenarios, blended with the even mix of all; sums to 1. */
function scenarioMix(archetype: Archetype, shift: number): Record<ScenarioId, number> {
  const total = Object.values(archetype.scenarios).reduce((sum, w) => sum + w, 0)
  return Object.fromEntries(SCENARIO_IDS.map((id) => [id, blend(1 / SCENARIO_IDS.length, (archetype.scenarios[id] ?? 0) / total, shift)])) as Record<
    ScenarioId,
    number
  >
}

/** Services follow the price level; drugs are sold nearly at the regional price (no mark-up since 2017). Every item wavers a little by site. */
function priceList(archetype: Archetype, config: RegionConfig, draws: Draws): Map<string, number> {
  const level = exponential((archetype.priceLevel - 1) * config.featureShift)
  return new Map(
    ITEMS.map((item) => [
      item.code,
      Math.max(1, Math.round(item.priceFen * (item.kind === 'drug' ? 1 + (level - 1) * 0.2 : level) * draws.lognormal(1, 0.05))),
    ]),
  )
}

/** One doctor for about 120 claims of the department, at least one. */
function doctorsOf(id: string, claims: number): (dept: string) => readonly string[] {
  const shares: Readonly<Record<string, number>> = {
    medicine: 0.5,
    surgery: 0.1,
    tcm: 0.15,
    neurology: 0.05,
    rehab: 0.08,
    oncology: 0.03,
    dialysis: 0.03,
    pharmacy: 0.2,
  }
  const staff = new Map<string, readonly string[]>()
  return (dept) => {
    const known = staff.get(dept)
    if (known) return known
    const count = dept === 'village' ? 1 : Math.max(1, Math.round((claims * (shares[dept] ?? 0.05)) / 120))
    const doctors = Array.from({ length: count }, (_, i) => `${id}-${dept}-${i + 1}`)
    staff.set(dept, doctors)
    return doctors
  }
}

export function createSites(config: RegionConfig): Site[] {
  const sizes = sizesOf(config.claims, config.hospitals, config.sizeSkew)
  const rates = sizes.map((_, i) => blend(1, archetypeOf(i).prevalence, config.labelShift))
  const expected = sizes.reduce((sum, n, i) => sum + n * (rates[i] ?? 1), 0)
  return sizes.map((claims, index) => {
    const archetype = archetypeOf(index)
    const turn = Math.floor(index / ARCHETYPES.length)
    const id = parseHospitalId(turn === 0 ? archetype.id : `${archetype.id}-${turn + 1}`)
    const prices = priceList(archetype, config, createDraws(config.seed, 'prices', id))
    return {
      index,
      id,
      zh: turn === 0 ? archetype.zh : `第${turn + 1}${archetype.zh}`,
      en: turn === 0 ? archetype.en : `${archetype.en} No. ${turn + 1}`,
      level: archetype.level,
      claims,
      prevalence: Math.min(0.5, ((rates[index] ?? 1) * config.prevalence * config.claims) / expected),
      mix: shiftedMix(archetype, config.featureShift),
      scenarios: scenarioMix(archetype, config.scenarioShift),
      villageShare: archetype.villageShare,
      priceFen: (item) => prices.get(item.code) ?? item.priceFen,
      doctors: doctorsOf(id, claims),
    }
  })
}

const archetypeOf = (index: number): Archetype => ARCHETYPES[index % ARCHETYPES.length] as Archetype
