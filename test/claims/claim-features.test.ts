// Nine settlements of two persons at one hospital, March 2024 (the 1st is a Friday). Every expected figure is derived by hand
// from the rows below, beside it.
import { beforeAll, describe, expect, test } from 'vitest'
import { type Extract, extractTable, featureSetByName, importCsv, openDatabase } from '../../claims/index.ts'
import { claimOf, folderOf, lineOf, type Tables } from './canonical-folder.ts'

const at = (day: number, time: string): string => `2024-03-${String(day).padStart(2, '0')}T${time}:00+08:00`
const set = featureSetByName('claim/1')

const hospital: Tables = {
  person: [
    { person_id: 'pa', sex: 'female', birth_year: 1950, special_disease_from: at(2, '00:00') },
    { person_id: 'pb', sex: 'male', birth_year: 2000, death_ts: at(4, '00:00') },
  ],
  claim: [
    claimOf('c1', {
      settle_ts: at(1, '09:00'),
      total_amt: 10_000,
      fund_amt: 8000,
      physician_id: 'd1',
      terminal_id: 't1',
      cert_type: '01',
      id_verified: true,
      insu_region: 'r1',
      care_region: 'r1',
    }),
    claimOf('c2', {
      person_id: 'pb',
      settle_ts: at(1, '09:05'),
      total_amt: 10_000,
      fund_amt: 5000,
      physician_id: 'd1',
      terminal_id: 't1',
      cert_type: '03',
      id_verified: false,
      insu_region: 'r2',
      care_region: 'r1',
    }),
    claimOf('c3', { settle_ts: at(4, '23:30'), visit_type: 'chronic', total_amt: 10_000, fund_amt: 9000, physician_id: 'd1', cert_type: '03' }),
    claimOf('c4', {
      settle_ts: at(6, '11:00'),
      admit_ts: at(2, '10:00'),
      discharge_ts: at(6, '10:00'),
      visit_type: 'inpatient',
      total_amt: 500_050,
      fund_amt: 400_000,
      physician_id: 'd2',
      group_code: 'g1',
      cert_type: '03',
    }),
    claimOf('c5', { person_id: 'pb', settle_ts: at(9, '18:00'), visit_type: 'pharmacy', total_amt: 4000, fund_amt: 0 }),
    claimOf('c6', {
      settle_ts: at(12, '12:00'),
      admit_ts: at(10, '10:00'),
      discharge_ts: at(12, '10:00'),
      visit_type: 'inpatient',
      total_amt: 250_025,
      fund_amt: 200_000,
      physician_id: 'd2',
      group_code: 'g1',
      cert_type: '03',
    }),
    claimOf('c7', {
      person_id: 'pb',
      settle_ts: at(12, '12:00'),
      admit_ts: at(10, '11:00'),
      discharge_ts: at(12, '11:00'),
      visit_type: 'inpatient',
      total_amt: 250_025,
      fund_amt: 200_000,
      physician_id: 'd2',
      group_code: 'g1',
    }),
    claimOf('c8', {
      settle_ts: at(13, '12:00'),
      admit_ts: at(11, '10:00'),
      discharge_ts: at(13, '10:00'),
      visit_type: 'inpatient',
      total_amt: 100,
      fund_amt: 0,
      physician_id: 'd3',
      group_code: 'g2',
    }),
    claimOf('c9', { settle_ts: at(13, '18:00'), total_amt: 2000, fund_amt: 0 }),
  ],
  diagnosis: [
    { claim_id: 'c1', seq: 1, code: 'I10' },
    { claim_id: 'c3', seq: 1, code: 'I10' },
    { claim_id: 'c4', seq: 2, code: 'E11' },
    { claim_id: 'c4', seq: 1, code: 'I10' },
  ],
  procedure: [{ claim_id: 'c4', seq: 1, code: '99.1' }],
  line: [
    lineOf('c1', 'l1', { item_code: 'x', kind: 'drug', amt: 6000, days_supply: 7 }),
    lineOf('c1', 'l2', { item_code: 'y', kind: 'exam', amt: 4000 }),
    lineOf('c2', 'l1', { item_code: 'y', kind: 'exam', amt: 4000 }),
    lineOf('c2', 'l2', { item_code: 'x', kind: 'drug', amt: 6000, days_supply: 30 }),
    lineOf('c3', 'l1', { item_code: 'z', kind: 'drug', amt: 10_000, days_supply: 80 }),
    lineOf('c3', 'l2', { item_code: 'w', kind: 'drug', amt: 0, days_supply: 3 }),
    lineOf('c4', 'l1', { item_code: 'bed', kind: 'bed', ts: at(2, '10:00'), amt: 100_000 }),
    lineOf('c4', 'l2', { item_code: 'lab', kind: 'lab', ts: at(2, '11:00'), amt: 50_000 }),
    lineOf('c4', 'l3', { item_code: 'lab', kind: 'lab', ts: at(2, '11:00'), amt: 50_000 }),
    lineOf('c4', 'l4', { item_code: 'th', kind: 'therapy', ts: at(3, '11:00'), amt: 200_000 }),
    lineOf('c4', 'l5', { item_code: 'm', kind: 'material', ts: at(3, '11:00'), amt: 100_000 }),
    lineOf('c4', 'l6', { item_code: 'm', kind: 'material', ts: at(3, '12:00'), qty: -1, amt: -100_000, refund_of: 'l5' }),
  ],
  label: ['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9'].map((id) => ({ entity_kind: 'claim', id, y: id === 'c2' || id === 'c6' ? 1 : 0 })),
}

