import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSeededRandom, systemRandom } from '../../core/random.ts'
import { invert, multiply, P, reduce, uniformElements } from '../../privacy/field.ts'
import { addShares, interpolateAtZero, liesOnPolynomial, shareKey, shareMasks } from '../../privacy/shamir.ts'
import { refused } from './refused.ts'
import { scriptedRandom } from './scripted.ts'

const element = fc.oneof(fc.integer({ min: 0, max: P - 1 }), fc.constantFrom(0, 1, 2, P - 1, P - 2, 65535, 65536, 2 ** 30))
const points = (shares: readonly Uint32Array[], ks: readonly number[]) => ks.map((k) => ({ x: k + 1, words: shares[k] as Uint32Array }))
/** All subsets of `size` of 0..m-1. */
const subsets = (m: number, size: number, from = 0): number[][] =>
  size === 0 ? [[]] : Array.from({ length: m - from }, (_, i) => subsets(m, size - 1, from + i + 1).map((rest) => [from + i, ...rest])).flat()

describe('the field of 2^31 - 1', () => {
  test('multiplies, reduces and inverts as integers do', () => {
    fc.assert(
      fc.property(element, element, fc.maxSafeNat(), (a, b, v) => {
        expect(BigInt(multiply(a, b))).toBe((BigInt(a) * BigInt(b)) % BigInt(P))
        expect(reduce(v)).toBe(v % P)
        if (a !== 0) expect(multiply(a, invert(a))).toBe(1)
      }),
    )
  })
  test('draws uniform elements by rejecting the word that is p', () => {
    const scripted = scriptedRandom(P, 2 ** 32 - 1, 5, 2 ** 31 + 6)
    expect([...uniformElements(2, scripted)]).toEqual([5, 6])
  })
})

describe('shares', () => {
  // Made by vectors/words.py, which evaluates secret + r1 x + r2 x^2 mod p with Python integers: words 0-5 are r1, 6-11 r2.
  test('are those of an independent implementation', () => {
    const words = [1234567, 9876536, 33333309, 79012288, 154320875, 266666472, 423456481, 632098304, 899999343, 1234567000, 1643208677, 2133331776]
    const scripted = scriptedRandom(...words)
    const shares = shareKey(Int32Array.of(0, 1, -1, 42, -42, 1000000), 3, 5, scripted)
    expect(shares.map((share) => [...share])).toEqual([
      [424691048, 641974841, 933332651, 1313579330, 1797529510, 253514601],
      [1696295058, 400662642, 1519180342, 801325324, 439025475, 477725460],
      [1667328383, 1423547051, 1757543072, 610721671, 219455147, 673632577],
      [337791023, 1563144421, 1648420841, 741768371, 1138818526, 841235952],
      [2002650272, 819454752, 1191813649, 1194465424, 1049631965, 980535585],
    ])
  })
  test('of any t custodians give the sum of keys, the same for each choice; t - 1 give something else', () => {
    for (const [m, t] of [
      [4, 2],
      [5, 3],
      [7, 3],
      [7, 4],
      [10, 4],
    ] as const)
      fc.assert(
        fc.property(fc.array(fc.array(fc.integer({ min: -42, max: 42 }), { minLength: 8, maxLength: 8 }), { minLength: 1, maxLength: 6 }), (keys) => {
          const shared = keys.map((key) => shareKey(Int32Array.from(key), t, m, systemRandom))
          const answers = Array.from({ length: m }, (_, k) => addShares(shared.map((shares) => shares[k] as Uint32Array)))
          const sum = Int32Array.from({ length: 8 }, (_, i) => keys.reduce((total, key) => total + (key[i] as number), 0))
          for (const ks of subsets(m, t)) expect(interpolateAtZero(points(answers, ks))).toEqual(sum)
          expect(interpolateAtZero(points(answers, [...(subsets(m, t)[0] as number[])].reverse()))).toEqual(sum)
          for (const ks of subsets(m, t - 1)) expect(interpolateAtZero(points(answers, ks))).not.toEqual(sum)
        }),
        { numRuns: 10 },
      )
  })
  test('of t - 1 custodians say nothing: for every other key there are polynomials through them', () => {
    // t = 3: two shares fix a line of polynomials; each candidate key is completed by exactly one of them, so all keys are equally likely.
    const shares = shareKey(Int32Array.of(17), 3, 5, systemRandom)
    const seen = [1, 2].map((x) => ({ x, word: shares[x - 1]?.[0] as number }))
    for (const candidate of [-42, 0, 17, 42]) {
      const third = interpolateAtZeroOf(
        [
          { x: 1, y: seen[0]?.word as number },
          { x: 2, y: seen[1]?.word as number },
        ],
        candidate,
      )
      expect(liesOnPolynomial([...seen, { x: 3, word: third }], 2)).toBe(true)
      expect([...interpolateAtZero([...seen, { x: 3, word: third }].map(({ x, word }) => ({ x, words: Uint32Array.of(word) })))]).toEqual([candidate])
    }
  })
  test('are spread over the whole field whatever the key', () => {
    const [share] = shareKey(new Int32Array(20_000), 3, 5, createSeededRandom('spread')) as [Uint32Array]
    const bins = new Float64Array(16)
    for (const word of share) bins[word >>> 27] = (bins[word >>> 27] as number) + 1
    expect(bins.reduce((sum, n) => sum + (n - 1250) ** 2 / 1250, 0)).toBeLessThan(44.3)
  })
  test('of masks are four uniform polynomials of degree t - 1', () => {
    const masks = shareMasks(3, 5, systemRandom)
    for (let r = 0; r < 4; r++) {
      const on = masks.map((words, k) => ({ x: k + 1, word: words[r] as number }))
      expect(liesOnPolynomial(on, 2)).toBe(true)
      expect(liesOnPolynomial(on, 1)).toBe(false)
    }
  })
})

