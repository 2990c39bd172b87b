// The published CMS claims, from the zip files to features: they lie beside the project and are never copied into it.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClaimsDatabase, type Extract, extractTable, featureSetByName, importCms, importCsv, openDatabase, splitTable } from '../../claims/index.ts'
import { SecretBytes } from '../../core/secret.ts'
import { metricsOfScores } from '../../models/metrics.ts'
import { fitLogistic, joinTables } from '../../models/pooled.ts'
import { scoreRows } from '../../models/score.ts'
import { CMS_BOUNDARY, CMS_FEATURE_SET, type CmsHospital, cmsHospitals, groupStates } from '../../simulations/cms.ts'

const CMS = join(import.meta.dirname, '../../../shared/data/cms-provider-fraud')
const there = existsSync(CMS)
const title = there ? 'the CMS claims' : 'the CMS claims (SKIPPED: ../shared/data/cms-provider-fraud is absent)'
const set = featureSetByName(CMS_FEATURE_SET)

describe('states into hospitals', () => {
  const someStates = fc
    .array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 60 })
    .map((counts) => counts.map((providers, i) => ({ state: `s${i}`, providers })))

  test('every state goes to exactly one hospital, in order, and no hospital is empty', () => {
    fc.assert(
      fc.property(someStates, fc.nat(), fc.string(), (states, pick, seed) => {
        const hospitals = 1 + (pick % states.length)
        const groups = groupStates(states, { hospitals, seed })
        expect(groups.length).toBe(hospitals)
        expect(groups.flat()).toEqual(states.map((s) => s.state))
        expect(groups.every((group) => group.length > 0)).toBe(true)
      }),
    )
  })

  test('the cut is a function of the seed', () => {
    const states = Array.from({ length: 52 }, (_, i) => ({ state: `s${i}`, providers: 40 }))
    const cut = (seed: string): string => JSON.stringify(groupStates(states, { hospitals: 5, seed }))
    expect(cut('a')).toBe(cut('a'))
    expect(new Set(['a', 'b', 'c', 'd'].map(cut)).size).toBeGreaterThan(1)
  })

  test('more hospitals than states are refused', () => {
    expect(() => groupStates([{ state: 's', providers: 1 }], { hospitals: 2, seed: '' })).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
  })
})

describe.skipIf(!there)(title, () => {
  const out = mkdtempSync(join(tmpdir(), 'consilium-cms-'))
  let hospitals: readonly CmsHospital[]
  const extracts: Extract[] = []
  let cpuSeconds = 0
  beforeAll(async () => {
    const before = process.cpuUsage()
    hospitals = await cmsHospitals(CMS, { out, hospitals: 5, seed: 'test' })
    for (const { folder } of hospitals) {
      await using db = await openDatabase({ path: ':memory:' })
      expect((await importCsv(db, folder)).refused).toBe(0)
      extracts.push(await extractTable(db, set, { boundary: CMS_BOUNDARY }))
    }
    const used = process.cpuUsage(before)
    cpuSeconds = (used.user + used.system) / 1e6
  }, 120_000)
  afterAll(() => rmSync(out, { recursive: true, force: true }))

  test('five hospitals of uneven size hold each of the 2,092 providers with inpatient claims once, 440 of them fraudulent', () => {
    expect(hospitals.map((h) => h.hospital)).toEqual(['cms-1', 'cms-2', 'cms-3', 'cms-4', 'cms-5'])
    const ids = extracts.flatMap((e) => e.ids)
    expect(ids.length).toBe(2092)
    expect(new Set(ids).size).toBe(2092)
    expect(extracts.flatMap((e) => [...e.y]).filter((y) => y === 1).length).toBe(440)
    expect(hospitals.reduce((n, h) => n + h.claims, 0)).toBe(40_474)
    const sizes = hospitals.map((h) => h.providers)
    expect(sizes).toEqual(extracts.map((e) => e.rows))
    expect(Math.max(...sizes)).toBeGreaterThan(1.5 * Math.min(...sizes))
  })

  test('states stay whole and in the order of their codes', () => {
    const states = hospitals.flatMap((h) => h.states)
    expect(states).toEqual([...states].sort())
    expect(new Set(states).size).toBe(states.length)
  })

  test('no published person id is in any folder', () => {
    for (const { folder } of hospitals) for (const file of readdirSync(folder)) expect(readFileSync(join(folder, file), 'utf8')).not.toContain('BENE')
  })

  test('from zip to five tables takes less than 12 s of computing', () => {
    expect(cpuSeconds).toBeLessThan(12)
  })

  test('a pooled logistic regression on provider/1 reaches an AUC of 0.88, mean of five splits 70/30 by provider', async () => {
    const aucs: number[] = []
    for (const seed of ['1', '2', '3', '4', '5']) {
      const splits = extracts.map((e) => splitTable(e, e.groups, seed, 30))
      const heldOut = joinTables(splits.map((s) => s.heldOut))
      const { logit } = scoreRows(await fitLogistic(joinTables(splits.map((s) => s.train))), heldOut)
      aucs.push(metricsOfScores({ logit, label: heldOut.y, amountFen: heldOut.amountFen }).auc)
    }
    expect(aucs.reduce((a, b) => a + b, 0) / aucs.length).toBeGreaterThanOrEqual(0.88)
  }, 60_000)
})

