import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../core/codec.ts'
import { dequantise, type LaneLayout, laneCount, laneLayout, quantise, type Segment, segmentRange, stepOf } from '../../core/lanes.ts'
import { createSeededRandom } from '../../core/random.ts'

const layoutOf = (valueBits: number, ...segments: readonly Segment[]): LaneLayout => ({ lanesPerCoefficient: 2, laneBits: 29, valueBits, segments })
const weights = (length: number, clip: number): Segment => ({ name: 'weights', length, clip, rounding: 'stochastic' })
const counts = (length: number, clip: number): Segment => ({ name: 'counts', length, clip, rounding: 'integer' })
const refused = expect.objectContaining({ code: 'BAD_LAYOUT' })

describe('stochastic rounding', () => {
  test.each([0.1, 0.25, 0.5, 0.9, -0.1, -0.75, 3.3, -5.99])('of %f steps has that mean', (steps) => {
    const n = 200_000
    const layout = layoutOf(16, weights(n, 1))
    const step = stepOf(layout, weights(n, 1))
    const q = quantise(layout, new Float64Array(n).fill(steps * step), createSeededRandom(`mean ${steps}`))
    const p = steps - Math.floor(steps)
    const sixSigma = 6 * Math.sqrt((p * (1 - p)) / n)
    expect(Math.abs(q.reduce((sum, v) => sum + v, 0) / n - steps)).toBeLessThan(sixSigma)
    expect(new Set(q)).toEqual(new Set([Math.floor(steps), Math.ceil(steps)]))
  })

  test('goes to one of the two neighbours and stays within the bits of a value', () => {
    const cases = fc.record({
      valueBits: fc.integer({ min: 1, max: 53 }),
      clip: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
      values: fc.array(fc.double({ min: -1e7, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 20 }),
      seed: fc.string(),
    })
    fc.assert(
      fc.property(cases, ({ valueBits, clip, values, seed }) => {
        const layout = layoutOf(valueBits, weights(values.length, clip))
        const step = stepOf(layout, weights(1, clip))
        quantise(layout, Float64Array.from(values), createSeededRandom(seed)).forEach((q, i) => {
          const x = Math.min(clip, Math.max(-clip, values[i] as number)) / step
          expect([Math.floor(x), Math.ceil(x)]).toContain(q + 0)
          expect(Math.abs(q)).toBeLessThanOrEqual(2 ** (valueBits - 1))
        })
      }),
      { numRuns: 300 },
    )
  })

  test('leaves whole steps as they are, also at the clip', () => {
    const layout = layoutOf(8, weights(4, 1))
    expect([...quantise(layout, Float64Array.of(1, -1, 5, -0.5), createSeededRandom('whole'))]).toEqual([128, -128, 128, -64])
  })

  test('is the same for the same seed and another for another', () => {
    const layout = layoutOf(8, weights(64, 1))
    const vector = Float64Array.from({ length: 64 }, (_, i) => i / 100)
    const with_ = (seed: string): Float64Array => quantise(layout, vector, createSeededRandom(seed))
    expect(with_('a')).toEqual(with_('a'))
    expect(with_('a')).not.toEqual(with_('b'))
  })
})

describe('integer lanes', () => {
  test('carry integers exactly, clipped', () => {
    const layout = layoutOf(16, counts(4, 100))
    expect([...quantise(layout, Float64Array.of(0, 7, -100, 3_000), createSeededRandom(''))]).toEqual([0, 7, -100, 100])
  })
  test('draw no randomness', () => {
    const neither = { secure: false, fill: () => expect.fail('drew randomness') }
    expect([...quantise(layoutOf(16, counts(1, 10)), Float64Array.of(3), neither)]).toEqual([3])
  })
  test('refuse a fraction', () => {
    expect(() => quantise(layoutOf(16, counts(1, 10)), Float64Array.of(1.5), createSeededRandom(''))).toThrow(refused)
  })
})

describe('a sum through the lanes', () => {
  test('is within one step a contributor of the true sum, and exact in integer lanes', () => {
    const layout = layoutOf(16, weights(3, 2), counts(2, 1_000))
    const vector = fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -2, max: 2, noNaN: true })), fc.integer({ min: -1_000, max: 1_000 }), fc.nat(1_000))
    fc.assert(
      fc.property(fc.array(vector, { minLength: 1, maxLength: 30 }), fc.string(), (vectors, seed) => {
        const random = createSeededRandom(seed)
        const sums = new BigInt64Array(5)
        for (const v of vectors) quantise(layout, Float64Array.from(v as number[]), random).forEach((q, i) => (sums[i] = (sums[i] as bigint) + BigInt(q)))
        const truth = [0, 1, 2, 3, 4].map((i) => vectors.reduce((sum, v) => sum + (v[i] as number), 0))
        dequantise(layout, sums).forEach((value, i) => {
          if (i >= 3) expect(value + 0).toBe((truth[i] as number) + 0)
          else expect(Math.abs(value - (truth[i] as number))).toBeLessThan(vectors.length * (2 / 2 ** 15))
        })
      }),
    )
  })
})

describe('refusals', () => {
  const random = createSeededRandom('')
  test.each([
    ['a vector of another length', layoutOf(8, weights(2, 1)), Float64Array.of(1)],
    ['NaN', layoutOf(8, weights(1, 1)), Float64Array.of(Number.NaN)],
    ['an infinite value', layoutOf(8, counts(1, 1)), Float64Array.of(Number.POSITIVE_INFINITY)],
    ['a clip of 0', layoutOf(8, weights(1, 0)), Float64Array.of(0)],
    ['a negative clip', layoutOf(8, weights(1, -1)), Float64Array.of(0)],
    ['a step below the normal doubles', layoutOf(53, weights(1, 1e-300)), Float64Array.of(0)],
    ['values of no bits', layoutOf(0, weights(1, 1)), Float64Array.of(0)],
    ['values of more bits than a double has', layoutOf(54, weights(1, 1)), Float64Array.of(0)],
    ['an integer clip over the bits of a value', layoutOf(8, counts(1, 129)), Float64Array.of(0)],
  ])('%s', (_, layout, vector) => {
    expect(() => quantise(layout, vector, random)).toThrow(refused)
  })
  test('sums of another length', () => {
    expect(() => dequantise(layoutOf(8, weights(2, 1)), new BigInt64Array(3))).toThrow(refused)
    expect(() => dequantise(layoutOf(8, weights(2, 1)), new BigInt64Array(1))).toThrow(refused)
  })
})

test('segments follow each other in the order of the layout', () => {
  const layout = layoutOf(9, weights(5, 4), counts(7, 10))
  expect(laneCount(layout)).toBe(12)
  expect(segmentRange(layout, 'weights')).toEqual({ start: 0, end: 5, step: 4 / 256 })
  expect(segmentRange(layout, 'counts')).toEqual({ start: 5, end: 12, step: 1 })
  expect(() => segmentRange(layout, 'none')).toThrow(refused)
})

test('a layout has one byte form', () => {
  const layout = layoutOf(16, weights(3, 1.5), counts(1, 9))
  expect(decode(laneLayout, encode(laneLayout, layout))).toEqual(layout)
})
