// The CMS claims ("Healthcare Provider Fraud Detection Analysis") as they are published, zipped, into the canonical tables.
// Dollars become cents where the schema says fen; NA is missing; ChronicCond 1 is yes and 2 no, the renal one 'Y' and '0';
// Gender 1 is male, 2 female; a claim is settled at midnight of its last day. A provider is one value of claim.hospital_id.
import { createHmac, createSecretKey } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { refuse } from '../../core/errors.ts'
import type { SecretBytes } from '../../core/secret.ts'
import type { ClaimsDatabase } from '../database.ts'
import { SCHEMA, type TableName } from '../schema.ts'
import type { ImportReport, TableReport } from './csv.ts'
import { createRecordCutter } from './records.ts'
import type { RowError, RowErrorCode } from './row-error.ts'
import { insertStaged, type StagedRow, stageCells } from './stage.ts'
import { readTextOrZip } from './zip.ts'

export interface CmsOptions {
  /** Persons are known by HMAC-SHA256 under this key from the first moment on; the database never holds a BeneID. */
  readonly personKey: SecretBytes
  readonly onRowError?: (error: RowError) => void
}

interface Source {
  readonly path: string
  readonly header: readonly string[]
  readonly rows: readonly StagedRow[]
}

/** Imports inpatient claims, the persons who have one, and the labels of the providers that have one. @throws BAD_DATA where a file is missing or is not of that publication. */
export async function importCms(db: ClaimsDatabase, folder: string, options: CmsOptions): Promise<ImportReport> {
  const pseudonym = createPseudonym(options.personKey)
  const claims = await readSource(folder, /^Train_Inpatientdata.*\.csv(\.zip)?$/, CLAIM_COLUMNS)
  const inClaims = new Set(claims.rows.map((row) => row.cells[0]))
  const persons = await readSource(folder, /^Train_Beneficiarydata.*\.csv(\.zip)?$/, PERSON_COLUMNS, (cells) => inClaims.has(cells[0]))
  const providers = new Set(claims.rows.map((row) => row.cells[claims.header.indexOf('Provider')]))
  const labels = await readSource(folder, /^Train-.*\.csv(\.zip)?$/, LABEL_COLUMNS, (cells) => providers.has(cells[0]))
  const tables: Partial<Record<TableName, TableReport>> = {}
  await db.transaction(async () => {
    await stageSource(db, 'cms_person', hidden(persons, pseudonym))
    await stageSource(db, 'cms_claim', hidden(claims, pseudonym))
    await stageSource(db, 'cms_label', labels)
    for (const [table, sql, source] of mappings(persons, claims, labels)) tables[table] = await importMapped(db, table, sql, source, options)
    for (const name of ['cms_person', 'cms_claim', 'cms_label']) await db.run(`DROP TABLE temp.${name}`)
  })
  const reports = Object.values(tables)
  const refused = reports.flatMap((report) => Object.values(report.refused))
  return { tables, imported: reports.reduce((n, report) => n + report.imported, 0), refused: refused.reduce((a, b) => a + b, 0) }
}

/** HMAC-SHA256(key, id), the first 128 bits as hexadecimal digits. */
function createPseudonym(key: SecretBytes): (id: string) => string {
  const secret = createSecretKey(key.reveal())
  const known = new Map<string, string>()
  return (id) => {
    const before = known.get(id)
    if (before !== undefined) return before
    const made = createHmac('sha256', secret).update(id).digest('hex').slice(0, 32)
    known.set(id, made)
    return made
  }
}

const hidden = (source: Source, pseudonym: (id: string) => string): Source => ({
  ...source,
  rows: source.rows.map((row) => ({ line: row.line, cells: [pseudonym(row.cells[0] as string), ...row.cells.slice(1)] })),
})

