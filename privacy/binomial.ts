// Secrets and errors: the centred binomial of 42 + 42 bits.
import type { Random } from '../core/random.ts'

const TEN_BITS = 0x3ff

/** Number of ones in 32 bits. */
function ones(x: number): number {
  x -= (x >>> 1) & 0x55555555
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/**
 * `length` values, each (ones of 42 random bits) - (ones of 42 others): mean 0, variance 21, |x| <= 42. Twice the variance of what a ring-LWE
 * sample of this size needs, because an opening reveals the sums of secrets and errors over the roll: two honest members leave each with half
 * (Hint-RLWE). Three words of `random` a value; branches depend on nothing drawn. The caller wipes the result.
 */
export function sampleBinomial(length: number, random: Random): Int32Array {
  const words = random.fill(new Uint32Array(3 * length))
  const out = new Int32Array(length)
  for (let i = 0; i < length; i++) {
    const rest = words[3 * i + 2] as number
    out[i] = ones(words[3 * i] as number) + ones(rest & TEN_BITS) - ones(words[3 * i + 1] as number) - ones((rest >>> 10) & TEN_BITS)
  }
  words.fill(0)
  return out
}