const ln = (n: number): number => Math.log1p(n)
const MISSING = Number.NaN
const expected: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  c1: {
    total: ln(100),
    fund_share: 0.8,
    inpatient: 0,
    pharmacy: 0,
    chronic: 0,
    stay: 0,
    per_day: ln(100),
    night: 0,
    off_hours: 0,
    weekend: 0,
    round_amount: 1,
    card: 0,
    ecode: 1,
    id_verified: 1,
    cross_region: 0,
    diagnoses: ln(1),
    procedures: 0,
    lines: ln(2),
    distinct_items: 1,
    drug_share: 0.6,
    exam_share: 0.4,
    lab_share: 0,
    therapy_share: 0,
    bed_share: 0,
    material_share: 0,
    dearest_share: 0.6,
    refund_share: 0,
    repeated_lines: 0,
    unserved_days: 0,
    days_supply: ln(7),
    age: 74,
    female: 1,
    special_disease: 0,
    after_death: 0,
    // nothing came before it: a gap of 365 days, its own payment, 7 of 90 days of supply, its group's mean is its own
    visits_today: 0,
    visits_7d: 0,
    visits_30d: 0,
    fund_30d: ln(80),
    gap: ln(365),
    readmitted_15d: 0,
    overlapping_stay: 0,
    visits_in_stay: 0,
    supply_90d: ln(7 / 90),
    cert_changed: MISSING,
    same_amount_30d: 0,
    same_diagnosis_30d: 0,
    same_amount_today: 0,
    doctor_10min: 0,
    doctor_today: 0,
    template_share: 0,
    terminal_10min: 0,
    same_stay: 0,
    peer_fee: ln(1),
    peer_stay: ln(1),
  },
  // five minutes after c1: same physician, terminal, amount and the same two items in another order; c1 is the one peer
  c2: {
    card: 1,
    ecode: 0,
    id_verified: 0,
    cross_region: 1,
    diagnoses: 0,
    female: 0,
    age: 24,
    days_supply: ln(30),
    after_death: 0,
    visits_30d: 0,
    fund_30d: ln(50),
    same_amount_30d: 0,
    same_amount_today: ln(1),
    doctor_10min: ln(1),
    doctor_today: ln(1),
    template_share: 0.5,
    terminal_10min: ln(1),
    peer_fee: ln(1),
  },
  // a Monday, 3 days 14.5 h after c1; other items than the physician's two earlier settlements; 7 + 80 + 3 days of supply in 90
  c3: {
    chronic: 1,
    night: 1,
    off_hours: 1,
    weekend: 0,
    id_verified: MISSING,
    cross_region: MISSING,
    days_supply: ln(80),
    special_disease: 1,
    visits_today: 0,
    visits_7d: ln(1),
    visits_30d: ln(1),
    fund_30d: ln(170),
    gap: ln(3 + 14.5 / 24),
    supply_90d: ln(1),
    cert_changed: 1,
    same_amount_30d: ln(1),
    same_diagnosis_30d: ln(1),
    same_amount_today: 0,
    doctor_10min: 0,
    doctor_today: 0,
    template_share: 0,
    terminal_10min: 0,
    dearest_share: 1,
    distinct_items: 1,
  },
  // the 2nd to the 6th: 4 days, 5 days in bed of which 2 have a service; 5,000 yuan of lines without the refund, one line twice
  c4: {
    total: ln(5000.5),
    inpatient: 1,
    stay: ln(4),
    per_day: ln(1000.1),
    round_amount: 0,
    diagnoses: ln(2),
    procedures: ln(1),
    lines: ln(6),
    distinct_items: 4 / 6,
    lab_share: 0.2,
    therapy_share: 0.4,
    bed_share: 0.2,
    material_share: 0.2,
    drug_share: 0,
    dearest_share: 0.4,
    refund_share: 1 / 6,
    repeated_lines: ln(1),
    unserved_days: 0.6,
    visits_7d: ln(2),
    same_diagnosis_30d: ln(2),
    visits_in_stay: ln(1),
    readmitted_15d: 0,
    overlapping_stay: 0,
    cert_changed: 0,
    same_stay: 0,
    doctor_10min: 0,
  },
  // a Saturday, five days after his death, without physician, lines or certificate
  c5: {
    pharmacy: 1,
    fund_share: 0,
    weekend: 1,
    off_hours: 1,
    night: 0,
    round_amount: 1,
    card: MISSING,
    ecode: MISSING,
    cert_changed: MISSING,
    after_death: 1,
    lines: 0,
    distinct_items: 0,
    dearest_share: 0,
    gap: ln(8 + (8 * 60 + 55) / 1440),
    doctor_10min: 0,
    doctor_today: 0,
    template_share: 0,
    same_diagnosis_30d: 0,
  },
  // four days after c4's discharge, half its fee and half its days; settled in the same second as c7
  c6: {
    inpatient: 1,
    stay: ln(2),
    unserved_days: 0,
    readmitted_15d: 1,
    overlapping_stay: 0,
    visits_in_stay: 0,
    same_stay: ln(1),
    same_amount_today: ln(1),
    doctor_today: ln(1),
    doctor_10min: ln(1),
    peer_fee: ln(0.5),
    peer_stay: ln(0.5),
    visits_30d: ln(3),
    visits_7d: ln(1),
  },
  c7: { same_stay: ln(1), after_death: 1, readmitted_15d: 0, peer_fee: ln(0.5), same_amount_30d: 0 },
  // admitted on the 11th while c6's stay lasts to the 12th; that settlement falls inside its own stay too
  c8: { overlapping_stay: 1, readmitted_15d: 0, visits_in_stay: ln(1), total: ln(1), fund_share: 0, peer_fee: ln(1) },
  // six hours after c8
  c9: { visits_today: ln(1), gap: ln(0.25) },
}

