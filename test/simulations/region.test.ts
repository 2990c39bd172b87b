import { describe, expect, test } from 'vitest'
import { isRefusal } from '../../core/errors.ts'
import { createDraws, exponential } from '../../simulations/region/draws.ts'
import { ARCHETYPES, HARD_NEGATIVES, parseRegionConfig, SCENARIO_IDS, type SimulatedClaim, simulateRegion, sizesOf } from '../../simulations/region/index.ts'

const region = simulateRegion({ seed: 'region test', claims: 12_000 })
const claims = region.hospitals.flatMap((hospital) => hospital.claims)
const frauds = claims.filter(({ draft }) => draft.truth)
const rate = (of: readonly SimulatedClaim[]): number => of.filter(({ draft }) => draft.truth).length / of.length

describe('a region', () => {
  test('has exactly the claims that were asked for, settled within its months and in order', () => {
    expect(claims).toHaveLength(12_000)
    for (const { claims: own } of region.hospitals)
      for (const [i, { draft }] of own.entries()) {
        expect(draft.settleMinute).toBeLessThan(region.calendar.days * 1440)
        expect(draft.admitMinute).toBeGreaterThanOrEqual(0)
        expect(draft.settleMinute).toBeGreaterThanOrEqual(own[i - 1]?.draft.settleMinute ?? 0)
      }
  })

  test('has hospitals whose sizes differ by the configured skew', () => {
    const sizes = region.hospitals.map((hospital) => hospital.claims.length)
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeGreaterThan(5)
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(8)
    expect(sizesOf(1000, 4, 1)).toEqual([250, 250, 250, 250])
    expect(sizesOf(9999, 7, 20).reduce((sum, n) => sum + n, 0)).toBe(9999)
  })

  test('has the configured prevalence over all and, with label shift, a different one at each hospital', () => {
    expect(rate(claims)).toBeGreaterThan(0.07)
    expect(rate(claims)).toBeLessThan(0.1)
    const rates = region.hospitals.map((hospital) => rate(hospital.claims))
    expect(Math.max(...rates) / Math.min(...rates)).toBeGreaterThan(2)
    const even = simulateRegion({ claims: 12_000, labelShift: 0, scenarioShift: 0 }).hospitals.map((hospital) => rate(hospital.claims))
    expect(Math.max(...even) / Math.min(...even)).toBeLessThan(1.3)
  })

  test('has every scenario somewhere, in shares that differ between hospitals as far as scenario shift says', () => {
    for (const id of SCENARIO_IDS) expect(frauds.filter(({ draft }) => draft.truth?.scenario === id).length, id).toBeGreaterThan(20)
    const skewed = simulateRegion({ claims: 4000, scenarioShift: 1 })
    for (const [i, { claims: own }] of skewed.hospitals.entries()) {
      const known = Object.keys(ARCHETYPES[i]?.scenarios ?? {})
      const staged = own.filter(({ draft }) => draft.truth)
      const foreign = staged.filter(({ draft }) => !known.includes(draft.truth?.scenario ?? ''))
      expect(staged.length).toBeGreaterThan(20)
      expect(foreign.every(({ draft }) => ['overSupply', 'groupSwipes'].includes(draft.truth?.scenario ?? ''))).toBe(true)
    }
  })

  test('has every hard negative, none of them fraud, labelled 0 but for the noise', () => {
    for (const kind of HARD_NEGATIVES) {
      const hard = claims.filter(({ draft }) => draft.hardNegative === kind)
      expect(hard.length, kind).toBeGreaterThan(10)
      expect(hard.every(({ draft }) => draft.truth === null)).toBe(true)
      expect(hard.filter(({ label }) => label.y === 1).length / hard.length, kind).toBeLessThan(0.15)
    }
    const clean = simulateRegion({ claims: 3000, labelNoise: 0 }).hospitals.flatMap((hospital) => hospital.claims)
    for (const { draft, label } of clean) expect(label.y).toBe(draft.truth ? 1 : 0)
  })

  test('has labels that are wrong as often as configured, graded, and settled after the claim', () => {
    const wrong = claims.filter(({ draft, label }) => (draft.truth ? 1 : 0) !== label.y)
    expect(wrong.length / claims.length).toBeCloseTo(region.config.labelNoise, 3)
    for (const { draft, label } of claims) {
      expect(label.minute - draft.settleMinute).toBeGreaterThanOrEqual(14 * 1440)
      expect(label.severity > 0).toBe(label.y === 1)
      expect(label.scenario !== null).toBe(label.y === 1)
    }
  })

  test('shares persons between hospitals', () => {
    const seen = region.hospitals.flatMap((hospital) => hospital.persons.map((person) => person.id))
    expect(new Set(seen).size).toBeLessThan(seen.length)
  })

  test('has dearer services at a hospital of level 3 than at one of level 1, unless feature shift is off', () => {
    const price = (featureShift: number): number[] =>
      simulateRegion({ claims: 2000, featureShift }).hospitals.map((hospital) => {
        const lines = hospital.claims.flatMap(({ draft }) => (draft.truth ? [] : draft.lines)).filter((line) => line.item.en === 'consultation')
        return lines.reduce((sum, line) => sum + line.unitPriceFen, 0) / lines.length
      })
    const [large = 0, , , , small = 1] = price(1)
    expect(large / small).toBeGreaterThan(1.5)
    const flat = price(0)
    expect(Math.max(...flat) / Math.min(...flat)).toBeLessThan(1.5)
  })
})

