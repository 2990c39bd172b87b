import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type LaneLayout, laneCount } from '../../core/lanes.ts'
import { checkFits, ciphertextCount, pack, unpack } from '../../privacy/lanes.ts'
import { PARAMETERS } from '../../privacy/parameters.ts'
import { refused } from './refused.ts'

const T = PARAMETERS.plainPrime
const layoutOf = (lanesPerCoefficient: number, laneBits: number, valueBits: number, ...lengths: number[]): LaneLayout => ({
  lanesPerCoefficient,
  laneBits,
  valueBits,
  segments: lengths.map((length, i) => ({ name: `s${i}`, length, clip: 1, rounding: 'stochastic' })),
})
/** Adds messages coefficient by coefficient mod T, as ciphertexts do. */
const addMessages = (all: readonly BigUint64Array[][]): BigUint64Array[] =>
  (all[0] as BigUint64Array[]).map((_, j) => BigUint64Array.from({ length: 4096 }, (_, i) => all.reduce((sum, one) => (sum + (one[j]?.[i] as bigint)) % T, 0n)))

/** Shapes with the largest number of contributors' worth of headroom they leave: n 2^(b-1) <= 2^(w-1) - 1 and the whole below T/2. */
const shape = fc.record({ lanes: fc.integer({ min: 1, max: 4 }), n: fc.integer({ min: 1, max: 12 }) }).chain(({ lanes, n }) =>
  fc.integer({ min: 8, max: Math.floor(57 / lanes) }).chain((laneBits) => {
    const mostValueBits = Math.min(53, laneBits - 1 - Math.ceil(Math.log2(n + 1)) + 1)
    return fc.record({
      lanes: fc.constant(lanes),
      n: fc.constant(n),
      laneBits: fc.constant(laneBits),
      valueBits: fc.integer({ min: 1, max: Math.max(1, mostValueBits) }),
    })
  }),
)
const vectorOf = (length: number, valueBits: number, seed: number): Float64Array => {
  const most = 2 ** (valueBits - 1)
  let state = seed >>> 0
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  // A fifth at each extreme, where borrows and overflows live.
  return Float64Array.from({ length }, () => (next() < 0.2 ? most : next() < 0.25 ? -most : Math.floor((next() + next() / 2 ** 32) * (2 * most + 1)) - most))
}

describe('packing', () => {
  test('sums of random vectors come back exactly, whatever the lanes, widths and number of contributors', () => {
    fc.assert(
      fc.property(shape, fc.integer({ min: 0, max: 9000 }), fc.nat(), ({ lanes, n, laneBits, valueBits }, length, seed) => {
        const layout = layoutOf(lanes, laneBits, valueBits, length)
        checkFits(layout, n)
        const vectors = Array.from({ length: n }, (_, k) => vectorOf(length, valueBits, seed + k))
        const { sums, constants } = unpack(layout, addMessages(vectors.map((q) => pack(layout, q))), n)
        expect(constants).toEqual(Array.from({ length: ciphertextCount(layout) }, () => BigInt(n)))
        expect(sums.length).toBe(length)
        const wrong = sums.findIndex((sum, i) => sum !== vectors.reduce((total, q) => total + BigInt(q[i] as number), 0n))
        expect(wrong).toBe(-1)
      }),
      { numRuns: 40 },
    )
  }, 30_000)
  test('is sum_i q_i 2^(i laneBits) mod T, low lane first, the top lane of coefficient 4,095 being 1', () => {
    const layout = layoutOf(3, 19, 12, 8192, 4094)
    const q = vectorOf(laneCount(layout), 12, 5)
    const [message] = pack(layout, q) as [BigUint64Array]
    const lane = (i: number): bigint => (i === 12287 ? 1n : BigInt(q[i] ?? 0))
    for (const k of [0, 1, 2047, 4094, 4095]) {
      const value = lane(3 * k) + lane(3 * k + 1) * 2n ** 19n + lane(3 * k + 2) * 2n ** 38n
      expect(message[k]).toBe(((value % T) + T) % T)
    }
    // 8,192 + 4,094 lanes leave one unused before the constant, which is 0.
    expect(laneCount(layout)).toBe(12286)
    expect(message[4095]).toBe((((lane(12285) + 2n ** 38n) % T) + T) % T)
  })
  test('spends exactly as many ciphertexts as needed', () => {
    for (const [lanes, length, count] of [
      [1, 0, 1],
      [1, 1, 1],
      [1, 4095, 1],
      [1, 4096, 2],
      [2, 8191, 1],
      [2, 8192, 2],
      [2, 16382, 2],
      [2, 16383, 3],
    ] as const) {
      const layout = layoutOf(lanes, 28, 16, length)
      expect(ciphertextCount(layout)).toBe(count)
      expect(pack(layout, new Float64Array(length)).length).toBe(count)
    }
  })
  test('works without any segment: one ciphertext, one constant lane, which is the common randomness step', () => {
    const layout = layoutOf(2, 29, 8)
    const messages = addMessages([pack(layout, new Float64Array()), pack(layout, new Float64Array()), pack(layout, new Float64Array())])
    expect(unpack(layout, messages, 3)).toEqual({ sums: new BigInt64Array(), constants: [3n] })
  })
  test('carries values up to 2^52 in one lane', () => {
    const layout = layoutOf(1, 58, 53, 4)
    const extreme = Float64Array.of(2 ** 52, -(2 ** 52), 2 ** 52 - 1, -1)
    const sums = unpack(layout, addMessages(Array.from({ length: 31 }, () => pack(layout, extreme))), 31).sums
    expect([...sums]).toEqual([31n * 2n ** 52n, -31n * 2n ** 52n, 31n * (2n ** 52n - 1n), -31n])
  })
  test('one-hot contributions open to zeros and ones: no value is counted twice or lands elsewhere', () => {
    const layout = layoutOf(2, 28, 2, 9000)
    const members = 60
    const hot = (k: number): Float64Array => new Float64Array(9000).fill(1, (k * 9000) / members, (k * 9000) / members + 1)
    const { sums } = unpack(layout, addMessages(Array.from({ length: members }, (_, k) => pack(layout, hot(k)))), members)
    expect(sums.every((v, i) => v === (i % (9000 / members) === 0 ? 1n : 0n))).toBe(true)
  })
  test('shows an overflowing top lane as a value out of range, not as another sum', () => {
    const layout = layoutOf(1, 30, 20, 1)
    const [message] = pack(layout, Float64Array.of(0)) as [BigUint64Array]
    message[0] = T - 2n ** 50n
    expect(unpack(layout, [message], 2).sums[0]).toBe(-(2n ** 50n))
  })
})

