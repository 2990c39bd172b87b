// Writes institutions of a database as a canonical CSV folder, the form that importCsv reads.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { refuse } from '../core/errors.ts'
import type { ClaimsDatabase } from './database.ts'
import { type Column, quoted, SCHEMA, type TableName } from './schema.ts'

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** What belongs to the claims of some institutions, as a condition on each table. `chosen` holds their claim ids, `persons` their persons. */
const BELONGS: Readonly<Partial<Record<TableName, string>>> = {
  person: 'person_id IN (SELECT person_id FROM chosen)',
  claim: 'claim_id IN (SELECT claim_id FROM chosen)',
  diagnosis: 'claim_id IN (SELECT claim_id FROM chosen)',
  procedure: 'claim_id IN (SELECT claim_id FROM chosen)',
  line: 'claim_id IN (SELECT claim_id FROM chosen)',
  trace: 'claim_id IN (SELECT claim_id FROM chosen)',
  label: `CASE entity_kind WHEN 'hospital' THEN id IN (SELECT hospital_id FROM chosen) WHEN 'claim' THEN id IN (SELECT claim_id FROM chosen) ELSE id IN (SELECT person_id FROM chosen) END`,
}

/** Writes the claims of these values of claim.hospital_id, and all that belongs to them, in the order of their import. The database must have been opened with mayWriteFiles. */
export async function exportCsv(db: ClaimsDatabase, hospitalIds: readonly string[], folder: string): Promise<void> {
  if (hospitalIds.length === 0) throw refuse('BAD_DATA', 'no institution to export')
  await mkdir(folder, { recursive: true })
  await db.run(
    `CREATE OR REPLACE TEMP TABLE chosen AS SELECT claim_id, person_id, hospital_id FROM claim WHERE hospital_id IN (${hospitalIds.map(literal).join(', ')})`,
  )
  for (const [name, condition] of Object.entries(BELONGS)) {
    const table = SCHEMA[name as TableName]
    const columns = table.columns.map((column) => `${cellSql(column)} AS ${quoted(column.name)}`)
    await db.run(
      `COPY (SELECT ${columns.join(', ')} FROM ${quoted(name)} WHERE ${condition}) TO ${literal(join(folder, table.file))} (FORMAT csv, HEADER true)`,
    )
  }
  await db.run('DROP TABLE temp.chosen')
}

const cellSql = (column: Column): string =>
  column.type.kind === 'timestamp' ? `strftime(${quoted(column.name)}, '%Y-%m-%dT%H:%M:%S+08:00')` : quoted(column.name)
