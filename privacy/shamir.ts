// Shamir's secret sharing over p = 2^31 - 1, all 4,096 coefficients of a key at once. Custodian k (from 0) holds the polynomials at x = k + 1.
import { refuse } from '../core/errors.ts'
import type { Random } from '../core/random.ts'
import { invert, multiply, P, reduce, uniformElements } from './field.ts'
import { PARAMETERS } from './parameters.ts'

/** Check polynomials z_1..z_4 a contribution: a cheat passes with probability p^-4 = 2^-124. */
export const MASKS = 4
/** Words of a key share. */
export const SHARE_WORDS = PARAMETERS.ringDegree

/**
 * Shares a key: for each coefficient a polynomial of degree t - 1 with that value at 0 and uniform other coefficients.
 * Any t of the m arrays determine the key; t - 1 are jointly uniform and independent of it (Shamir, CACM 1979). |key_i| <= (p-1)/2.
 * @throws BAD_PARAMETERS unless 1 <= t <= m < p. The caller wipes the shares.
 */
export function shareKey(key: Int32Array, t: number, m: number, random: Random): Uint32Array[] {
  const constants = Uint32Array.from(key, (v) => (v < 0 ? v + P : v))
  const shares = evaluateAll(constants, t, m, random)
  constants.fill(0)
  return shares
}

/** Shares of four uniform polynomials of degree t - 1, values at 0 uniform too: they hide the check words. */
export const shareMasks = (t: number, m: number, random: Random): Uint32Array[] => evaluateAll(uniformElements(MASKS, random), t, m, random)

function evaluateAll(constants: Uint32Array, t: number, m: number, random: Random): Uint32Array[] {
  if (!Number.isInteger(t) || !Number.isInteger(m) || t < 1 || t > m || m >= P) throw refuse('BAD_PARAMETERS', `a threshold of ${t} among ${m}`)
  const length = constants.length
  // Coefficient d of polynomial i is higher[(d-1) length + i].
  const higher = uniformElements((t - 1) * length, random)
  const shares = Array.from({ length: m }, (_, k) => evaluate(constants, higher, t - 1, k + 1))
  higher.fill(0)
  return shares
}

/** Horner at x, for all polynomials. */
function evaluate(constants: Uint32Array, higher: Uint32Array, degree: number, x: number): Uint32Array {
  const length = constants.length
  const out = new Uint32Array(length)
  for (let i = 0; i < length; i++) {
    let v = 0
    for (let d = degree - 1; d >= 0; d--) v = reduce(v * x + (higher[d * length + i] as number))
    out[i] = reduce(v * x + (constants[i] as number))
  }
  return out
}

/** Sum mod p, word by word: a custodian's answer for a roll. @throws BAD_BYTES for shares of different lengths or none. */
export function addShares(shares: readonly Uint32Array[]): Uint32Array {
  const [first, ...rest] = shares
  if (!first) throw refuse('BAD_BYTES', 'no shares to add')
  const sum = first.slice()
  for (const share of rest) {
    if (share.length !== sum.length) throw refuse('BAD_BYTES', `a share of ${share.length} words beside one of ${sum.length}`)
    for (let i = 0; i < sum.length; i++) {
      const v = (sum[i] as number) + (share[i] as number)
      sum[i] = v >= P ? v - P : v
    }
  }
  return sum
}

/**
 * The values at 0 of the polynomials of degree points.length - 1 through all the points, centred to [-(p-1)/2, (p-1)/2]: with exactly t answers, S.
 * @throws BAD_PARAMETERS where an x repeats or is not in 1..p-1, BAD_BYTES where lengths differ or a word is not below p.
 */
export function interpolateAtZero(points: readonly { readonly x: number; readonly words: Uint32Array }[]): Int32Array {
  checkAbscissas(points)
  const length = points[0]?.words.length ?? 0
  const weights = lagrange(points, 0)
  const sums = new Float64Array(length)
  for (const [k, { words }] of points.entries()) {
    if (words.length !== length) throw refuse('BAD_BYTES', `${words.length} words beside ${length}`)
    const weight = weights[k] as number
    for (let i = 0; i < length; i++) {
      const word = words[i] as number
      if (word >= P) throw refuse('BAD_BYTES', `word ${i} is not below p`)
      sums[i] = reduce((sums[i] as number) + multiply(word, weight))
    }
  }
  return Int32Array.from(sums, (v) => (v > (P - 1) / 2 ? v - P : v))
}

/**
 * Whether one polynomial of at most this degree passes through all points. Up to degree + 1 points always lie on one: only further points check anything.
 * @throws BAD_PARAMETERS where an x repeats or is not in 1..p-1, BAD_BYTES where a word is not below p.
 */
export function liesOnPolynomial(points: readonly { readonly x: number; readonly word: number }[], degree: number): boolean {
  checkAbscissas(points)
  for (const { word } of points) if (!(Number.isInteger(word) && word >= 0 && word < P)) throw refuse('BAD_BYTES', 'a word that is not below p')
  const known = points.slice(0, degree + 1)
  return points.slice(degree + 1).every(({ x, word }) => {
    const weights = lagrange(known, x)
    return known.reduce((sum, point, k) => reduce(sum + multiply(point.word, weights[k] as number)), 0) === word
  })
}

function checkAbscissas(points: readonly { readonly x: number }[]): void {
  if (points.length === 0) throw refuse('BAD_PARAMETERS', 'no points')
  if (points.some(({ x }) => !Number.isInteger(x) || x < 1 || x >= P) || new Set(points.map(({ x }) => x)).size !== points.length)
    throw refuse('BAD_PARAMETERS', `points at ${points.map(({ x }) => x).join(', ')}`)
}

/** Weights w_k with f(at) = sum_k w_k f(x_k) for every polynomial of degree below points.length: prod_{l != k} (at - x_l) / (x_k - x_l). */
function lagrange(points: readonly { readonly x: number }[], at: number): number[] {
  const minus = (a: number, b: number): number => (((a - b) % P) + P) % P
  return points.map(({ x }) => {
    let [above, below] = [1, 1]
    for (const other of points) {
      if (other.x === x) continue
      above = multiply(above, minus(at, other.x))
      below = multiply(below, minus(x, other.x))
    }
    return multiply(above, invert(below))
  })
}
