// Imports a folder of canonical CSV files. Each bad row is refused with one error and all others go in; a folder whose
// headers do not fit, or that breaks half-way, leaves the database as it was.
import { createReadStream, existsSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { refuse } from '../../core/errors.ts'
import type { ClaimsDatabase } from '../database.ts'
import { type CanonicalTable, SCHEMA, TABLE_NAMES, type TableName } from '../schema.ts'
import { type BrokenRecord, createRecordCutter, RECORD_CHARS } from './records.ts'
import type { RowError, RowErrorCode } from './row-error.ts'
import { insertStaged, stageCells } from './stage.ts'

export interface CsvOptions {
  /** Called once for each refused row, by file in the order of import, then by line. */
  readonly onRowError?: (error: RowError) => void
  readonly encoding?: 'utf-8' | 'gb18030'
}
export interface TableReport {
  readonly file: string
  readonly imported: number
  readonly refused: Readonly<Partial<Record<RowErrorCode, number>>>
  /** Columns of the file that the schema does not know, left unread. */
  readonly ignoredColumns: readonly string[]
  /** Optional columns that the file does not have. */
  readonly absentColumns: readonly string[]
}
export interface ImportReport {
  readonly tables: Readonly<Partial<Record<TableName, TableReport>>>
  readonly imported: number
  readonly refused: number
}

/**
 * Imports `<table>.csv` of a folder, or the files given by table. Rows are checked by type, key, reference; 200,000 fee lines take about 2 s.
 * @throws BAD_DATA where a file is missing or its header does not fit; nothing is then imported.
 */
export async function importCsv(
  db: ClaimsDatabase,
  source: string | Readonly<Partial<Record<TableName, string>>>,
  options: CsvOptions = {},
): Promise<ImportReport> {
  const files = filesOf(source)
  const headers = new Map<TableName, Header>()
  for (const [table, path] of files) headers.set(table, await readHeader(SCHEMA[table], path, options))
  const tables: Partial<Record<TableName, TableReport>> = {}
  await db.transaction(async () => {
    for (const [table, path] of files) tables[table] = await importFile(db, SCHEMA[table], path, headers.get(table) as Header, options)
  })
  const reports = Object.values(tables)
  return {
    tables,
    imported: reports.reduce((n, r) => n + r.imported, 0),
    refused: reports.reduce((n, r) => n + Object.values(r.refused).reduce((a, b) => a + b, 0), 0),
  }
}

function filesOf(source: string | Readonly<Partial<Record<TableName, string>>>): readonly (readonly [TableName, string])[] {
  const found: [TableName, string][] = []
  for (const name of TABLE_NAMES) {
    const path = typeof source === 'string' ? join(source, SCHEMA[name].file) : source[name]
    if (path !== undefined && existsSync(path) && statSync(path).isFile()) found.push([name, path])
    else if (SCHEMA[name].required || (typeof source !== 'string' && path !== undefined))
      throw refuse('BAD_DATA', `${path ?? SCHEMA[name].file}: there is no such file; expected the table of ${SCHEMA[name].en} as CSV`)
  }
  return found
}

interface Header {
  readonly cells: number
  /** For each column of the schema, where it stands in the file, or -1. */
  readonly places: readonly number[]
  readonly ignored: readonly string[]
  readonly absent: readonly string[]
}

async function readHeader(table: CanonicalTable, path: string, options: CsvOptions): Promise<Header> {
  for await (const event of records(path, options)) {
    if (event.kind === 'broken')
      throw refuse('BAD_DATA', `${basename(path)}:${event.line}: the header row cannot be read (${event.code}); expected ${names(table)}`)
    return parseHeader(table, path, event.cells)
  }
  throw refuse('BAD_DATA', `${basename(path)}: the file is empty; expected a header row: ${names(table)}`)
}

const names = (table: CanonicalTable): string => table.columns.map((c) => (c.nullable ? `[${c.name}]` : c.name)).join(',')

function parseHeader(table: CanonicalTable, path: string, cells: readonly string[]): Header {
  const file = basename(path)
  const given = cells.map((cell) => cell.trim())
  const twice = given.find((name, i) => given.indexOf(name) !== i)
  if (twice !== undefined)
    throw refuse('BAD_DATA', `${file}: column ${JSON.stringify(twice.slice(0, 64))} stands twice in the header; expected each column once`)
  const places = table.columns.map((column) => given.indexOf(column.name))
  const missing = table.columns.filter((column, i) => places[i] === -1 && !column.nullable).map((column) => column.name)
  if (missing.length > 0)
    throw refuse('BAD_DATA', `${file}: the header lacks column ${missing.join(', ')}; expected ${names(table)} (those in brackets may be absent)`)
  return {
    cells: given.length,
    places,
    ignored: given.filter((name) => !table.columns.some((column) => column.name === name)),
    absent: table.columns.filter((_, i) => places[i] === -1).map((column) => column.name),
  }
}

type RecordEvent = { readonly kind: 'record'; readonly line: number; readonly cells: readonly string[] } | ({ readonly kind: 'broken' } & BrokenRecord)

async function* records(path: string, options: CsvOptions): AsyncGenerator<RecordEvent, void, undefined> {
  for await (const batch of recordBatches(path, options)) yield* batch
}

/** The file's records, a chunk of the file at a time: memory stays flat whatever the file's size. */
async function* recordBatches(path: string, options: CsvOptions): AsyncGenerator<readonly RecordEvent[], void, undefined> {
  let batch: RecordEvent[] = []
  const cutter = createRecordCutter({
    record: (line, cells) => batch.push({ kind: 'record', line, cells }),
    broken: (record) => batch.push({ kind: 'broken', ...record }),
  })
  const decoder = new TextDecoder(options.encoding ?? 'utf-8')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    cutter.push(decoder.decode(chunk as Uint8Array, { stream: true }))
    yield batch
    batch = []
  }
  cutter.push(decoder.decode())
  cutter.end()
  yield batch
}

