// How raw features become the numbers that models see. Part of every model's state: a model is useless without it.
import { type Codec, f64s, list, struct, text } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { Table } from '../core/table.ts'

export interface Normalisation {
  readonly featureSet: string
  readonly names: readonly string[]
  /** The declared public ranges. */
  readonly low: Float64Array
  readonly high: Float64Array
  /** Of the whole federation, in the feature's own unit. */
  readonly mean: Float64Array
  readonly std: Float64Array
}

export const MAX_FEATURES = 4096
/** Standardised values are clipped to +- this: it bounds gradients and Hessians, hence the clip of their lanes. */
export const STANDARDISED_CLIP = 8

const reals = f64s(MAX_FEATURES)
export const featureNames = list(text(LIMITS.nameBytes), MAX_FEATURES)
export const normalisation: Codec<Normalisation> = struct({
  featureSet: text(LIMITS.nameBytes),
  names: featureNames,
  low: reals,
  high: reals,
  mean: reals,
  std: reals,
})

/** Where each named feature stands in the table. @throws BAD_DATA where the set is another or a column is absent. */
export function columnsOf(featureSet: string, names: readonly string[], table: Table): readonly number[] {
  if (table.featureSet !== featureSet) throw refuse('BAD_DATA', `rows of feature set ${table.featureSet} where ${featureSet} is expected`)
  const at = new Map(table.features.map((f, i) => [f.name, i]))
  return names.map((name) => {
    const i = at.get(name)
    if (i === undefined) throw refuse('BAD_DATA', `the rows have no feature ${name}`)
    return i
  })
}

/**
 * z = clip((clip(v, low, high) - mean) / std, -8, 8); a missing value becomes 0, the mean.
 * @returns row-major, rows x names.length. @throws BAD_DATA (columnsOf).
 */
export function standardise(n: Normalisation, table: Table): Float64Array {
  const columns = columnsOf(n.featureSet, n.names, table)
  const width = columns.length
  const z = new Float64Array(table.rows * width)
  for (let j = 0; j < width; j++) {
    const [column, low, high, mean, std] = [columns[j], n.low[j], n.high[j], n.mean[j], n.std[j]] as [number, number, number, number, number]
    for (let row = 0; row < table.rows; row++) {
      const value = table.x[row * table.features.length + column] as number
      z[row * width + j] = Number.isNaN(value) ? 0 : clip((clip(value, low, high) - mean) / std, -STANDARDISED_CLIP, STANDARDISED_CLIP)
    }
  }
  return z
}

export const clip = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** A hospital's rows of one split, within the public cap. @throws BAD_DATA: weights above 1 would be clipped, silently biasing the sum. */
export function cappedRows(table: Table, rowCap: number): Table {
  if (table.rows > rowCap) throw refuse('BAD_DATA', `${table.rows} rows, the plan's cap is ${rowCap}`)
  return table
}
