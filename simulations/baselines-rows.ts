// The hospitals' rows as the launcher sees them: the same CSV folders through the same claims/, so that what is compared is the learning alone.
import { extractTable, featureSetByName, importCsv, openDatabase, splitTable } from '../claims/index.ts'
import type { SplitTable } from '../core/table.ts'

export interface SiteFolder {
  readonly hospital: string
  /** Canonical CSV files. */
  readonly folder: string
}
/** What a plan says about rows: which features, up to when, which of them are held out. */
export interface RowsOf {
  readonly featureSet: string
  readonly boundary: string
  readonly splitSeed: string
  readonly heldOutPercent: number
}
export interface SiteRows {
  readonly hospital: string
  readonly split: SplitTable
}

/** @throws BAD_DATA where a folder cannot be read. */
export async function readSite({ hospital, folder }: SiteFolder, rows: RowsOf): Promise<SiteRows> {
  await using db = await openDatabase({ path: ':memory:' })
  await importCsv(db, folder)
  const extract = await extractTable(db, featureSetByName(rows.featureSet), { boundary: rows.boundary })
  return { hospital, split: splitTable(extract, extract.groups, rows.splitSeed, rows.heldOutPercent) }
}
