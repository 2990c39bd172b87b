// describe: mean, spread and missing rate of each feature over the whole federation, from one sum. Normalises what comes after.
import { type Decoded, decode, encode, f64, f64s, list, struct, text, u32, union } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { segmentRange } from '../core/lanes.ts'
import { LIMITS } from '../core/limits.ts'
import type { FeatureColumn, Table } from '../core/table.ts'
import {
  CELL_DEFAULTS,
  CELL_FIELDS,
  cellFaults,
  cellRule,
  countLayout,
  countVector,
  noCuts,
  openableCells,
  opensAll,
  personsIn,
  requireUnion,
} from './cells.ts'
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

const frame = struct({ params, featureSet: text(LIMITS.nameBytes), names: featureNames, low: reals, high: reals, rowCap: u32 })
const columns = list(u32, MAX_FEATURES)
const moments = struct({ /** Of all hospitals together. */ rows: f64, mean: reals, std: reals, /** Share of rows without the feature. */ missingRate: reals })
const state = union({
  counting: struct({ frame }),
  asked: struct({ frame, /** Columns that may open. */ open: columns, /** Those of them whose missing rows may be counted. */ missing: columns }),
  /** Moments are of the open columns, in their order. */
  described: struct({ frame, open: columns, moments }),
})
export type DescribeState = Decoded<typeof state>
type Kind<K extends DescribeState['kind']> = Extract<DescribeState, { kind: K }>
type Frame = DescribeState['frame']

/**
 * Two sums over the training rows of all hospitals, d features.
 * 1. counting (cells.ts): the persons of all rows (1); for each feature, those whom its most frequent value leaves out (d), and those with a row
 *    that lacks it (d). The most frequent value is the one that most persons of that hospital
 *    have in all their rows: a hospital with n persons beside it has n persons beside any other value too, so no constant can be subtracted.
 * 2. asked: rows; then for the columns that may open only: missing rows, where those may be counted; sum of u; sum of u^2, with
 *    u = (clip(v, low, high) - anchor) / (high - low) in [-1, 1] and the anchor the point of the range nearest to zero, so that
 *    a range much wider than its data costs no digits. Sums are rounded to rowCap 2^-49. Missing rows that may not be counted pass as the anchor.
 * A column that may not open is in no later task. Where cells of one person may open, step 1 is left out. Audience: members; exact statistic. advance @throws CELL_SMALL where not even rows may open.
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
    const names = features.map((f) => f.name)
    const frame = { params, featureSet, names, low: bound((f) => f.range[0]), high: bound((f) => f.range[1]), rowCap }
    const all = [...names.keys()]
    return opensAll(params) ? { kind: 'asked', frame, open: all, missing: all } : { kind: 'counting', frame }
  },
  layout(state, contributors) {
    switch (state.kind) {
      case 'counting':
        return countLayout(contributors, 1 + 2 * state.frame.names.length, state.frame.params)
      case 'asked': {
        const clip = state.frame.rowCap
        return fitBits(contributors, 1, DESCRIBE_BITS, 40, [
          { name: 'rows', length: 1, clip, rounding: 'integer' },
          { name: 'missing', length: state.missing.length, clip, rounding: 'integer' },
          { name: 'sum', length: state.open.length, clip, rounding: 'stochastic' },
          { name: 'squares', length: state.open.length, clip, rounding: 'stochastic' },
        ])
      }
      default:
        throw alreadyDescribed()
    }
  },
  async contribute({ state, data, rowCap }) {
    if (state.kind === 'described') throw alreadyDescribed()
    const table = cappedRows(data.train, rowCap)
    return { vector: state.kind === 'counting' ? counts(state.frame, table) : sumsOf(state, table), nextLocal: null }
  },
  advance(state, sums) {
    switch (state.kind) {
      case 'counting':
        return opened(state.frame, sums)
      case 'asked':
        return { kind: 'described', frame: state.frame, open: state.open, moments: summarise(state, sums) }
      case 'described':
        throw alreadyDescribed()
      default:
        return state satisfies never
    }
  },
  done: (state) => state.kind === 'described',
}

const alreadyDescribed = (): Error => refuse('OTHER_STATE', 'this table has already been described')

/** The declared range of a column, and the point of it nearest to zero. */
function rangeOf({ low, high }: Frame, j: number): { low: number; high: number; anchor: number } {
  const [from, to] = [low[j] as number, high[j] as number]
  return { low: from, high: to, anchor: clip(0, from, to) }
}

/** u of each row of a column; NaN where the row lacks it. */
function scaled(frame: Frame, j: number, column: number, table: Table): Float64Array {
  const { low, high, anchor } = rangeOf(frame, j)
  return Float64Array.from(
    { length: table.rows },
    (_, row) => (clip(table.x[row * table.features.length + column] as number, low, high) - anchor) / (high - low),
  )
}

