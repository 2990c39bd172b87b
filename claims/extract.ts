// Features of every scored unit settled up to a boundary, as one table for models.
import { refuse } from '../core/errors.ts'
import type { Table } from '../core/table.ts'
import { parseBoundary } from './boundary.ts'
import type { ClaimsDatabase } from './database.ts'
import type { FeatureSet } from './features/feature.ts'
import { columnsOf } from './features/feature-set.ts'

/** A table with, for each row, what a split must keep together: the person of a claim, or the provider itself. */
export interface Extract extends Table {
  readonly groups: readonly string[]
}
export interface ExtractOptions {
  /** `2024-06-30` or `2024-06`: nothing settled after that day's (month's) end is seen. */
  readonly boundary: string
  /** `labelled` (training, the default): audited units only. `all` (scoring): every unit, y = 0 where there was no audit. */
  readonly rows?: 'labelled' | 'all'
}

/**
 * Rows in order of settlement, then id; values clipped to the feature's public range, NaN where missing. The same bits at every run and
 * number of threads: sums are of integers, transforms are applied here. x, y and amountFen stand on SharedArrayBuffers.
 * amountFen is what the fund paid. @throws BAD_CONFIG for a malformed boundary.
 */
export async function extractTable(db: ClaimsDatabase, set: FeatureSet, options: ExtractOptions): Promise<Extract> {
  const rows: Block[] = []
  for await (const block of db.blocks(extractSql(set, options))) rows.push(block)
  const count = rows.reduce((n, block) => n + (block[0]?.length ?? 0), 0)
  const width = set.features.length
  const x = new Float64Array(new SharedArrayBuffer(count * width * 8))
  const y = new Uint8Array(new SharedArrayBuffer(count))
  const amountFen = new Float64Array(new SharedArrayBuffer(count * 8))
  const ids: string[] = []
  const groups: string[] = []
  for (const [id, group, label, amount, ...values] of rows) {
    const from = ids.length
    for (let i = 0; i < (id?.length ?? 0); i++) {
      ids.push(id?.[i] as string)
      groups.push(group?.[i] as string)
      y[from + i] = label?.[i] as number
      amountFen[from + i] = amount?.[i] as number
    }
    for (const [j, column] of values.entries()) fillColumn(x, from, width, j, set, column)
  }
  return { featureSet: set.name, features: columnsOf(set), rows: count, x, y, amountFen, persons: personsOf(groups), ids, groups }
}

/** Groups as numbers in order of first appearance: a table's persons. On a SharedArrayBuffer. */
export function personsOf(groups: readonly string[]): Int32Array {
  const numbers = new Map<string, number>()
  const persons = new Int32Array(new SharedArrayBuffer(groups.length * 4))
  for (const [row, group] of groups.entries()) {
    const number = numbers.get(group) ?? numbers.size
    numbers.set(group, number)
    persons[row] = number
  }
  return persons
}

type Block = readonly (readonly unknown[])[]

function extractSql(set: FeatureSet, options: ExtractOptions): string {
  const { untilSql } = parseBoundary(options.boundary)
  const features = set.features.map((feature, i) => `(${feature.sql})::DOUBLE AS f${i}`)
  const join = options.rows === 'all' ? 'LEFT JOIN' : 'JOIN'
  return `WITH ${set.unit(untilSql)}
    SELECT unit.id, unit.group_id, coalesce(l.y, 0)::UTINYINT, unit.amount_fen::DOUBLE, ${features.join(', ')}
    FROM unit ${join} (SELECT id AS labelled, y FROM label WHERE entity_kind = '${set.scored}') l ON l.labelled = unit.id
    ORDER BY unit.sort_key, unit.id`
}

function fillColumn(x: Float64Array, from: number, width: number, j: number, set: FeatureSet, column: readonly unknown[]): void {
  const feature = set.features[j]
  if (!feature) throw refuse('INTERNAL', `${set.name} has no feature ${j}`)
  const [low, high] = feature.range
  for (let i = 0; i < column.length; i++) {
    const raw = column[i] as number | null
    const value = raw === null ? Number.NaN : feature.transform === 'log1p' ? Math.log1p(raw) : raw
    x[(from + i) * width + j] = Number.isNaN(value) ? Number.NaN : Math.min(high, Math.max(low, value))
  }
}
