// Insured persons by household: age, sex, chronic conditions, home hospital.
import { createHash } from 'node:crypto'
import type { RegionConfig } from './config.ts'
import { createDraws, type Draws } from './draws.ts'
import type { Site } from './sites.ts'

/** Words of person.conditions. `renal` and `cancer` bring dialysis and chemotherapy. */
export const CONDITIONS = ['hypertension', 'diabetes', 'coronary', 'copd', 'arthritis', 'stroke', 'renal', 'cancer'] as const
export type Condition = (typeof CONDITIONS)[number]

export interface Person {
  readonly id: string
  readonly sex: 'male' | 'female'
  readonly age: number
  readonly insuType: '310' | '390'
  readonly conditions: readonly Condition[]
  /** Index of the hospital where the household usually goes. */
  readonly home: number
  readonly region: string
  /** Multiplies how often the person falls ill; mean 1. */
  readonly frailty: number
  /** Whether face checks succeed as a rule (some old people's never do). */
  readonly faceWorks: boolean
  /** Goes to the village clinic of the home hospital. */
  readonly villager: boolean
}
export interface Household {
  readonly members: readonly Person[]
  readonly home: number
}

/** A pseudonym as the hospital's adapter would make it: nothing of the person can be read from it. */
const pseudonym = (seed: string, name: string): string => `p${createHash('sha256').update(`consilium/person/1|${seed}|${name}`).digest('hex').slice(0, 16)}`

/** Odds that grow with age: `at70` is the probability at 70, half of it at 55, none below 30. */
const byAge = (age: number, at70: number): number => Math.min(0.9, Math.max(0, ((age - 40) / 30) * at70))

function conditionsOf(age: number, site: Site, draws: Draws): Condition[] {
  const odds: Record<Condition, number> = {
    hypertension: byAge(age, 0.5),
    diabetes: byAge(age, 0.24),
    coronary: byAge(age, 0.18),
    copd: byAge(age, 0.1),
    arthritis: byAge(age, 0.2),
    stroke: byAge(age, 0.05) * site.mix.rehabStay,
    renal: 0.0025 * site.mix.dialysis,
    cancer: byAge(age, 0.012) * site.mix.oncology,
  }
  return CONDITIONS.filter((condition) => draws.chance(odds[condition]))
}

function createPerson(site: Site, name: string, age: number, villager: boolean, config: RegionConfig, draws: Draws): Person {
  return {
    id: pseudonym(config.seed, name),
    sex: draws.chance(0.52) ? 'female' : 'male',
    age,
    insuType: draws.chance(age > 60 ? 0.45 : 0.6) ? '310' : '390',
    conditions: conditionsOf(age, site, draws),
    home: site.index,
    region: draws.chance(0.06) ? '3302' : '3301',
    frailty: draws.lognormal(0.85, 0.6),
    faceWorks: !draws.chance(age > 75 ? 0.25 : 0.06),
    villager,
  }
}

/** The `n`-th household whose home is `site`: one stream of draws, so it does not depend on any other. */
export function createHousehold(site: Site, n: number, config: RegionConfig): Household {
  const name = `${site.id}/${n}`
  const draws = createDraws(config.seed, 'household', name)
  const villager = site.villageShare > 0 && draws.chance(site.villageShare)
  const elder = draws.int(28, 84)
  const size = draws.weighted([0.35, 0.4, 0.15, 0.1]) + 1
  const ages = Array.from({ length: size }, (_, i) => (i < 2 ? Math.max(19, elder + draws.int(-4, 4)) : draws.int(3, 45)))
  return { home: site.index, members: ages.map((age, i) => createPerson(site, `${name}/${i}`, age, villager, config, draws)) }
}