/** Own persons of all rows; of each column, beside its usual value; of each column, with a row that lacks it. */
function counts(frame: Frame, table: Table): Float64Array {
  const columns = columnsOf(frame.featureSet, frame.names, table).map((column, j) => scaled(frame, j, column, table))
  const beside = columns.map((u) => personsBesideTheUsual(u, table.persons))
  const lacking = columns.map((u) => personsIn(table.persons, (row) => Number.isNaN(u[row])))
  return countVector([personsIn(table.persons), ...beside, ...lacking], frame.params)
}

/** Persons with a value, less those of the one value that most persons have in all of their rows. */
export function personsBesideTheUsual(values: Float64Array, persons: Int32Array): number {
  /** The one value of a person; NaN where there are several. */
  const only = new Map<number, number>()
  for (const [row, value] of values.entries()) {
    if (Number.isNaN(value)) continue
    const person = persons[row] as number
    only.set(person, only.has(person) && only.get(person) !== value ? Number.NaN : value)
  }
  const having = new Map<number, number>()
  for (const value of only.values()) if (!Number.isNaN(value)) having.set(value, (having.get(value) ?? 0) + 1)
  return only.size - [...having.values()].reduce((most, n) => Math.max(most, n), 0)
}

function opened(frame: Frame, sums: Float64Array): Kind<'asked'> {
  const d = frame.names.length
  const openable = openableCells(sums, frame.params)
  requireUnion(openable[0], frame.params)
  const open = [...frame.names.keys()].filter((j) => openable[1 + j])
  return { kind: 'asked', frame, open, missing: open.filter((j) => openable[1 + d + j]) }
}

function sumsOf(state: Kind<'asked'>, table: Table): Float64Array {
  const columns = columnsOf(state.frame.featureSet, state.frame.names, table)
  const of = (j: number): Float64Array => scaled(state.frame, j, columns[j] as number, table)
  const open = state.open.map(of)
  const add = (values: Float64Array, power: 1 | 2): number => values.reduce((sum, u) => sum + (Number.isNaN(u) ? 0 : power === 1 ? u : u * u), 0)
  const lacking = (values: Float64Array): number => values.reduce((n, u) => n + (Number.isNaN(u) ? 1 : 0), 0)
  return Float64Array.of(table.rows, ...state.missing.map((j) => lacking(of(j))), ...open.map((u) => add(u, 1)), ...open.map((u) => add(u, 2)))
}

function summarise(state: Kind<'asked'>, sums: Float64Array): Decoded<typeof moments> {
  const { frame, open } = state
  const layout = describe.layout(state, 1)
  const at = (name: string): Float64Array => sums.subarray(segmentRange(layout, name).start)
  const [missing, sum, squares] = [at('missing'), at('sum'), at('squares')]
  const rows = sums[0] as number
  const [mean, std, missingRate] = [new Float64Array(open.length), new Float64Array(open.length), new Float64Array(open.length)]
  for (const [i, j] of open.entries()) {
    const { low, high, anchor } = rangeOf(frame, j)
    const counted = state.missing.indexOf(j)
    const lacking = counted < 0 ? 0 : (missing[counted] as number)
    const present = rows - lacking
    const u = present > 0 ? (sum[i] as number) / present : 0
    const variance = present > 0 ? (squares[i] as number) / present - u * u : 0
    const spread = Math.sqrt(Math.max(0, variance))
    mean[i] = anchor + u * (high - low)
    // A nearly constant column is scaled by its range: dividing by a tiny spread would turn rounding noise into signal.
    std[i] = (spread < frame.params.stdFloor ? 1 : spread) * (high - low)
    missingRate[i] = rows > 0 ? lacking / rows : 0
  }
  return { rows, mean, std, missingRate }
}

export interface Described extends Normalisation {
  /** Of all hospitals together. */
  readonly rows: number
  readonly missingRate: Float64Array
  /** Columns of the feature set that stand on too few persons or hospitals, or never vary: no model knows them. */
  readonly withheld: readonly string[]
}

/** Of the columns that opened, in the order of the feature set. @throws BAD_CONFIG where the stage is not a finished describe. */
export function parseDescribed(upstream: Upstream, stage: string): Described {
  const made = upstream[stage]
  if (made?.task !== 'describe') throw refuse('BAD_CONFIG', `stage ${JSON.stringify(stage)} is not an earlier describe`)
  const found = decode(state, made.state)
  if (found.kind !== 'described') throw refuse('BAD_CONFIG', `stage ${JSON.stringify(stage)} is not finished`)
  const { featureSet, names, low, high } = found.frame
  const of = (values: Float64Array): Float64Array => Float64Array.from(found.open, (j) => values[j] as number)
  const withheld = names.filter((_, j) => !found.open.includes(j))
  return { featureSet, names: found.open.map((j) => names[j] as string), low: of(low), high: of(high), withheld, ...found.moments }
}