/** The value at 3 of the quadratic with f(0) = candidate through two points, by integers. */
function interpolateAtZeroOf([a, b]: [{ x: number; y: number }, { x: number; y: number }], candidate: number): number {
  // With differences at 0, 1, 2: f(3) = f(0) - 3 f(1) + 3 f(2).
  return Number((((BigInt(candidate) - 3n * BigInt(a.y) + 3n * BigInt(b.y)) % BigInt(P)) + BigInt(P)) % BigInt(P))
}

describe('liesOnPolynomial', () => {
  test('finds one changed word among any number of points above degree + 1', () => {
    fc.assert(
      fc.property(
        fc.array(element, { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 4, max: 10 }),
        fc.nat(9),
        fc.integer({ min: 1, max: P - 1 }),
        (coefficients, count, at, shift) => {
          const on = Array.from({ length: count }, (_, k) => ({ x: k + 1, word: coefficients.reduceRight((v, c) => reduce(multiply(v, k + 1) + c), 0) }))
          expect(liesOnPolynomial(on, 2)).toBe(true)
          const off = on.map((point, k) => (k === at % count ? { x: point.x, word: reduce(point.word + shift) } : point))
          expect(liesOnPolynomial(off, 2)).toBe(false)
        },
      ),
    )
  })
  test('has nothing to check on degree + 1 points', () =>
    expect(
      liesOnPolynomial(
        [
          { x: 1, word: 5 },
          { x: 2, word: 900 },
        ],
        1,
      ),
    ).toBe(true))
})

test('malformed points and shares are refused by code', () => {
  const words = Uint32Array.of(1)
  expect(() =>
    interpolateAtZero([
      { x: 1, words },
      { x: 1, words },
    ]),
  ).toThrow(refused('BAD_PARAMETERS'))
  expect(() => interpolateAtZero([{ x: 0, words }])).toThrow(refused('BAD_PARAMETERS'))
  expect(() => interpolateAtZero([])).toThrow(refused('BAD_PARAMETERS'))
  expect(() =>
    interpolateAtZero([
      { x: 1, words },
      { x: 2, words: Uint32Array.of(P) },
    ]),
  ).toThrow(refused('BAD_BYTES'))
  expect(() =>
    interpolateAtZero([
      { x: 1, words },
      { x: 2, words: Uint32Array.of(1, 2) },
    ]),
  ).toThrow(refused('BAD_BYTES'))
  expect(() => liesOnPolynomial([{ x: 1, word: P }], 0)).toThrow(refused('BAD_BYTES'))
  expect(() => addShares([])).toThrow(refused('BAD_BYTES'))
  expect(() => addShares([words, new Uint32Array(2)])).toThrow(refused('BAD_BYTES'))
  for (const [t, m] of [
    [0, 5],
    [6, 5],
    [1.5, 5],
  ] as const)
    expect(() => shareMasks(t, m, systemRandom)).toThrow(refused('BAD_PARAMETERS'))
})
