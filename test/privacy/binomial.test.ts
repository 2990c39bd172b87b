import { expect, test } from 'vitest'
import { createSeededRandom } from '../../core/random.ts'
import { sampleBinomial } from '../../privacy/binomial.ts'
import { scriptedRandom } from './scripted.ts'

const COUNT = 400_000
const sample = sampleBinomial(COUNT, createSeededRandom('binomial'))
const mean = (f: (v: number) => number): number => sample.reduce((sum, v) => sum + f(v), 0) / COUNT

test('the sampler has mean 0 and variance 21, within five standard errors', () => {
  expect(Math.abs(mean((v) => v))).toBeLessThan(5 * Math.sqrt(21 / COUNT))
  // Var(x^2) = 21^2 (2 - 1/42) for a binomial of 84 trials.
  expect(Math.abs(mean((v) => v * v) - 21)).toBeLessThan(5 * 21 * Math.sqrt(2 / COUNT))
})

test('every frequency is that of the centred binomial of 84 coins (chi-square), and no value passes 42', () => {
  const weight = (k: number): number => {
    let p = 2 ** -84
    for (let i = 0; i < k; i++) p = (p * (84 - i)) / (i + 1)
    return p
  }
  const counts = new Map<number, number>()
  for (const v of sample) counts.set(v, (counts.get(v) ?? 0) + 1)
  let [chiSquare, cells, restExpected, restSeen] = [0, 0, 0, 0]
  for (let v = -42; v <= 42; v++) {
    const [expected, seen] = [COUNT * weight(v + 42), counts.get(v) ?? 0]
    if (expected < 20) {
      restExpected += expected
      restSeen += seen
      continue
    }
    cells++
    chiSquare += (seen - expected) ** 2 / expected
  }
  chiSquare += (restSeen - restExpected) ** 2 / restExpected
  expect(sample.every((v) => Math.abs(v) <= 42)).toBe(true)
  // Normal approximation of chi-square with `cells` degrees of freedom, at four standard deviations.
  expect(chiSquare).toBeLessThan(cells + 4 * Math.sqrt(2 * cells))
})

test('all 84 bits count: all ones cancel, and ones on one side alone give 42', () => {
  const one = 0xffffffff
  expect([...sampleBinomial(1, scriptedRandom(one, one, one))]).toEqual([0])
  expect([...sampleBinomial(1, scriptedRandom(one, 0, 0x3ff))]).toEqual([42])
  expect([...sampleBinomial(1, scriptedRandom(0, one, 0xffc00))]).toEqual([-42])
})