describe.skipIf(!there)(`${title}, all in one database`, () => {
  let db: ClaimsDatabase
  beforeAll(async () => {
    db = await openDatabase({ path: ':memory:' })
    using personKey = new SecretBytes(new Uint8Array(32).fill(1))
    await importCms(db, CMS, { personKey })
  }, 120_000)
  afterAll(() => db[Symbol.asyncDispose]())

  test('the quirks of the publication are read as meant', async () => {
    const one = async (sql: string): Promise<unknown> => Object.values((await db.rows(sql))[0] ?? {})[0]
    // CLM46614, the first row of the publication: BENE11001, male, born 1943, state 39, 26,000 + 1,068 dollars, nine diagnoses and one at admission
    expect(
      await db.rows(
        `SELECT total_amt, fund_amt, self_amt, insu_region, strftime(settle_ts, '%Y-%m-%d %H') AS settled, sex, birth_year, conditions, death_ts FROM claim JOIN person USING (person_id) WHERE claim_id = 'CLM46614'`,
      ),
    ).toEqual([
      {
        total_amt: 2_706_800n,
        fund_amt: 2_600_000n,
        self_amt: 106_800n,
        insu_region: '39',
        settled: '2009-04-18 00',
        sex: 'male',
        birth_year: 1943,
        conditions: 'alzheimer kidney depression diabetes ischemic_heart arthritis stroke',
        death_ts: null,
      },
    ])
    expect(await db.rows(`SELECT string_agg(code, ' ' ORDER BY seq) AS codes, max(seq) AS last FROM diagnosis WHERE claim_id = 'CLM46614'`)).toEqual([
      { codes: '1970 4019 5853 7843 2768 71590 2724 19889 5849 7866', last: 11 },
    ])
    expect(await one(`SELECT kind FROM diagnosis WHERE claim_id = 'CLM46614' AND seq = 11`)).toBe('admit')
    expect(await one('SELECT count(*) FROM claim')).toBe(40_474n)
    expect(await one('SELECT count(*) FROM line')).toBe(0n)
    expect(await one('SELECT count(*) FROM claim WHERE physician_id IS NULL')).toBe(112n)
    expect(await one(`SELECT count(*) FROM claim JOIN person USING (person_id) WHERE list_contains(string_split(conditions, ' '), 'renal')`)).toBeGreaterThan(
      5000n,
    )
    expect(await one(`SELECT count(*) FROM person WHERE person_id LIKE 'BENE%' OR NOT regexp_full_match(person_id, '[0-9a-f]{32}')`)).toBe(0n)
  })

  test('one thread and two give the same bits over 40,474 stays', async () => {
    const tables: Extract[] = []
    for (const threads of [1, 2]) {
      await db.run(`SET threads = ${threads}`)
      tables.push(await extractTable(db, set, { boundary: CMS_BOUNDARY }))
    }
    const [one, two] = tables.map((e) => Buffer.from(new Uint8Array(e.x.buffer))) as [Buffer, Buffer]
    expect(one.length).toBe(2092 * set.features.length * 8)
    expect(two.equals(one)).toBe(true)
  }, 60_000)

  test('a folder that is not the publication is refused by name', async () => {
    await using empty = await openDatabase({ path: ':memory:' })
    using personKey = new SecretBytes(new Uint8Array(32))
    await expect(importCms(empty, tmpdir(), { personKey })).rejects.toMatchObject({ code: 'BAD_DATA', message: expect.stringContaining('Train_Inpatientdata') })
  })
})
