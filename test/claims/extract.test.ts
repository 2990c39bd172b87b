import { describe, expect, test } from 'vitest'
import { parseBoundary } from '../../claims/boundary.ts'
import { type ClaimsDatabase, type Extract, extractTable, FEATURE_SETS, featureSetByName, importCsv, openDatabase } from '../../claims/index.ts'
import { claimOf, folderOf, personA, type Tables } from './canonical-folder.ts'
import { randomHospital } from './random-hospital.ts'

async function fill(db: ClaimsDatabase, tables: Tables): Promise<void> {
  using folder = folderOf(tables)
  await importCsv(db, folder.path)
}
const bitsOf = (e: Extract): Buffer => Buffer.from(new Uint8Array(e.x.buffer))
const early = randomHospital({ seed: 'early', prefix: 'a', claims: 600, fromDay: 0, days: 60 })
const late = randomHospital({ seed: 'late', prefix: 'b', claims: 600, fromDay: 60, days: 40 })

describe('extracts', () => {
  test('settlements that come later leave every bit of the earlier rows as it was', async () => {
    const set = featureSetByName('claim/1')
    await using db = await openDatabase({ path: ':memory:' })
    await fill(db, early)
    const before = await extractTable(db, set, { boundary: '2024-12' })
    await fill(db, { ...late, person: [] })
    const after = await extractTable(db, set, { boundary: '2024-12' })
    expect(after.rows).toBe(before.rows + 600)
    expect(after.ids.slice(0, before.rows)).toEqual(before.ids)
    expect(bitsOf(after).subarray(0, before.x.byteLength).equals(bitsOf(before))).toBe(true)
  })

  test.each(FEATURE_SETS.map((set) => set.name))('%s: what was settled after the boundary is not seen', async (name) => {
    const set = featureSetByName(name)
    await using db = await openDatabase({ path: ':memory:' })
    await fill(db, early)
    const alone = await extractTable(db, set, { boundary: '2024-02-29', rows: 'all' })
    await fill(db, { ...late, person: [] })
    const inside = await extractTable(db, set, { boundary: '2024-02-29', rows: 'all' })
    expect(inside.ids).toEqual(alone.ids)
    expect(bitsOf(inside).equals(bitsOf(alone))).toBe(true)
    expect((await extractTable(db, set, { boundary: '2024-12', rows: 'all' })).x.length).toBeGreaterThan(0)
  })

  test.each(FEATURE_SETS.map((set) => set.name))('%s: one thread and four give the same bits', async (name) => {
    const extracts: Extract[] = []
    for (const threads of [1, 4]) {
      await using db = await openDatabase({ path: ':memory:', threads })
      await db.run('PRAGMA verify_parallelism')
      await fill(db, early)
      extracts.push(await extractTable(db, featureSetByName(name), { boundary: '2024-12', rows: 'all' }))
    }
    const [one, four] = extracts as [Extract, Extract]
    expect(one.rows).toBeGreaterThan(0)
    expect(four.ids).toEqual(one.ids)
    expect(bitsOf(four).equals(bitsOf(one))).toBe(true)
  })

  test('rows without an audit are left out of training and stand in the table to score', async () => {
    await using db = await openDatabase({ path: ':memory:' })
    await fill(db, { person: [personA], claim: [claimOf('c1'), claimOf('c2')], label: [{ entity_kind: 'claim', id: 'c2', y: 1 }] })
    const set = featureSetByName('claim/1')
    expect((await extractTable(db, set, { boundary: '2024-03' })).ids).toEqual(['c2'])
    const all = await extractTable(db, set, { boundary: '2024-03', rows: 'all' })
    expect([all.ids, [...all.y]]).toEqual([
      ['c1', 'c2'],
      [0, 1],
    ])
  })

  test('an empty hospital has an empty table', async () => {
    await using db = await openDatabase({ path: ':memory:' })
    for (const set of FEATURE_SETS) expect(await extractTable(db, set, { boundary: '2024-03' })).toMatchObject({ rows: 0, ids: [] })
  })

  test('an unknown feature set is refused', () => {
    expect(() => featureSetByName('claim/0')).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
  })
})

describe('boundaries', () => {
  test.each([
    ['2024-02', '2024-03-01'],
    ['2024-12', '2025-01-01'],
    ['2024-02-29', '2024-03-01'],
    ['2023-12-31', '2024-01-01'],
  ])('%s ends at %s', (text, until) => {
    expect(parseBoundary(text).untilSql).toBe(`TIMESTAMP '${until} 00:00:00'`)
  })
  test.each(['2023-02-29', '2024-13', '2024', '2024-1', "2024-01-01'; DROP TABLE claim", ''])('%s is refused', (text) => {
    expect(() => parseBoundary(text)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
  })
  test('the last second of the boundary’s day is inside and the next day is not', async () => {
    await using db = await openDatabase({ path: ':memory:' })
    await fill(db, {
      person: [personA],
      claim: [claimOf('in', { settle_ts: '2024-03-31T23:59:59+08:00' }), claimOf('out', { settle_ts: '2024-04-01T00:00:00+08:00' })],
    })
    for (const boundary of ['2024-03', '2024-03-31'])
      expect((await extractTable(db, featureSetByName('claim/1'), { boundary, rows: 'all' })).ids).toEqual(['in'])
  })
})