const numbered = (name: string, n: number): readonly string[] => Array.from({ length: n }, (_, i) => `${name}_${i + 1}`)
const DIAGNOSES = numbered('ClmDiagnosisCode', 10)
const PROCEDURES = numbered('ClmProcedureCode', 6)
const CLAIM_COLUMNS = [
  'BeneID',
  'ClaimID',
  'ClaimStartDt',
  'ClaimEndDt',
  'Provider',
  'InscClaimAmtReimbursed',
  'AttendingPhysician',
  'AdmissionDt',
  'ClmAdmitDiagnosisCode',
  'DeductibleAmtPaid',
  'DischargeDt',
  'DiagnosisGroupCode',
  ...DIAGNOSES,
  ...PROCEDURES,
]
/** The published spelling of each condition, and ours. */
const CONDITIONS: Readonly<Record<string, string>> = {
  ChronicCond_Alzheimer: 'alzheimer',
  ChronicCond_Heartfailure: 'heart_failure',
  ChronicCond_KidneyDisease: 'kidney',
  ChronicCond_Cancer: 'cancer',
  ChronicCond_ObstrPulmonary: 'pulmonary',
  ChronicCond_Depression: 'depression',
  ChronicCond_Diabetes: 'diabetes',
  ChronicCond_IschemicHeart: 'ischemic_heart',
  ChronicCond_Osteoporasis: 'osteoporosis',
  ChronicCond_rheumatoidarthritis: 'arthritis',
  ChronicCond_stroke: 'stroke',
}
const PERSON_COLUMNS = ['BeneID', 'DOB', 'DOD', 'Gender', 'RenalDiseaseIndicator', 'State', 'County', ...Object.keys(CONDITIONS)]
const LABEL_COLUMNS = ['Provider', 'PotentialFraud']

async function readSource(
  folder: string,
  pattern: RegExp,
  columns: readonly string[],
  keep: (cells: readonly string[]) => boolean = () => true,
): Promise<Source> {
  const name = readdirIn(folder).find((file) => pattern.test(file))
  if (name === undefined) throw refuse('BAD_DATA', `${basename(folder)}: expected a file like ${pattern.source}`)
  const rows: StagedRow[] = []
  let header: readonly string[] | undefined
  const cutter = createRecordCutter({
    record(line, cells) {
      if (!header) header = cells
      else if (cells.length !== header.length) throw refuse('BAD_DATA', `${name}:${line}: ${cells.length} cells, expected ${header.length}, as in the header`)
      else if (keep(cells)) rows.push({ line, cells })
    },
    broken({ line, code }) {
      throw refuse('BAD_DATA', `${name}:${line}: ${code}: the row cannot be read`)
    },
  })
  cutter.push(await readTextOrZip(join(folder, name)))
  cutter.end()
  const missing = columns.filter((column) => !header?.includes(column))
  if (!header || missing.length > 0) throw refuse('BAD_DATA', `${name}: the header lacks column ${missing.join(', ')}; expected the columns as published`)
  if (header[0] !== columns[0]) throw refuse('BAD_DATA', `${name}: expected ${columns[0]} as the first column`)
  return { path: name, header, rows }
}

function readdirIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    throw refuse('BAD_DATA', `${folder}: there is no such folder`, error)
  }
}

async function stageSource(db: ClaimsDatabase, table: string, source: Source): Promise<void> {
  async function* batches(): AsyncGenerator<readonly StagedRow[]> {
    yield source.rows
  }
  await stageCells(db, batches())
  await db.run(
    `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT line, list_transform(string_split(cells, chr(31)), x -> CASE WHEN x = 'NA' THEN '' ELSE x END) AS c FROM staged`,
  )
}

