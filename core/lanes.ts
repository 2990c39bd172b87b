// Lanes: the layout of the vector that a task needs summed. The task chooses it; the plan carries it; privacy/ packs it.
import { type Codec, f64, list, oneOf, struct, text, u8, u32 } from './codec.ts'
import { refuse } from './errors.ts'
import { LIMITS } from './limits.ts'
import type { Random } from './random.ts'

export interface Segment {
  readonly name: string
  /** Number of lanes. */
  readonly length: number
  /** Values are clipped to [-clip, clip] before they are rounded. */
  readonly clip: number
  /** `stochastic`: step clip / 2^(valueBits-1), unbiased. `integer`: step 1, the value must be an integer and clip at most 2^(valueBits-1). */
  readonly rounding: 'stochastic' | 'integer'
}
export interface LaneLayout {
  /** Lanes in one coefficient, low lane first. */
  readonly lanesPerCoefficient: number
  /** Width of a lane in bits: a sum over the whole roll must fit. */
  readonly laneBits: number
  /** One contributor's value is an integer q with |q| <= 2^(valueBits-1). */
  readonly valueBits: number
  readonly segments: readonly Segment[]
}

const segment: Codec<Segment> = struct({ name: text(LIMITS.nameBytes), length: u32, clip: f64, rounding: oneOf('stochastic', 'integer') })
export const laneLayout: Codec<LaneLayout> = struct({ lanesPerCoefficient: u8, laneBits: u8, valueBits: u8, segments: list(segment, LIMITS.stages) })

/** Lanes of the vector, without the constant ones. */
export const laneCount = (layout: LaneLayout): number => layout.segments.reduce((sum, s) => sum + s.length, 0)

/** What one unit of the integer q is worth in this segment. */
export const stepOf = (layout: LaneLayout, s: Segment): number => (s.rounding === 'integer' ? 1 : s.clip / 2 ** (layout.valueBits - 1))

/** Where a segment begins, by name. @throws BAD_LAYOUT. */
export function segmentRange(layout: LaneLayout, name: string): { start: number; end: number; step: number } {
  let start = 0
  for (const s of layout.segments) {
    if (s.name === name) return { start, end: start + s.length, step: stepOf(layout, s) }
    start += s.length
  }
  throw refuse('BAD_LAYOUT', `no segment ${name}`)
}

/**
 * Clips and rounds a vector of laneCount(layout) finite values to integers q, |q| <= 2^(valueBits-1) <= 2^52.
 * Stochastic rounding is unbiased: floor(x) + Bernoulli(x - floor(x)), the coin from `random` with 32 bits.
 * @throws BAD_LAYOUT where the layout has no such integers, the length differs, a value is not finite, or an integer lane holds a fraction.
 */
export function quantise(layout: LaneLayout, vector: Float64Array, random: Random): Float64Array {
  checkValues(layout)
  if (vector.length !== laneCount(layout)) throw refuse('BAD_LAYOUT', `${vector.length} values for ${laneCount(layout)} lanes`)
  const out = new Float64Array(vector.length)
  let at = 0
  for (const s of layout.segments) {
    const step = stepOf(layout, s)
    const coins = s.rounding === 'stochastic' ? random.fill(new Uint32Array(s.length)) : null
    for (let i = 0; i < s.length; i++, at++) {
      const value = vector[at] as number
      if (!Number.isFinite(value)) throw refuse('BAD_LAYOUT', `lane ${at} (${s.name}) is not a finite number`)
      const x = Math.min(s.clip, Math.max(-s.clip, value)) / step
      const low = Math.floor(x)
      if (!coins && low !== x) throw refuse('BAD_LAYOUT', `lane ${at} (${s.name}) holds ${value}: an integer was expected`)
      out[at] = coins && (coins[i] as number) / 2 ** 32 < x - low ? low + 1 : low
    }
  }
  return out
}

/** The opened sums back in the task's units: sum times step. @throws BAD_LAYOUT where the length differs. */
export function dequantise(layout: LaneLayout, sums: BigInt64Array): Float64Array {
  if (sums.length !== laneCount(layout)) throw refuse('BAD_LAYOUT', `${sums.length} sums for ${laneCount(layout)} lanes`)
  const out = new Float64Array(sums.length)
  let at = 0
  for (const s of layout.segments) {
    const step = stepOf(layout, s)
    for (let i = 0; i < s.length; i++, at++) out[at] = Number(sums[at]) * step
  }
  return out
}

/** One contributor's integers are doubles: at most 2^52 in size, so that every one of them is exact. */
const MOST_VALUE_BITS = 53

function checkValues(layout: LaneLayout): void {
  const { valueBits } = layout
  if (!Number.isInteger(valueBits) || valueBits < 1 || valueBits > MOST_VALUE_BITS) throw refuse('BAD_LAYOUT', `values of ${valueBits} bits`)
  for (const s of layout.segments) {
    // The step must be a normal double, or value / step would lose bits or divide by zero.
    if (!Number.isFinite(s.clip) || !(stepOf(layout, s) >= 2 ** -1022)) throw refuse('BAD_LAYOUT', `${s.name} is clipped to ${s.clip}`)
    if (s.rounding === 'integer' && !(s.clip >= 0 && s.clip <= 2 ** (valueBits - 1)))
      throw refuse('BAD_LAYOUT', `${s.name} is clipped to ${s.clip}, over ${valueBits} bits`)
  }
}