describe('a layout fits', () => {
  const fits = (layout: LaneLayout, n: number): boolean => {
    try {
      checkFits(layout, n)
      return true
    } catch (error) {
      expect(error).toEqual(refused('BAD_LAYOUT'))
      return false
    }
  }
  test('iff the largest sums of all lanes together stay within (T-1)/2, to the last contributor', () => {
    for (const [lanes, laneBits, valueBits] of [
      [1, 50, 40],
      [2, 29, 16],
      [3, 19, 12],
      [4, 14, 8],
      [2, 30, 24],
      [1, 58, 53],
    ] as const) {
      const layout = layoutOf(lanes, laneBits, valueBits, 10)
      const fitsByHand = (n: bigint): boolean => {
        const largest = n * 2n ** BigInt(valueBits - 1)
        const packed = Array.from({ length: lanes }, (_, i) => largest * 2n ** BigInt(i * laneBits)).reduce((a, b) => a + b)
        return 2n * packed < T && largest < 2n ** BigInt(laneBits - 1)
      }
      // The first n that does not fit, or one past the limit of members.
      const end = Array.from({ length: 10_000 }, (_, i) => i + 1).find((n) => !fitsByHand(BigInt(n))) ?? 10_001
      for (const n of [1, Math.ceil(end / 2), end - 2, end - 1].filter((n) => n > 0 && n < end)) expect(fits(layout, n)).toBe(true)
      for (const n of [end, end + 1, 2 * end]) expect(fits(layout, n)).toBe(false)
    }
  })
  test('only within its limits', () => {
    const good = layoutOf(2, 29, 16, 10)
    expect(fits(good, 10)).toBe(true)
    const wrong: Partial<LaneLayout>[] = [
      { lanesPerCoefficient: 0 },
      { lanesPerCoefficient: 8 },
      { lanesPerCoefficient: 1.5 },
      { laneBits: 7 },
      { laneBits: 59 },
      { valueBits: 0 },
      { valueBits: 54 },
    ]
    for (const part of wrong) expect(fits({ ...good, ...part }, 10)).toBe(false)
    for (const n of [0, -1, 1.5, 10_001]) expect(fits(layoutOf(1, 50, 2, 1), n)).toBe(false)
    expect(fits(layoutOf(1, 50, 16, 1024 * 4095), 10)).toBe(true)
    expect(fits(layoutOf(1, 50, 16, 1024 * 4095 + 1), 10)).toBe(false)
    expect(fits({ ...good, segments: [{ name: 'count', length: 1, clip: 2 ** 15 + 1, rounding: 'integer' }] }, 10)).toBe(false)
  })
})

test('what does not belong to a layout is refused by code', () => {
  const layout = layoutOf(2, 29, 8, 4)
  for (const q of [Float64Array.of(1, 2, 3), Float64Array.of(129, 0, 0, 0), Float64Array.of(0.5, 0, 0, 0), Float64Array.of(Number.NaN, 0, 0, 0)])
    expect(() => pack(layout, q)).toThrow(refused('BAD_LAYOUT'))
  const good = new BigUint64Array(4096)
  for (const messages of [[], [good, good], [new BigUint64Array(4095)], [new BigUint64Array(4096).fill(T)]])
    expect(() => unpack(layout, messages, 2)).toThrow(refused('BAD_LAYOUT'))
  expect(() => unpack(layoutOf(2, 29, 29, 4), [good], 2)).toThrow(refused('BAD_LAYOUT'))
})