/** Each canonical table as a query for (line, cells), the cells as text in the order of the schema: so they pass the same checks as a CSV file's. */
function mappings(persons: Source, claims: Source, labels: Source): readonly (readonly [TableName, string, Source])[] {
  const p = (name: string): string => `c[${persons.header.indexOf(name) + 1}]`
  const m = (name: string): string => `c[${claims.header.indexOf(name) + 1}]`
  const l = (name: string): string => `c[${labels.header.indexOf(name) + 1}]`
  const conditions = Object.entries(CONDITIONS).map(([from, to]) => `CASE WHEN ${p(from)} = '1' THEN '${to}' END`)
  const person: Row = {
    person_id: p('BeneID'),
    sex: `CASE ${p('Gender')} WHEN '1' THEN 'male' WHEN '2' THEN 'female' ELSE 'unknown' END`,
    birth_year: `${p('DOB')}[:4]`,
    conditions: `array_to_string([${conditions.join(', ')}, CASE WHEN ${p('RenalDiseaseIndicator')} = 'Y' THEN 'renal' END], ' ')`,
    death_ts: midnight(p('DOD')),
  }
  const deductible = `coalesce(TRY_CAST(${m('DeductibleAmtPaid')} AS BIGINT), 0)`
  const claim: Row = {
    claim_id: m('ClaimID'),
    visit_id: m('ClaimID'),
    person_id: m('BeneID'),
    hospital_id: m('Provider'),
    visit_type: `'inpatient'`,
    admit_ts: midnight(m('AdmissionDt')),
    discharge_ts: midnight(m('DischargeDt')),
    settle_ts: midnight(m('ClaimEndDt')),
    total_amt: `coalesce(((TRY_CAST(${m('InscClaimAmtReimbursed')} AS BIGINT) + ${deductible}) * 100)::VARCHAR, '')`,
    fund_amt: cents(m('InscClaimAmtReimbursed')),
    self_amt: cents(m('DeductibleAmtPaid')),
    physician_id: m('AttendingPhysician'),
    group_code: m('DiagnosisGroupCode'),
    // The state stands with the person.
    insu_region: `coalesce(lpad(state, 2, '0'), '')`,
  }
  const states = `(SELECT ${p('BeneID')} AS person, ${p('State')} AS state FROM cms_person)`
  const diagnoses = [
    ...DIAGNOSES.map((name, i) => codeStruct(i + 1, m(name), i === 0 ? 'main' : 'other')),
    codeStruct(DIAGNOSES.length + 1, m('ClmAdmitDiagnosisCode'), 'admit'),
  ]
  const procedures = PROCEDURES.map((name, i) => codeStruct(i + 1, m(name), ''))
  const label: Row = {
    entity_kind: `'hospital'`,
    id: l('Provider'),
    y: `CASE ${l('PotentialFraud')} WHEN 'Yes' THEN '1' WHEN 'No' THEN '0' ELSE '' END`,
    source: `'cms-published'`,
  }
  return [
    ['person', cellsSql('person', person, 'cms_person'), persons],
    ['claim', cellsSql('claim', claim, `cms_claim LEFT JOIN ${states} ON person = ${m('BeneID')}`), claims],
    ['diagnosis', cellsSql('diagnosis', { claim_id: 'claim_id', seq: 'd.seq', code: 'd.code', kind: 'd.kind' }, listed(m('ClaimID'), diagnoses)), claims],
    ['procedure', cellsSql('procedure', { claim_id: 'claim_id', seq: 'd.seq', code: 'd.code' }, listed(m('ClaimID'), procedures)), claims],
    ['label', cellsSql('label', label, 'cms_label'), labels],
  ]
}

type Row = Readonly<Record<string, string>>
const midnight = (date: string): string => `CASE WHEN ${date} = '' THEN '' ELSE ${date} || 'T00:00:00+08:00' END`
const cents = (dollars: string): string => `CASE WHEN ${dollars} = '' THEN '' ELSE ${dollars} || '00' END`
const codeStruct = (seq: number, code: string, kind: string): string => `{seq: '${seq}', code: ${code}, kind: '${kind}'}`
const listed = (claimId: string, structs: readonly string[]): string =>
  `(SELECT * FROM (SELECT line, ${claimId} AS claim_id, unnest([${structs.join(', ')}]) AS d FROM cms_claim) WHERE d.code <> '')`

function cellsSql(table: TableName, row: Row, from: string): string {
  const cells = SCHEMA[table].columns.map((column) => row[column.name] ?? `''`)
  return `SELECT line, array_to_string([${cells.join(', ')}], chr(31)) AS cells FROM ${from}`
}

async function importMapped(db: ClaimsDatabase, table: TableName, sql: string, source: Source, options: CmsOptions): Promise<TableReport> {
  await db.run(`CREATE OR REPLACE TEMP TABLE staged AS ${sql}`)
  const { imported, refused } = await insertStaged(db, SCHEMA[table], source.path)
  const counts: Partial<Record<RowErrorCode, number>> = {}
  for (const error of refused) {
    counts[error.code] = (counts[error.code] ?? 0) + 1
    options.onRowError?.(error)
  }
  return { file: source.path, imported, refused: counts, ignoredColumns: [], absentColumns: [] }
}
