// describe: mean, spread and missing rate of each feature over the whole federation, from one sum. Normalises what comes after.
import { type Decoded, decode, encode, f64, f64s, option, struct, text, u32 } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { segmentRange } from '../core/lanes.ts'
import { LIMITS } from '../core/limits.ts'
import type { FeatureColumn, Table } from '../core/table.ts'
import { CELL_DEFAULTS, CELL_FIELDS, cellFaults, cellRule, noCuts } from './cells.ts'
import { checked, firstFault } from './checked.ts'
import { fitBits } from './fit-lanes.ts'
import { cappedRows, clip, columnsOf, featureNames, MAX_FEATURES, type Normalisation } from './normalisation.ts'
import { nothing } from './nothing.ts'
import type { Task, Upstream } from './task.ts'

export const DESCRIBE_BITS = 50
const reals = f64s(MAX_FEATURES)

const params = checked(struct({ /** A feature whose spread is below this share of its range counts as constant. */ stdFloor: f64, ...CELL_FIELDS }), (p) =>
  firstFault([p.stdFloor > 0 && p.stdFloor < 1, 'stdFloor: between 0 and 1'], ...cellFaults(p)),
)
export type DescribeParams = Decoded<typeof params>
export const describeParams = (given: Partial<DescribeParams> = {}): Uint8Array => encode(params, { stdFloor: 1e-6, ...CELL_DEFAULTS, ...given })

const described = struct({ /** Of all hospitals together. */ rows: f64, mean: reals, std: reals, /** Share of rows without the feature. */ missingRate: reals })
const state = struct({ params, featureSet: text(LIMITS.nameBytes), names: featureNames, low: reals, high: reals, rowCap: u32, described: option(described) })
export type DescribeState = Decoded<typeof state>

/**
 * Vector, d features: rows; missing (d); sum of u (d); sum of u^2 (d), over the training rows of a hospital, with
 * u = (clip(v, low, high) - anchor) / (high - low) in [-1, 1] and the anchor the point of the range nearest to zero, so that
 * a range much wider than its data costs no digits. Sums are rounded to rowCap 2^-49. Audience: members; exact statistic.
 */
export const describe: Task<DescribeParams, DescribeState> = {
  name: 'describe',
  audience: 'members',
  disclosure: 'statistic',
  params,
  state,
  local: nothing,
  cells: cellRule,
  cuts: noCuts,
  init(params, { featureSet, features, rowCap }) {
    for (const f of features) if (!(f.range[1] > f.range[0])) throw refuse('BAD_CONFIG', `feature ${f.name}: the range is empty`)
    const bound = (of: (f: FeatureColumn) => number): Float64Array => Float64Array.from(features, of)
    return { params, featureSet, names: features.map((f) => f.name), low: bound((f) => f.range[0]), high: bound((f) => f.range[1]), rowCap, described: null }
  },
  layout({ names, rowCap }, contributors) {
    const [length, clip] = [names.length, rowCap]
    return fitBits(contributors, 1, DESCRIBE_BITS, 40, [
      { name: 'rows', length: 1, clip, rounding: 'integer' },
      { name: 'missing', length, clip, rounding: 'integer' },
      { name: 'sum', length, clip, rounding: 'stochastic' },
      { name: 'squares', length, clip, rounding: 'stochastic' },
    ])
  },
  async contribute({ state, data, rowCap }) {
    return { vector: moments(state, cappedRows(data.train, rowCap)), nextLocal: null }
  },
  advance: (state, sums) => ({ ...state, described: summarise(state, sums) }),
  done: (state) => state.described !== null,
}

function moments(state: DescribeState, table: Table): Float64Array {
  const d = state.names.length
  const columns = columnsOf(state.featureSet, state.names, table)
  const vector = new Float64Array(1 + 3 * d)
  const [missing, sum, squares] = [vector.subarray(1, 1 + d), vector.subarray(1 + d, 1 + 2 * d), vector.subarray(1 + 2 * d)]
  vector[0] = table.rows
  columns.forEach((column, j) => {
    const { low, high, anchor } = rangeOf(state, j)
    for (let row = 0; row < table.rows; row++) {
      const value = table.x[row * table.features.length + column] as number
      const u = Number.isNaN(value) ? 0 : (clip(value, low, high) - anchor) / (high - low)
      if (Number.isNaN(value)) missing[j] = (missing[j] as number) + 1
      sum[j] = (sum[j] as number) + u
      squares[j] = (squares[j] as number) + u * u
    }
  })
  return vector
}

function rangeOf(state: DescribeState, j: number): { low: number; high: number; anchor: number } {
  const [low, high] = [state.low[j] as number, state.high[j] as number]
  return { low, high, anchor: clip(0, low, high) }
}

function summarise(state: DescribeState, sums: Float64Array): Decoded<typeof described> {
  const d = state.names.length
  const layout = describe.layout(state, 1)
  const at = (name: string): Float64Array => sums.subarray(segmentRange(layout, name).start)
  const [missing, sum, squares] = [at('missing'), at('sum'), at('squares')]
  const rows = sums[0] as number
  const [mean, std, missingRate] = [new Float64Array(d), new Float64Array(d), new Float64Array(d)]
  for (let j = 0; j < d; j++) {
    const { low, high, anchor } = rangeOf(state, j)
    const present = rows - (missing[j] as number)
    const u = present > 0 ? (sum[j] as number) / present : 0
    const variance = present > 0 ? (squares[j] as number) / present - u * u : 0
    const spread = Math.sqrt(Math.max(0, variance))
    mean[j] = anchor + u * (high - low)
    // A constant column is scaled by its range: dividing by a tiny spread would turn rounding noise into signal.
    std[j] = (spread < state.params.stdFloor ? 1 : spread) * (high - low)
    missingRate[j] = rows > 0 ? (missing[j] as number) / rows : 0
  }
  return { rows, mean, std, missingRate }
}

/** @throws BAD_CONFIG where the stage is not a finished describe. */
export function parseDescribed(upstream: Upstream, stage: string): Normalisation & { readonly rows: number; readonly missingRate: Float64Array } {
  const made = upstream[stage]
  if (made?.task !== 'describe') throw refuse('BAD_CONFIG', `stage ${JSON.stringify(stage)} is not an earlier describe`)
  const { featureSet, names, low, high, described } = decode(state, made.state)
  if (!described) throw refuse('BAD_CONFIG', `stage ${JSON.stringify(stage)} is not finished`)
  return { featureSet, names, low, high, ...described }
}
