import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { SCHEMA } from '../../claims/schema.ts'
import { simulateRegion, writeHospitals } from '../../simulations/region/index.ts'
import { simulateDataCommand } from '../../simulations/simulate-data.ts'

const root = mkdtempSync(path.join(tmpdir(), 'consilium-region-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Name and SHA-256 of every file below. */
const digests = (dir: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort()
      .map((file) => [path.relative(dir, file), createHash('sha256').update(readFileSync(file)).digest('hex')]),
  )
/** Rows of a file without quoted fields, which is what the generator writes. */
function rows(...place: string[]): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(path.join(root, ...place), 'utf8')
    .trimEnd()
    .split('\n')
  const names = head.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i] ?? '', value])))
}

describe('a written region', async () => {
  const options = { seed: 7, claims: 2500 }
  const region = simulateRegion(options)
  await writeHospitals(region, path.join(root, 'a'))
  const ids = region.hospitals.map((hospital) => hospital.site.id)

  test('is the same bytes for the same seed and others for another', async () => {
    await writeHospitals(simulateRegion(options), path.join(root, 'b'))
    await writeHospitals(simulateRegion({ ...options, seed: 8 }), path.join(root, 'c'))
    expect(digests(path.join(root, 'b'))).toEqual(digests(path.join(root, 'a')))
    expect(digests(path.join(root, 'c'))['xiehe/claim.csv']).not.toBe(digests(path.join(root, 'a'))['xiehe/claim.csv'])
  })

  test('has the columns of the canonical tables in their order, and every required value', () => {
    for (const id of ids)
      for (const name of ['person', 'claim', 'diagnosis', 'line', 'label'] as const) {
        const table = SCHEMA[name]
        const [head] = readFileSync(path.join(root, 'a', id, table.file), 'utf8').split('\n', 1)
        expect(head).toBe(table.columns.map((column) => column.name).join(','))
        const required = table.columns.filter((column) => !column.nullable).map((column) => column.name)
        expect(rows('a', id, table.file).filter((row) => required.some((column) => row[column] === ''))).toEqual([])
      }
  })

  test('refers only to what is there, names no key twice, and labels every claim once', () => {
    for (const id of ids) {
      const persons = new Set(rows('a', id, 'person.csv').map((row) => row.person_id))
      const claims = rows('a', id, 'claim.csv')
      const claimIds = new Set(claims.map((row) => row.claim_id))
      expect(claimIds.size).toBe(claims.length)
      for (const row of claims) expect(persons.has(row.person_id) && row.hospital_id === id).toBe(true)
      const lines = rows('a', id, 'line.csv')
      expect(new Set(lines.map((row) => `${row.claim_id}|${row.line_id}`)).size).toBe(lines.length)
      const lineIds = new Set(lines.map((row) => `${row.claim_id}|${row.line_id}`))
      expect(lines.filter((row) => row.refund_of !== '' && !lineIds.has(`${row.claim_id}|${row.refund_of}`))).toEqual([])
      for (const file of ['line.csv', 'diagnosis.csv']) expect(rows('a', id, file).filter((row) => !claimIds.has(row.claim_id))).toEqual([])
      expect(new Set(rows('a', id, 'label.csv').map((row) => row.id))).toEqual(claimIds)
    }
  })

  test('has totals that are the sum of their lines and split into fund and person', () => {
    for (const id of ids) {
      const sums = new Map<string, number>()
      for (const row of rows('a', id, 'line.csv')) sums.set(row.claim_id ?? '', (sums.get(row.claim_id ?? '') ?? 0) + Number(row.amt))
      for (const row of rows('a', id, 'claim.csv')) {
        expect(sums.get(row.claim_id ?? '')).toBe(Number(row.total_amt))
        expect(Number(row.fund_amt) + Number(row.self_amt)).toBe(Number(row.total_amt))
      }
    }
  })

  test('keeps the truth out of the hospitals folders, and has it for every claim', () => {
    for (const id of ids) expect(readdirSync(path.join(root, 'a', id)).sort()).toEqual(['claim.csv', 'diagnosis.csv', 'label.csv', 'line.csv', 'person.csv'])
    const truth = rows('a', 'truth', 'claim.csv')
    expect(truth).toHaveLength(2500)
    expect(truth.filter((row) => row.fraud === '1').every((row) => row.scenario !== '' && row.ring !== '')).toBe(true)
  })

  test('has a command that prints the hospitals and writes a data sheet saying what it is not', async () => {
    const printed: string[] = []
    await simulateDataCommand({ out: path.join(root, 'd'), region: { seed: 7, claims: 1000, hospitals: 3 }, print: (text) => printed.push(text) })
    for (const id of ['xiehe', 'renmin', 'zhongyi']) expect(printed.join('\n')).toContain(id)
    expect(readFileSync(path.join(root, 'd', 'DATASHEET.md'), 'utf8')).toContain('## What it is not')
    expect(JSON.parse(readFileSync(path.join(root, 'd', 'hospitals.json'), 'utf8'))).toHaveLength(3)
  })
})