const BROKEN_EXPECTED: Readonly<Record<BrokenRecord['code'], string>> = {
  QUOTE: 'quotes around a whole cell, closed, and "" for a quote inside',
  LONG: `at most ${RECORD_CHARS} characters a row`,
  ENCODING: 'text in the encoding of the file',
  CONTROL: 'no control characters',
}

async function importFile(db: ClaimsDatabase, table: CanonicalTable, path: string, header: Header, options: CsvOptions): Promise<TableReport> {
  const file = basename(path)
  const errors: RowError[] = []
  async function* good(): AsyncGenerator<readonly { line: number; cells: readonly string[] }[]> {
    let first = true
    for await (const batch of recordBatches(path, options)) {
      const rows: { line: number; cells: readonly string[] }[] = []
      for (const event of batch) {
        if (first) first = false
        else if (event.kind === 'broken')
          errors.push({ file, line: event.line, column: null, value: null, expected: BROKEN_EXPECTED[event.code], code: event.code })
        else if (event.cells.length !== header.cells)
          errors.push({
            file,
            line: event.line,
            column: null,
            value: `${event.cells.length} cells`,
            expected: `${header.cells} cells, as in the header`,
            code: 'CELLS',
          })
        else rows.push({ line: event.line, cells: header.places.map((place) => (place < 0 ? '' : (event.cells[place] as string))) })
      }
      yield rows
    }
  }
  const staged = await stageCells(db, good())
  const { imported, refused } = staged > 0 ? await insertStaged(db, table, file) : { imported: 0, refused: [] }
  for (const error of refused) errors.push(error)
  errors.sort((a, b) => a.line - b.line)
  const counts: Partial<Record<RowErrorCode, number>> = {}
  for (const error of errors) {
    counts[error.code] = (counts[error.code] ?? 0) + 1
    options.onRowError?.(error)
  }
  return { file, imported, refused: counts, ignoredColumns: header.ignored, absentColumns: header.absent }
}
