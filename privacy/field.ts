// The field of p = 2^31 - 1 elements, in doubles: p is a Mersenne prime, so reduction is a shift and an addition.
import type { Random } from '../core/random.ts'
import { PARAMETERS } from './parameters.ts'

export const P = PARAMETERS.sharePrime
const TWO_31 = 2 ** 31

/** v mod p for an integer 0 <= v < 2^53. */
export function reduce(v: number): number {
  const high = Math.floor(v / TWO_31)
  const folded = v - high * TWO_31 + high
  return folded >= P ? folded - P : folded
}

/** a b mod p for a, b < p: b in two halves, so that no product passes 2^48. */
export function multiply(a: number, b: number): number {
  return reduce(reduce(a * (b >>> 16)) * 65536 + a * (b & 0xffff))
}

/** a^(p-2), by Fermat. `a` is not 0 mod p. */
export function invert(a: number): number {
  let result = 1
  for (let e = P - 2, square = a; e > 0; e = Math.floor(e / 2), square = multiply(square, square)) if (e % 2 === 1) result = multiply(result, square)
  return result
}

/** Uniform elements, by rejection of the one 31-bit word that is p. */
export function uniformElements(length: number, random: Random): Uint32Array {
  const words = random.fill(new Uint32Array(length))
  for (let i = 0; i < length; i++) {
    words[i] = (words[i] as number) & P
    while (words[i] === P) words[i] = (random.fill(new Uint32Array(1))[0] as number) & P
  }
  return words
}
