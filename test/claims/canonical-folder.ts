// Canonical CSV folders made by tests: rows as objects, files that lack rows still have their header.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SCHEMA, TABLE_NAMES, type TableName } from '../../claims/index.ts'

export type Cells = Readonly<Record<string, string | number | boolean | undefined>>
export type Tables = Readonly<Partial<Record<TableName, readonly Cells[]>>>

export interface Folder extends Disposable {
  readonly path: string
  write(file: string, content: string | Uint8Array): void
}

export function createFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'consilium-claims-'))
  return {
    path,
    write: (file, content) => writeFileSync(join(path, file), content),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

const cell = (value: Cells[string]): string => {
  const text = value === undefined ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function csvText(table: TableName, rows: readonly Cells[]): string {
  const names = SCHEMA[table].columns.map((column) => column.name)
  return [names, ...rows.map((row) => names.map((name) => cell(row[name])))].map((cells) => `${cells.join(',')}\n`).join('')
}

/** A folder with every table, required and optional. */
export function folderOf(tables: Tables): Folder {
  const folder = createFolder()
  for (const name of TABLE_NAMES) folder.write(SCHEMA[name].file, csvText(name, tables[name] ?? []))
  return folder
}

export const personA: Cells = { person_id: 'pa', sex: 'female', birth_year: 1950 }
export const claimOf = (id: string, more: Cells = {}): Cells => ({
  claim_id: id,
  visit_id: `v-${id}`,
  person_id: 'pa',
  hospital_id: 'h1',
  visit_type: 'outpatient',
  settle_ts: '2024-03-01T09:00:00+08:00',
  total_amt: 10_000,
  fund_amt: 8000,
  ...more,
})
export const lineOf = (claimId: string, id: string, more: Cells = {}): Cells => ({
  claim_id: claimId,
  line_id: id,
  item_code: 'x',
  kind: 'drug',
  ts: '2024-03-01T09:00:00+08:00',
  qty: 1,
  unit_price: '10.50',
  amt: 1050,
  ...more,
})
