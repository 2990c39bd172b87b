// The hospital's rows behind SiteData: the source is imported, the extract of a boundary frozen once and kept; tables come from the
// frozen bytes alone, so what was declared is what is computed from, whatever the source says later.
import { randomBytes } from 'node:crypto'
import {
  columnsOf,
  decodeExtract,
  type Extract,
  encodeExtract,
  extractTable,
  featureSetByName,
  type ImportReport,
  importCsv,
  openDatabase,
  rowErrorText,
  snapshotId,
  splitTable,
} from '../claims/index.ts'
import { refuse } from '../core/errors.ts'
import type { Keystore } from '../core/keystore.ts'
import type { Log } from '../core/log.ts'
import type { Store } from '../core/store/store.ts'
import type { SplitTable } from '../core/table.ts'
import type { SiteData } from './data.ts'

export interface CsvSource {
  readonly kind: 'csv'
  /** Folder of canonical CSV files. */
  readonly path: string
  readonly encoding: 'utf-8' | 'gb18030'
}
export interface SiteDataOptions {
  readonly store: Store
  readonly keystore: Keystore
  readonly log: Log
  readonly source: CsvSource
  readonly featureSet: string
  /** More refused rows than this share of all, and nothing is frozen: the source is not what it should be. */
  readonly mostRefusedShare?: number
}

const SALT_BYTES = 32
const MOST_REFUSED_SHARE = 0.05
const LOGGED_ROW_ERRORS = 20

export function createSiteData(options: SiteDataOptions): SiteData {
  const frozen = new Map<string, Promise<Extract>>()
  const tables = new Map<string, SplitTable>()
  const extractOf = (boundary: string): Promise<Extract> => {
    const known = frozen.get(boundary)
    if (known) return known
    const made = freeze(options, boundary)
    frozen.set(boundary, made)
    made.catch(() => frozen.delete(boundary))
    return made
  }
  return {
    async snapshot(boundary) {
      const extract = await extractOf(boundary)
      return snapshotId(encodeExtract(extract, { boundary, rows: 'labelled' }), saltOf(options.keystore, boundary))
    },
    columns: (featureSet) => columnsOf(featureSetByName(featureSet)),
    async table(inputs) {
      if (inputs.featureSet !== options.featureSet) throw refuse('BAD_DATA', `feature set ${inputs.featureSet}: this site extracts ${options.featureSet}`)
      const key = `${inputs.boundary} ${inputs.splitSeed} ${inputs.heldOutPercent}`
      const known = tables.get(key)
      if (known) return known
      const extract = await extractOf(inputs.boundary)
      const split = splitTable(extract, extract.groups, inputs.splitSeed, inputs.heldOutPercent)
      tables.set(key, split)
      return split
    },
  }
}

const blobOf = (boundary: string): string => `extract.${boundary}`

async function freeze(options: SiteDataOptions, boundary: string): Promise<Extract> {
  const name = blobOf(boundary)
  if ((await options.store.blobSize(name)) !== null) return decodeExtract(await options.store.readBlob(name)).extract
  const extract = await importAndExtract(options, boundary)
  const bytes = encodeExtract(extract, { boundary, rows: 'labelled' })
  await options.store.putBlob(name, bytes)
  // From the bytes, as after a restart: one path.
  return decodeExtract(bytes).extract
}

async function importAndExtract(options: SiteDataOptions, boundary: string): Promise<Extract> {
  await using db = await openDatabase({ path: ':memory:' })
  const report = await importSource(db, options.source, options.log)
  const share = report.refused / Math.max(1, report.imported + report.refused)
  if (share > (options.mostRefusedShare ?? MOST_REFUSED_SHARE))
    throw refuse('BAD_DATA', `${options.source.path}: ${report.refused} of ${report.imported + report.refused} rows are refused; the errors above say which`)
  const extract = await extractTable(db, featureSetByName(options.featureSet), { boundary, rows: 'labelled' })
  if (extract.rows === 0) throw refuse('BAD_DATA', `${options.source.path}: no labelled row settled up to ${boundary}`)
  options.log.info({ boundary, units: extract.rows, refused: report.refused }, 'extract frozen')
  return extract
}

/** Imports the source; the first refused rows are named by file, line and column, never by content. */
export async function importSource(db: Parameters<typeof importCsv>[0], source: CsvSource, log: Log): Promise<ImportReport> {
  let refused = 0
  const report = await importCsv(db, source.path, {
    encoding: source.encoding,
    onRowError(error) {
      refused++
      if (refused <= LOGGED_ROW_ERRORS) log.warn({ code: 'BAD_DATA' }, rowErrorText(error))
    },
  })
  if (refused > LOGGED_ROW_ERRORS) log.warn({ refused }, 'more rows were refused')
  return report
}

/** The site's secret behind a snapshot's public id. */
function saltOf(keystore: Keystore, boundary: string): Uint8Array {
  const name = `salt-${boundary}`
  const kept = keystore.get(name)
  if (kept) return kept.reveal()
  const salt = new Uint8Array(randomBytes(SALT_BYTES))
  keystore.put(name, salt)
  return salt
}
