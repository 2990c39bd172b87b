// Coefficients mod T (58 bits) as pairs of 32-bit words: exact arithmetic in doubles, no BigInt in the loops.
// The words view of a BigUint64Array is (low, high) on the little-endian machines that Node runs on.
import { refuse } from '../core/errors.ts'
import { PARAMETERS } from './parameters.ts'

export const WORD = 2 ** 32
export const T_HIGH = Number(PARAMETERS.plainPrime >> 32n)
export const T_LOW = Number(PARAMETERS.plainPrime & 0xffffffffn)

if (new Uint8Array(new Uint32Array([1]).buffer)[0] !== 1) throw refuse('BAD_PARAMETERS', 'a big-endian machine')

/** Low and high words, alternating, of the same memory. */
export const wordsOf = (array: BigUint64Array | BigInt64Array): Uint32Array => new Uint32Array(array.buffer, array.byteOffset, 2 * array.length)

export const isBelowT = (high: number, low: number): boolean => high < T_HIGH || (high === T_HIGH && low < T_LOW)

/** Writes (high 2^32 + low) mod T at coefficient `i`. |value| < T; `high` and `low` are integers, `low` of any sign below 2^52. */
export function putCoefficient(words: Uint32Array, i: number, high: number, low: number): void {
  let carry = Math.floor(low / WORD)
  high += carry
  low -= carry * WORD
  if (high < 0) {
    high += T_HIGH
    low += T_LOW
  } else if (!isBelowT(high, low)) {
    high -= T_HIGH
    low -= T_LOW
  }
  carry = Math.floor(low / WORD)
  words[2 * i] = low - carry * WORD
  words[2 * i + 1] = high + carry
}

/** @throws BAD_LAYOUT unless there are `length` coefficients, each below T. */
export function checkCoefficients(coefficients: BigUint64Array, length: number = PARAMETERS.ringDegree): void {
  if (coefficients.length !== length) throw refuse('BAD_LAYOUT', `${coefficients.length} coefficients, ${length} expected`)
  const words = wordsOf(coefficients)
  for (let i = 0; i < length; i++)
    if (!isBelowT(words[2 * i + 1] as number, words[2 * i] as number)) throw refuse('BAD_LAYOUT', `coefficient ${i} is not below T`)
}
