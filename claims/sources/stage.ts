// Rows of text on their way into a canonical table: staged as they came, checked and cast by set in SQL, inserted where good.
import { INTEGER, VARCHAR } from '@duckdb/node-api'
import type { ClaimsDatabase } from '../database.ts'
import { type CanonicalTable, quoted } from '../schema.ts'
import { castSql, expectedText, shapeOf, validSql } from './checks.ts'
import { CELL_MARK } from './records.ts'
import type { RowError } from './row-error.ts'

/** Cells in the order of the table's columns; '' is missing. */
export interface StagedRow {
  readonly line: number
  readonly cells: readonly string[]
}

/** Fills the staging table anew and returns how many rows it has. A row is one string there: DuckDB cuts it again far faster than cells could cross one by one. */
export async function stageCells(db: ClaimsDatabase, batches: AsyncIterable<readonly StagedRow[]>): Promise<number> {
  let count = 0
  await db.run('CREATE OR REPLACE TEMP TABLE staged (line INTEGER NOT NULL, cells VARCHAR NOT NULL)')
  async function* columns(): AsyncGenerator<readonly (readonly (number | string)[])[]> {
    for await (const rows of batches) {
      count += rows.length
      if (rows.length > 0) yield [rows.map((row) => row.line), rows.map((row) => row.cells.join(CELL_MARK))]
    }
  }
  await db.append('staged', [INTEGER, VARCHAR], columns())
  return count
}

/**
 * Moves what is staged into its table. A row is refused for the first of: a cell that is missing or not of its type, a contradiction
 * between cells, a key that an earlier row or an earlier import has, a reference to a row that is not there.
 */
export async function insertStaged(db: ClaimsDatabase, table: CanonicalTable, file: string): Promise<{ imported: number; refused: readonly RowError[] }> {
  await db.run(`CREATE OR REPLACE TEMP TABLE checked AS ${checkedSql(table)}`)
  await db.run(`CREATE OR REPLACE TEMP TABLE strayed AS ${strayedSql(table)}`)
  const names = table.columns.map((c) => quoted(c.name)).join(', ')
  const good = 'FROM checked WHERE fault = 0 AND line NOT IN (SELECT line FROM strayed)'
  await db.run(`INSERT INTO ${quoted(table.name)} (${names}) SELECT ${names} ${good}`)
  const [count] = await db.rows(`SELECT count(*)::INTEGER AS n ${good}`)
  const faults =
    await db.rows(`SELECT line, fault, 0 AS relation, CASE WHEN fault > 0 THEN string_split(cells, chr(31))[fault] END AS value FROM checked WHERE fault <> 0
    UNION ALL SELECT line, 0, min(relation), NULL FROM strayed GROUP BY line ORDER BY line`)
  for (const name of ['staged', 'checked', 'strayed']) await db.run(`DROP TABLE temp.${name}`)
  return { imported: Number(count?.['n']), refused: faults.map((row) => toRowError(table, file, row)) }
}

/** fault: 0, the number (from 1) of the first bad column, or -k for the k-th contradiction of the table. */
function checkedSql(table: CanonicalTable): string {
  const raw = table.columns.map((_, i) => `nullif(c[${i + 1}], '') AS t${i + 1}`)
  const faults = table.columns.map((column, i) => {
    const t = `t${i + 1}`
    return `WHEN ${column.nullable ? `${t} IS NOT NULL AND NOT ${validSql(column.type, t)}` : `${t} IS NULL OR NOT ${validSql(column.type, t)}`} THEN ${i + 1}`
  })
  const typed = table.columns.map((column, i) => `${castSql(column.type, `t${i + 1}`)} AS ${quoted(column.name)}`)
  const contradictions = table.checks.map((check, i) => `WHEN fault = 0 AND NOT coalesce(${check.sql}, true) THEN ${-(i + 1)}`)
  const inner = `SELECT line, cells, CASE ${faults.join(' ')} ELSE 0 END AS fault, ${typed.join(', ')}
    FROM (SELECT line, cells, ${raw.join(', ')} FROM (SELECT line, cells, string_split(cells, chr(31)) AS c FROM staged))`
  return contradictions.length === 0 ? inner : `SELECT * REPLACE (CASE ${contradictions.join(' ')} ELSE fault END AS fault) FROM (${inner})`
}

/** (line, relation) of rows without a fault that are refused all the same: 1 for a key that is taken, 1 + k for the k-th reference that leads nowhere. */
function strayedSql(table: CanonicalTable): string {
  const key = table.key.map(quoted).join(', ')
  const same = (column: string): string => `other.${quoted(column)} = checked.${quoted(column)}`
  const twice = `SELECT line, 1 AS relation FROM (SELECT line, row_number() OVER (PARTITION BY ${key} ORDER BY line) AS nth FROM checked
    WHERE fault = 0 AND (${key}) IN (SELECT (${key}) FROM checked WHERE fault = 0 GROUP BY ${key} HAVING count(*) > 1)) WHERE nth > 1`
  const there = `SELECT line, 1 FROM checked WHERE fault = 0 AND EXISTS (SELECT 1 FROM ${quoted(table.name)} other WHERE ${table.key.map(same).join(' AND ')})`
  const orphans = table.references.map(
    (r, i) => `SELECT line, ${i + 2} FROM checked WHERE fault = 0 AND NOT EXISTS (SELECT 1 FROM ${quoted(r.table)} other WHERE ${same(r.column)})`,
  )
  return [twice, there, ...orphans].join(' UNION ALL ')
}

function toRowError(table: CanonicalTable, file: string, row: Readonly<Record<string, unknown>>): RowError {
  const line = Number(row['line'])
  const fault = Number(row['fault'])
  const relation = Number(row['relation'])
  const column = table.columns[fault - 1]
  if (column) {
    const value = String(row['value'] ?? '')
    return {
      file,
      line,
      column: column.name,
      value: value === '' ? null : shapeOf(value),
      expected: expectedText(column),
      code: value === '' ? 'MISSING' : 'BAD_VALUE',
    }
  }
  const check = table.checks[-fault - 1]
  if (check) return { file, line, column: check.column, value: null, expected: check.expected, code: 'CONTRADICTION' }
  const reference = table.references[relation - 2]
  if (reference) return { file, line, column: reference.column, value: null, expected: `a ${reference.column} that ${reference.table} has`, code: 'UNKNOWN' }
  return { file, line, column: table.key.join('+'), value: null, expected: `one row for each ${table.key.join('+')}`, code: 'DUPLICATE' }
}
