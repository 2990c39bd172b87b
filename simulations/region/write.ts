// A region on disk: a canonical folder a hospital (claims/schema.ts), and the truth apart from them.
import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SCHEMA, type TableName } from '../../claims/schema.ts'
import type { Calendar } from './calendar.ts'
import { fundFen, totalFen } from './draft.ts'
import type { SimulatedClaim } from './labels.ts'
import type { SimulatedHospital, SimulatedRegion } from './region.ts'

type Value = string | number | boolean | null | undefined
type Row = Readonly<Record<string, Value>>

/** Rows joined to blocks, so that a stream moves 64 KiB at a time, not a line. */
const BLOCK_CHARACTERS = 65_536

const field = (value: Value): string => {
  const text = value === null || value === undefined ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function* csvBlocks(columns: readonly string[], rows: Iterable<Row>): Generator<string> {
  let block = `${columns.join(',')}\n`
  for (const row of rows) {
    block += `${columns.map((column) => field(row[column])).join(',')}\n`
    if (block.length < BLOCK_CHARACTERS) continue
    yield block
    block = ''
  }
  yield block
}

const writeCsv = (file: string, columns: readonly string[], rows: Iterable<Row>): Promise<void> =>
  pipeline(Readable.from(csvBlocks(columns, rows)), createWriteStream(file))

const yuan = (fen: number): string => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`

function* personRows(hospital: SimulatedHospital, region: SimulatedRegion): Generator<Row> {
  const year = Number(region.config.start.slice(0, 4))
  for (const person of hospital.persons)
    yield {
      person_id: person.id,
      sex: person.sex,
      birth_year: year - person.age,
      insu_type: person.insuType,
      special_disease_from: person.conditions.length > 0 ? region.calendar.format(-(200 + 30 * person.age) * 1440) : null,
      conditions: person.conditions.join(' ') || null,
    }
}

function claimRow({ id, draft }: SimulatedClaim, calendar: Calendar): Row {
  const total = totalFen(draft)
  const fund = fundFen(draft)
  return {
    claim_id: id,
    visit_id: `v-${id}`,
    person_id: draft.person.id,
    hospital_id: draft.site.id,
    visit_type: draft.visitType,
    admit_ts: calendar.format(draft.admitMinute),
    discharge_ts: calendar.format(draft.dischargeMinute),
    settle_ts: calendar.format(draft.settleMinute),
    total_amt: total,
    fund_amt: fund,
    self_amt: total - fund,
    physician_id: draft.doctor,
    dept: draft.dept,
    group_code: draft.groupCode,
    cert_type: draft.certType,
    id_verified: draft.idVerified,
    insu_region: draft.person.region,
    care_region: draft.careRegion,
    terminal_id: draft.terminal,
  }
}

function* diagnosisRows(claims: readonly SimulatedClaim[]): Generator<Row> {
  for (const { id, draft } of claims)
    for (const [i, disease] of draft.diagnoses.entries()) yield { claim_id: id, seq: i + 1, code: disease.code, kind: i === 0 ? 'main' : 'other' }
}

function* lineRows(claims: readonly SimulatedClaim[], calendar: Calendar): Generator<Row> {
  for (const { id, draft } of claims) {
    const ids = new Map(draft.lines.map((line, i) => [line, String(i + 1)]))
    for (const line of draft.lines)
      yield {
        claim_id: id,
        line_id: ids.get(line),
        item_code: line.item.code,
        local_code: `${draft.site.id}-${line.item.code}`,
        kind: line.item.kind,
        ts: calendar.format(line.minute),
        qty: line.qty,
        unit_price: yuan(line.unitPriceFen),
        amt: line.amountFen,
        days_supply: line.daysSupply,
        doctor_id: line.doctor,
        refund_of: line.refundOf === null ? null : ids.get(line.refundOf),
      }
  }
}

function* labelRows(claims: readonly SimulatedClaim[], calendar: Calendar): Generator<Row> {
  for (const { id, label } of claims)
    yield { entity_kind: 'claim', id, y: label.y, scenario: label.scenario, severity: label.severity, ts: calendar.format(label.minute), source: 'audit' }
}

function* truthRows(region: SimulatedRegion): Generator<Row> {
  for (const hospital of region.hospitals)
    for (const { id, draft, label } of hospital.claims)
      yield {
        claim_id: id,
        hospital_id: draft.site.id,
        person_id: draft.person.id,
        fraud: draft.truth ? 1 : 0,
        scenario: draft.truth?.scenario,
        ring: draft.truth?.ring,
        care: draft.care,
        hard_negative: draft.hardNegative,
        label: label.y,
        total_amt: totalFen(draft),
      }
}
const TRUTH_COLUMNS = ['claim_id', 'hospital_id', 'person_id', 'fraud', 'scenario', 'ring', 'care', 'hard_negative', 'label', 'total_amt']

/** What stands beside the folders: names for people, no record. */
export const hospitalCard = ({ site, claims, persons }: SimulatedHospital) => ({
  id: site.id,
  zh: site.zh,
  en: site.en,
  level: site.level,
  claims: claims.length,
  persons: persons.length,
})

async function writeHospital(hospital: SimulatedHospital, region: SimulatedRegion, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const { claims } = hospital
  const { calendar } = region
  const tables: Partial<Record<TableName, Iterable<Row>>> = {
    person: personRows(hospital, region),
    claim: claims.values().map((claim) => claimRow(claim, calendar)),
    diagnosis: diagnosisRows(claims),
    line: lineRows(claims, calendar),
    label: labelRows(claims, calendar),
  }
  for (const [name, rows] of Object.entries(tables)) {
    const table = SCHEMA[name as TableName]
    await writeCsv(
      path.join(folder, table.file),
      table.columns.map((column) => column.name),
      rows,
    )
  }
}

/** dir/<hospital id>/<table>.csv, dir/hospitals.json, and dir/truth/claim.csv, which only the launcher reads. Streams; overwrites. */
export async function writeHospitals(region: SimulatedRegion, dir: string): Promise<void> {
  for (const hospital of region.hospitals) await writeHospital(hospital, region, path.join(dir, hospital.site.id))
  await mkdir(path.join(dir, 'truth'), { recursive: true })
  await writeCsv(path.join(dir, 'truth', 'claim.csv'), TRUTH_COLUMNS, truthRows(region))
  await writeFile(path.join(dir, 'hospitals.json'), `${JSON.stringify(region.hospitals.map(hospitalCard), null, 2)}\n`)
}
