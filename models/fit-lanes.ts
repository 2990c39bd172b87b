// How many bits of a value fit beside how many others in one plaintext coefficient.
import { refuse } from '../core/errors.ts'
import type { LaneLayout, Segment } from '../core/lanes.ts'

/** T is a 58-bit prime, so (T-1)/2 >= 2^56 whichever prime it is. */
const HALF_PLAINTEXT = 1n << 56n

/** A plan takes no narrower lane. */
const LEAST_LANE_BITS = 8

/** Width of a lane that holds a signed sum of `contributors` values: |sum| <= n 2^(b-1) < 2^(laneBits-1). */
function laneBitsFor(contributors: number, valueBits: number): { largest: bigint; laneBits: number } {
  const largest = BigInt(contributors) << BigInt(valueBits - 1)
  return { largest, laneBits: Math.max(LEAST_LANE_BITS, largest.toString(2).length + 1) }
}

function fits(contributors: number, valueBits: number, lanes: number): boolean {
  const { largest, laneBits } = laneBitsFor(contributors, valueBits)
  let total = 0n
  for (let i = 0; i < lanes; i++) total += largest << BigInt(i * laneBits)
  return total <= HALF_PLAINTEXT
}

const layoutOf = (contributors: number, valueBits: number, lanes: number, segments: readonly Segment[]): LaneLayout => ({
  lanesPerCoefficient: lanes,
  laneBits: laneBitsFor(contributors, valueBits).laneBits,
  valueBits,
  segments,
})

/**
 * The finest values, at most `wantBits` wide, of which `lanes` fit in a coefficient when `contributors` of them are summed:
 * sum_i n 2^(b-1) 2^(i laneBits) <= (T-1)/2 (secure-sum.md, Lanes; without noise).
 * @throws BAD_LAYOUT where not even `leastBits` fit.
 */
export function fitBits(contributors: number, lanes: number, wantBits: number, leastBits: number, segments: readonly Segment[]): LaneLayout {
  for (let bits = wantBits; bits >= leastBits; bits--) if (fits(contributors, bits, lanes)) return layoutOf(contributors, bits, lanes, segments)
  throw refuse('BAD_LAYOUT', `${lanes} lanes of ${leastBits} bits do not fit a sum over ${contributors} contributors`)
}

/** As many lanes a coefficient (at most 3) as leave integers up to the largest clip exact. @throws BAD_LAYOUT where not even one fits. */
export function fitIntegers(contributors: number, segments: readonly Segment[]): LaneLayout {
  const largest = segments.reduce((most, s) => Math.max(most, s.clip), 1)
  const bits = BigInt(Math.ceil(largest)).toString(2).length + 1
  if (bits <= 53) for (let lanes = 3; lanes >= 1; lanes--) if (fits(contributors, bits, lanes)) return layoutOf(contributors, bits, lanes, segments)
  throw refuse('BAD_LAYOUT', `integers up to ${largest} do not fit a sum over ${contributors} contributors`)
}