let extract: Extract
beforeAll(async () => {
  using folder = folderOf(hospital)
  await using db = await openDatabase({ path: ':memory:' })
  const report = await importCsv(db, folder.path)
  expect(report.refused).toBe(0)
  extract = await extractTable(db, set, { boundary: '2024-03' })
})

const valueOf = (claim: string, feature: string): number => {
  const j = set.features.findIndex((f) => f.name === feature)
  return extract.x[extract.ids.indexOf(claim) * set.features.length + j] as number
}

describe('claim/1', () => {
  const cases = Object.entries(expected).flatMap(([claim, features]) => Object.entries(features).map(([feature, value]) => [claim, feature, value] as const))

  test.each(cases)('%s: %s is what a person derives from the rows', (claim, feature, value) => {
    expect(set.features.map((f) => f.name)).toContain(feature)
    if (Number.isNaN(value)) expect(valueOf(claim, feature)).toBeNaN()
    else expect(valueOf(claim, feature)).toBeCloseTo(value, 12)
  })

  test('every feature has an answer by hand, and one other than its most common value', () => {
    for (const { name } of set.features) {
      const values = cases.filter(([, feature]) => feature === name).map(([, , value]) => value)
      expect(values.length, name).toBeGreaterThan(0)
      expect(
        values.some((value) => value !== 0),
        name,
      ).toBe(true)
    }
    expect(set.features.length).toBeGreaterThanOrEqual(24)
  })

  test('rows come in order of settlement, then id, with label, person and fund money', () => {
    expect(extract.ids).toEqual(['c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9'])
    expect([...extract.y]).toEqual([0, 1, 0, 0, 0, 1, 0, 0, 0])
    expect(extract.groups).toEqual(['pa', 'pb', 'pa', 'pa', 'pb', 'pa', 'pb', 'pa', 'pa'])
    expect([...extract.amountFen]).toEqual([8000, 5000, 9000, 400_000, 0, 200_000, 200_000, 0, 0])
    expect(extract.x.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  test('every feature is declared once, with a unit, a range that its values keep, and both languages', () => {
    expect(new Set(set.features.map((f) => f.name)).size).toBe(set.features.length)
    for (const [j, feature] of set.features.entries()) {
      const [low, high] = feature.range
      expect(low).toBeLessThan(high)
      for (const text of [feature.unit, feature.en]) expect(text.length).toBeGreaterThan(0)
      expect(feature.zh).toMatch(/\p{Script=Han}/u)
      for (let i = 0; i < extract.rows; i++) {
        const value = extract.x[i * set.features.length + j] as number
        expect(Number.isNaN(value) || (value >= low && value <= high)).toBe(true)
      }
    }
  })
})
