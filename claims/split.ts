// Training and held-out rows, parted by a seeded hash of the person (or the provider): nobody stands on both sides, every site
// and every run parts alike, and no site needs to ask another.
import { createHash } from 'node:crypto'
import { refuse } from '../core/errors.ts'
import type { SplitTable, Table } from '../core/table.ts'

/**
 * Whether a group is held out: the first 48 bits of SHA-256(seed, 0x1f, group), big-endian, modulo 100, are below `percent`.
 * The bias of the modulo is below 2^-41.
 */
export const isHeldOut = (group: string, seed: string, percent: number): boolean =>
  createHash('sha256').update(`${seed}\x1f${group}`).digest().readUIntBE(0, 6) % 100 < percent

/** Parts a table by the groups of its rows, keeping their order. The parts stand on SharedArrayBuffers. @throws BAD_CONFIG for a percentage outside 0 to 100. */
export function splitTable(table: Table, groupIds: readonly string[], seed: string, percent: number): SplitTable {
  if (!Number.isInteger(percent) || percent < 0 || percent > 100)
    throw refuse('BAD_CONFIG', `held-out percentage ${percent}: expected a whole number from 0 to 100`)
  if (groupIds.length !== table.rows) throw refuse('INTERNAL', `${groupIds.length} groups for ${table.rows} rows`)
  const known = new Map<string, boolean>()
  const train: number[] = []
  const heldOut: number[] = []
  for (const [row, group] of groupIds.entries()) {
    const out = known.get(group) ?? isHeldOut(group, seed, percent)
    known.set(group, out)
    ;(out ? heldOut : train).push(row)
  }
  return { train: rowsOf(table, train), heldOut: rowsOf(table, heldOut) }
}

function rowsOf(table: Table, rows: readonly number[]): Table {
  const width = table.features.length
  const x = new Float64Array(new SharedArrayBuffer(rows.length * width * 8))
  const y = new Uint8Array(new SharedArrayBuffer(rows.length))
  const amountFen = new Float64Array(new SharedArrayBuffer(rows.length * 8))
  const persons = new Int32Array(new SharedArrayBuffer(rows.length * 4))
  for (const [to, from] of rows.entries()) {
    x.set(table.x.subarray(from * width, (from + 1) * width), to * width)
    y[to] = table.y[from] as number
    persons[to] = table.persons[from] as number
    amountFen[to] = table.amountFen[from] as number
  }
  return {
    featureSet: table.featureSet,
    features: table.features,
    rows: rows.length,
    x,
    y,
    amountFen,
    persons,
    ids: rows.map((row) => table.ids[row] as string),
  }
}
