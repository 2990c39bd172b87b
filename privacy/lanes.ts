// Lanes in coefficients: several small signed integers in one number mod T, straight in the coefficients (sums need no slots).
import { refuse } from '../core/errors.ts'
import { type LaneLayout, laneCount } from '../core/lanes.ts'
import { LIMITS } from '../core/limits.ts'
import { checkCoefficients, putCoefficient, T_HIGH, T_LOW, WORD, wordsOf } from './coefficients.ts'
import { correctnessBound, PARAMETERS } from './parameters.ts'

const N = PARAMETERS.ringDegree
const HALF_T = (PARAMETERS.plainPrime - 1n) / 2n
const LANE_BITS = { least: 8, most: 58 }
const MOST_LANES = 7

/** Lanes a ciphertext that carry values: all but the last, the top lane of coefficient 4,095, which is the constant 1. */
const valuesIn = (layout: LaneLayout): number => N * layout.lanesPerCoefficient - 1

/** Ciphertexts a contribution; at least one, so that a layout without segments still has its constant lane. */
export const ciphertextCount = (layout: LaneLayout): number => Math.max(1, Math.ceil(laneCount(layout) / valuesIn(layout)))

/**
 * Whether sums over up to n contributors decode whatever they put into their lanes. With L = n 2^(valueBits-1), the largest lane sum:
 *   sum_i L 2^(i laneBits) <= (T-1)/2   no coefficient wraps mod T;
 *   L <= 2^(laneBits-1) - 1             balanced digits of laneBits bits are unique;
 *   43 n T < q/2                        no coefficient wraps mod q (correctnessBound).
 * @throws BAD_LAYOUT
 */
export function checkFits(layout: LaneLayout, n: number): void {
  const { lanesPerCoefficient, laneBits, valueBits } = layout
  checkRange('contributors', n, 1, LIMITS.members)
  checkRange('lanesPerCoefficient', lanesPerCoefficient, 1, MOST_LANES)
  checkRange('laneBits', laneBits, LANE_BITS.least, LANE_BITS.most)
  checkRange('valueBits', valueBits, 1, 53)
  if (layout.segments.some((s) => !Number.isSafeInteger(s.length) || s.length < 0 || !(s.clip > 0)))
    throw refuse('BAD_LAYOUT', 'a segment without a length or a clip')
  if (layout.segments.some((s) => s.rounding === 'integer' && s.clip > 2 ** (valueBits - 1)))
    throw refuse('BAD_LAYOUT', 'an integer segment whose clip passes its value bits')
  checkRange('lanes', laneCount(layout), 0, LIMITS.lanes)
  checkRange('ciphertexts', ciphertextCount(layout), 1, LIMITS.ciphertexts)
  if (!correctnessBound(n).fits) throw refuse('BAD_LAYOUT', `${n} contributions pass the correctness bound`)
  const largest = BigInt(n) << BigInt(valueBits - 1)
  if (largest > 2n ** BigInt(laneBits - 1) - 1n) throw refuse('BAD_LAYOUT', `lanes of ${laneBits} bits do not hold ${n} values of ${valueBits} bits`)
  let packed = 0n
  for (let i = 0; i < lanesPerCoefficient; i++) packed += largest << BigInt(i * laneBits)
  if (packed > HALF_T) throw refuse('BAD_LAYOUT', `${lanesPerCoefficient} lanes of ${laneBits} bits with ${n} values of ${valueBits} bits pass T/2`)
}

function checkRange(what: string, v: number, least: number, most: number): void {
  if (!Number.isInteger(v) || v < least || v > most) throw refuse('BAD_LAYOUT', `${what}: ${v}, expected ${least} to ${most}`)
}

/**
 * Quantised values (laneCount(layout) integers, |q| <= 2^(valueBits-1)) as messages of N coefficients mod T.
 * Coefficient k of a ciphertext holds sum_i q_{k lanes + i} 2^(i laneBits) mod T: low lane first, signed; unused lanes are 0; the last lane of every ciphertext is 1.
 * @throws BAD_LAYOUT
 */
export function pack(layout: LaneLayout, q: Float64Array): BigUint64Array[] {
  const { lanesPerCoefficient: lanes, laneBits, valueBits } = layout
  if (q.length !== laneCount(layout)) throw refuse('BAD_LAYOUT', `${q.length} values for ${laneCount(layout)} lanes`)
  const most = 2 ** (valueBits - 1)
  for (let i = 0; i < q.length; i++)
    if (!(Number.isInteger(q[i]) && Math.abs(q[i] as number) <= most)) throw refuse('BAD_LAYOUT', `lane ${i} is not an integer of at most ${valueBits} bits`)
  const shifts = Float64Array.from({ length: lanes }, (_, i) => 2 ** (i * laneBits))
  const perCiphertext = valuesIn(layout)
  return Array.from({ length: ciphertextCount(layout) }, (_, j) => {
    const lane = new Float64Array(perCiphertext + 1)
    lane.set(q.subarray(j * perCiphertext, (j + 1) * perCiphertext))
    lane[perCiphertext] = 1
    return packOne(lane, shifts)
  })
}

