// Two providers, five stays. Every expected figure is derived by hand from the rows below, beside it.
import { beforeAll, describe, expect, test } from 'vitest'
import { type Extract, extractTable, featureSetByName, importCsv, openDatabase } from '../../claims/index.ts'
import { claimOf, folderOf, type Tables } from './canonical-folder.ts'

const day = (n: number): string => `2024-03-${String(n).padStart(2, '0')}T00:00:00+08:00`
const set = featureSetByName('provider/1')
const stay = (id: string, person: string, hospital: string, from: number, to: number, more: Record<string, string | number>) =>
  claimOf(id, { person_id: person, hospital_id: hospital, visit_type: 'inpatient', admit_ts: day(from), discharge_ts: day(to), settle_ts: day(to), ...more })

const site: Tables = {
  person: [
    { person_id: 'pa', sex: 'female', birth_year: 1944, conditions: 'diabetes stroke renal' },
    { person_id: 'pb', sex: 'male', birth_year: 1964, death_ts: day(29) },
    { person_id: 'pc', sex: 'female', birth_year: 1954, conditions: 'kidney', death_ts: '2024-04-02T00:00:00+08:00' },
  ],
  claim: [
    // h1: pa twice, readmitted after 4 days; pb and pc once
    stay('s1', 'pa', 'h1', 1, 3, { total_amt: 100_000, fund_amt: 90_000, self_amt: 10_000, physician_id: 'd1', group_code: 'g1', insu_region: 'r1' }),
    stay('s2', 'pa', 'h1', 7, 13, { total_amt: 300_000, fund_amt: 290_000, self_amt: 10_000, physician_id: 'd1', group_code: 'g1', insu_region: 'r1' }),
    stay('s3', 'pb', 'h1', 5, 6, { total_amt: 100_000, fund_amt: 100_000, physician_id: 'd1', group_code: 'g2', insu_region: 'r2' }),
    stay('s4', 'pc', 'h1', 10, 13, { total_amt: 300_000, fund_amt: 300_000, self_amt: 0, physician_id: 'd2', group_code: 'g3', insu_region: 'r1' }),
    // h2: pa on the 10th while in bed at h1, two stays begun on that day
    stay('s5', 'pa', 'h2', 10, 11, { total_amt: 50_000, fund_amt: 50_000 }),
    stay('s6', 'pa', 'h2', 10, 12, { total_amt: 50_000, fund_amt: 50_000 }),
    // not a stay, and a stay past the boundary
    claimOf('o1', { hospital_id: 'h1', settle_ts: day(20), total_amt: 9_999_900, fund_amt: 1 }),
    claimOf('s7', { hospital_id: 'h1', visit_type: 'inpatient', settle_ts: '2024-04-01T00:00:00+08:00', total_amt: 9_999_900, fund_amt: 1 }),
  ],
  diagnosis: [
    { claim_id: 's1', seq: 1, code: 'I10' },
    { claim_id: 's1', seq: 2, code: 'E11' },
    { claim_id: 's2', seq: 1, code: 'I10' },
    { claim_id: 's4', seq: 1, code: 'C50' },
    { claim_id: 's4', seq: 2, code: 'I10' },
    { claim_id: 'o1', seq: 1, code: 'Z00' },
  ],
  procedure: [
    { claim_id: 's1', seq: 1, code: '1' },
    { claim_id: 's4', seq: 1, code: '1' },
  ],
  label: [
    { entity_kind: 'hospital', id: 'h1', y: 1 },
    { entity_kind: 'claim', id: 'h2', y: 1 },
  ],
}

const ln = (n: number): number => Math.log1p(n)
const expected: Readonly<Record<string, number>> = {
  stays: ln(4),
  patients: ln(3),
  physicians: ln(2),
  stays_per_patient: 4 / 3,
  busiest_patient: ln(2),
  stays_per_physician: ln(2),
  total: ln(8000),
  mean_total: ln(2000),
  dearest: ln(3000),
  // 1000, 3000, 1000, 3000: deviation 1000 of 2000
  spread: 0.5,
  fund: ln(7800),
  self: ln(200),
  without_self: 0.5,
  // 2 + 6 + 1 + 3 nights, a day more for each stay
  fee_per_day: ln(500),
  days: ln(12),
  mean_stay: ln(3),
  longest: ln(6),
  short_stays: 0.25,
  diagnoses_per_stay: 1.25,
  procedures_per_stay: 0.5,
  distinct_diagnoses: ln(3),
  distinct_procedures: ln(1),
  distinct_groups: ln(3),
  top_physician: 0.75,
  top_group: 0.5,
  regions: ln(2),
  top_region: 0.75,
  shared_patients: 1 / 3,
  readmitted_15d: 0.25,
  readmitted_30d: 0.25,
  overlapping: 0,
  duplicates: 0,
  // 80, 80, 60, 70
  age: 72.5,
  women: 0.75,
  // pb only: pc was alive at the boundary
  deaths: 0.25,
  conditions: 7 / 4,
  alzheimer: 0,
  heart_failure: 0,
  kidney: 0.25,
  cancer: 0,
  diabetes: 0.5,
  stroke: 0.5,
  renal: 0.5,
}

let extract: Extract
beforeAll(async () => {
  using folder = folderOf(site)
  await using db = await openDatabase({ path: ':memory:' })
  expect((await importCsv(db, folder.path)).refused).toBe(0)
  extract = await extractTable(db, set, { boundary: '2024-03-31', rows: 'all' })
})
const valueOf = (provider: string, feature: string): number =>
  extract.x[extract.ids.indexOf(provider) * set.features.length + set.features.findIndex((f) => f.name === feature)] as number

describe('provider/1', () => {
  test.each(Object.entries(expected))('%s is what a person derives from the rows', (feature, value) => {
    expect(valueOf('h1', feature)).toBeCloseTo(value, 12)
  })

  test('every feature has an answer by hand', () => {
    expect(Object.keys(expected).sort()).toEqual(set.features.map((f) => f.name).sort())
    expect(set.features.length).toBeGreaterThanOrEqual(22)
  })

  test('a stay begun in another bed and two begun on one day are seen; absent physicians, groups and regions count as none', () => {
    // s5 begins inside s2; s6 begins on the day s5 does, before s5 and s2 end
    expect(valueOf('h2', 'overlapping')).toBe(1)
    expect(valueOf('h2', 'duplicates')).toBeCloseTo(ln(2), 12)
    expect(valueOf('h2', 'shared_patients')).toBe(1)
    for (const feature of ['physicians', 'top_physician', 'distinct_groups', 'top_group', 'regions', 'diagnoses_per_stay'])
      expect(valueOf('h2', feature), feature).toBe(0)
  })

  test('the label is the provider’s own, not that of a claim with its id', () => {
    expect(extract.ids).toEqual(['h1', 'h2'])
    expect([...extract.y]).toEqual([1, 0])
    expect([...extract.amountFen]).toEqual([780_000, 100_000])
  })
})