describe('the configuration of a region', () => {
  test('refuses unknown keys and values outside their bounds by code, naming them', () => {
    for (const [options, named] of [
      [{ hospitalz: 5 }, 'hospitalz'],
      [{ labelNoise: 0.9 }, 'labelNoise'],
      [{ hospitals: 1 }, 'hospitals'],
      [{ labelDelayDays: [90, 10] }, 'shortest delay'],
    ] as const)
      expect(() => parseRegionConfig(options)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG', message: expect.stringContaining(named) }))
    try {
      parseRegionConfig({ claims: 'many' })
    } catch (error) {
      expect(isRefusal(error, 'BAD_CONFIG')).toBe(true)
    }
  })

  test('makes more hospitals than archetypes under ids of their own', () => {
    const ids = simulateRegion({ claims: 3000, hospitals: 12 }).hospitals.map((hospital) => hospital.site.id)
    expect(new Set(ids).size).toBe(12)
  })
})

describe('draws', () => {
  test('are the same for the same names and differ for others', () => {
    const take = (...names: string[]): number[] => Array.from({ length: 20 }, createDraws('seed', ...names).uniform)
    expect(take('a', 'b')).toEqual(take('a', 'b'))
    expect(take('a', 'b')).not.toEqual(take('a', 'c'))
  })

  test('follow their distributions', () => {
    const draws = createDraws('distributions')
    const many = (draw: () => number): { mean: number; sd: number } => {
      const values = Array.from({ length: 20_000 }, draw)
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length
      return { mean, sd: Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length) }
    }
    const normal = many(draws.normal)
    expect(normal.mean).toBeCloseTo(0, 1)
    expect(normal.sd).toBeCloseTo(1, 1)
    expect(many(() => draws.poisson(2.5)).mean).toBeCloseTo(2.5, 1)
    expect(many(() => draws.geometric(0.25)).mean).toBeCloseTo(3, 0)
    expect(many(() => draws.beta(8, 2)).mean).toBeCloseTo(0.8, 1)
    expect(many(() => draws.weighted([1, 0, 3])).mean).toBeCloseTo(1.5, 1)
  })

  test('have an exponential that agrees with the engine to rounding', () => {
    for (let x = -30; x <= 30; x += 0.37) expect(exponential(x) / Math.exp(x)).toBeCloseTo(1, 13)
  })
})