/** Doubles are exact throughout: q 2^shift has at most 53 significant bits, and is cut at bit 32 before lanes are added. */
function packOne(lane: Float64Array, shifts: Float64Array): BigUint64Array {
  const out = new BigUint64Array(N)
  const words = wordsOf(out)
  for (let k = 0, at = 0; k < N; k++) {
    let [high, low] = [0, 0]
    for (let i = 0; i < shifts.length; i++) {
      const v = (lane[at++] as number) * (shifts[i] as number)
      const top = Math.floor(v / WORD)
      high += top
      low += v - top * WORD
    }
    putCoefficient(words, k, high, low)
  }
  return out
}

/**
 * The lane sums of an opened aggregate over n contributors, in the order of pack(), and each ciphertext's constant lane (n, if nothing went wrong: the caller compares).
 * Each coefficient is centred to [-(T-1)/2, (T-1)/2] and read as balanced digits of laneBits bits, borrows carried upwards; the top lane is what is left, so that
 * garbage shows as values out of range instead of wrapping. Unused lanes are not read.
 * @throws BAD_LAYOUT where the layout does not fit n, or the coefficients are not those of ciphertextCount(layout) messages mod T.
 */
export function unpack(layout: LaneLayout, coefficients: readonly BigUint64Array[], n: number): { sums: BigInt64Array; constants: bigint[] } {
  checkFits(layout, n)
  const count = ciphertextCount(layout)
  if (coefficients.length !== count) throw refuse('BAD_LAYOUT', `${coefficients.length} messages, ${count} expected`)
  const perCiphertext = valuesIn(layout)
  const sums = new BigInt64Array(laneCount(layout))
  const constants = coefficients.map((message, j) => {
    checkCoefficients(message)
    const lanes = unpackOne(message, layout)
    const at = j * perCiphertext
    sums.set(lanes.subarray(0, Math.max(0, Math.min(perCiphertext, sums.length - at))), at)
    return lanes[perCiphertext] as bigint
  })
  return { sums, constants }
}

const HALF_LOW = Number(HALF_T & 0xffffffffn)
const HALF_HIGH = Number(HALF_T >> 32n)

function unpackOne(message: BigUint64Array, { lanesPerCoefficient: lanes, laneBits }: LaneLayout): BigInt64Array {
  const out = new BigInt64Array(N * lanes)
  const [from, to] = [wordsOf(message), wordsOf(out)]
  const [full, half] = [2 ** laneBits, 2 ** (laneBits - 1)]
  for (let k = 0; k < N; k++) {
    let [low, high] = [from[2 * k] as number, from[2 * k + 1] as number]
    if (high > HALF_HIGH || (high === HALF_HIGH && low > HALF_LOW)) {
      const borrow = low < T_LOW ? 1 : 0
      low += borrow * WORD - T_LOW
      high -= T_HIGH + borrow
    }
    if (lanes === 1) {
      putSigned(to, k, high, low)
      continue
    }
    // The first digit is cut from two words; what is above it is below 2^50, an ordinary double.
    let above = laneBits <= 32 ? high * 2 ** (32 - laneBits) + Math.floor(low / full) : Math.floor(high / 2 ** (laneBits - 32))
    let rest = laneBits <= 32 ? low % full : (high - above * 2 ** (laneBits - 32)) * WORD + low
    for (let i = 0; i < lanes - 1; i++) {
      const borrowed = rest >= half
      putNumber(to, k * lanes + i, borrowed ? rest - full : rest)
      const left = borrowed ? above + 1 : above
      above = Math.floor(left / full)
      rest = left - above * full
      if (i === lanes - 2) putNumber(to, k * lanes + i + 1, left)
    }
  }
  return out
}

/** high 2^32 + low as a signed 64-bit word, 0 <= low < 2^32. */
function putSigned(words: Uint32Array, i: number, high: number, low: number): void {
  words[2 * i] = low
  words[2 * i + 1] = high
}

function putNumber(words: Uint32Array, i: number, v: number): void {
  const high = Math.floor(v / WORD)
  putSigned(words, i, high, v - high * WORD)
}
