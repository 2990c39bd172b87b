import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClaimsDatabase, importCsv, openDatabase, type RowError, rowErrorText, TABLE_NAMES } from '../../claims/index.ts'
import { type Cells, claimOf, createFolder, csvText, folderOf, lineOf, personA, type Tables } from './canonical-folder.ts'

async function imported(tables: Tables, change: (folder: ReturnType<typeof folderOf>) => void = () => undefined) {
  using folder = folderOf(tables)
  change(folder)
  for (const name of [...TABLE_NAMES].reverse()) await db.run(`DELETE FROM "${name}"`)
  const errors: RowError[] = []
  const report = await importCsv(db, folder.path, { onRowError: (error) => errors.push(error) })
  const counts: Record<string, number> = {}
  for (const name of Object.keys(report.tables)) counts[name] = Number((await db.rows(`SELECT count(*) AS n FROM "${name}"`))[0]?.['n'])
  return { report, errors, counts }
}

const good: Tables = { person: [personA], claim: [claimOf('c1'), claimOf('c2')], line: [lineOf('c1', 'l1')] }

/** One claim among good ones, with this change, is refused with this error. */
const badClaims: readonly (readonly [what: string, change: Cells, column: string, code: string])[] = [
  ['an empty required cell', { person_id: '' }, 'person_id', 'MISSING'],
  ['an amount with a point', { total_amt: '100.50' }, 'total_amt', 'BAD_VALUE'],
  ['a negative amount', { fund_amt: -5 }, 'fund_amt', 'BAD_VALUE'],
  ['an amount in words', { total_amt: 'NaN' }, 'total_amt', 'BAD_VALUE'],
  ['an amount past its digits', { total_amt: '9999999999999' }, 'total_amt', 'BAD_VALUE'],
  ['an amount with a blank', { total_amt: ' 100' }, 'total_amt', 'BAD_VALUE'],
  ['a time without offset', { settle_ts: '2024-03-01T09:00:00' }, 'settle_ts', 'BAD_VALUE'],
  ['a time of another offset', { settle_ts: '2024-03-01T09:00:00Z' }, 'settle_ts', 'BAD_VALUE'],
  ['a day that does not exist', { settle_ts: '2024-02-30T09:00:00+08:00' }, 'settle_ts', 'BAD_VALUE'],
  ['a bare date', { admit_ts: '2024-02-03' }, 'admit_ts', 'BAD_VALUE'],
  ['a word off its list', { visit_type: 'Inpatient' }, 'visit_type', 'BAD_VALUE'],
  ['a boolean as a number', { id_verified: 1 }, 'id_verified', 'BAD_VALUE'],
  ['an id past its length', { physician_id: 'd'.repeat(65) }, 'physician_id', 'BAD_VALUE'],
  ['a discharge before its admission', { admit_ts: '2024-02-03T00:00:00+08:00', discharge_ts: '2024-02-02T00:00:00+08:00' }, 'discharge_ts', 'CONTRADICTION'],
  ['a person who is not there', { person_id: 'nobody' }, 'person_id', 'UNKNOWN'],
  ['a key that is taken', { claim_id: 'c1' }, 'claim_id', 'DUPLICATE'],
  ['a newline in an id', { dept: 'a\nb' }, 'dept', 'BAD_VALUE'],
]

let db: ClaimsDatabase
beforeAll(async () => {
  db = await openDatabase({ path: ':memory:' })
})
afterAll(() => db[Symbol.asyncDispose]())

describe('CSV rows', () => {
  test('a good folder goes in whole, optional tables and columns may be absent, unknown columns are ignored and named', async () => {
    const { report, counts, errors } = await imported(good, (folder) => {
      folder.write('person.csv', 'birth_year,person_id,nickname,sex\n1950,pa,"x, y",female\n')
    })
    expect(errors).toEqual([])
    expect(counts).toEqual({ person: 1, claim: 2, diagnosis: 0, procedure: 0, line: 1, trace: 0, stock: 0, label: 0 })
    expect(report.tables.person?.ignoredColumns).toEqual(['nickname'])
    expect(report.tables.person?.absentColumns).toEqual(['insu_type', 'special_disease_from', 'conditions', 'death_ts'])
  })

  test('each of these is refused by line and column, and the good rows between them go in', async () => {
    const rows = badClaims.flatMap(([, change], i) => [claimOf(`bad${i}`, change), claimOf(`good${i}`)])
    const { counts, errors } = await imported({ ...good, claim: [claimOf('c1'), ...rows] })
    expect(errors.map((e) => [e.file, e.line, badClaims[(e.line - 3) / 2]?.[0], e.column, e.code])).toEqual(
      badClaims.map(([what, , column, code], i) => ['claim.csv', 3 + 2 * i, what, column, code]),
    )
    expect(counts['claim']).toBe(1 + badClaims.length)
  })

  test.each([
    ['a decimal past its scale', { qty: '1.00001' }, 'qty'],
    ['a number with an exponent', { qty: '1e3' }, 'qty'],
    ['a negative price', { unit_price: '-1' }, 'unit_price'],
    ['days with a fraction', { days_supply: '7.5' }, 'days_supply'],
  ])('in fee lines, %s is refused', async (_, change, column) => {
    const { counts, errors } = await imported({ ...good, line: [lineOf('c1', 'l1', change), lineOf('c1', 'l2')] })
    expect(errors.map((e) => [e.line, e.column, e.code])).toEqual([[2, column, 'BAD_VALUE']])
    expect(counts['line']).toBe(1)
  })

  test('a row of too few or too many cells, a stray quote and bytes of another encoding are refused by line', async () => {
    const { errors, counts } = await imported(good, (folder) => {
      const gb = Buffer.concat([Buffer.from('p3,'), Buffer.from([0xc4, 0xd0]), Buffer.from(',1950\n')])
      folder.write(
        'person.csv',
        Buffer.concat([Buffer.from('person_id,sex,birth_year\npa,female,1950\np1,male\np2,male,1950,x\n'), gb, Buffer.from('p4,"male,1950\np5,male,1960\n')]),
      )
    })
    expect(errors.map((e) => [e.line, e.code])).toEqual([
      [3, 'CELLS'],
      [4, 'CELLS'],
      [5, 'ENCODING'],
      [6, 'QUOTE'],
    ])
    expect(counts['person']).toBe(2)
  })

  test('a file in GB18030 is read when it is said to be one', async () => {
    using folder = folderOf(good)
    const [head, tail] = csvText('claim', [claimOf('c1', { dept: 'DEPT' })]).split('DEPT')
    folder.write('claim.csv', Buffer.concat([Buffer.from(head ?? ''), Buffer.from([0xc4, 0xda, 0xbf, 0xc6]), Buffer.from(tail ?? '')]))
    await using db = await openDatabase({ path: ':memory:' })
    await importCsv(db, folder.path, { encoding: 'gb18030' })
    expect(await db.rows('SELECT dept FROM claim')).toEqual([{ dept: '内科' }])
  })

  test('newlines inside quotes do not shift the lines of later errors', async () => {
    const { errors } = await imported(good, (folder) => {
      folder.write('person.csv', 'person_id,sex,birth_year,note\npa,female,1950,"one\ntwo\r\nthree"\np1,none,1950,"x"\n"p2",male,"abc",\n')
    })
    expect(errors.map((e) => [e.line, e.column])).toEqual([
      [5, 'sex'],
      [6, 'birth_year'],
    ])
  })

  test('what refers to a refused row is refused, and the rest of the claim file is not', async () => {
    const { errors, counts } = await imported({
      ...good,
      claim: [claimOf('c1', { total_amt: 'x' }), claimOf('c2')],
      line: [lineOf('c1', 'l1'), lineOf('c2', 'l1')],
    })
    expect(errors.map((e) => [e.file, e.line, e.code])).toEqual([
      ['claim.csv', 2, 'BAD_VALUE'],
      ['line.csv', 2, 'UNKNOWN'],
    ])
    expect(counts).toMatchObject({ claim: 1, line: 1 })
  })

  test('a second import refuses the keys of the first and takes the new rows', async () => {
    await using db = await openDatabase({ path: ':memory:' })
    using first = folderOf(good)
    using second = folderOf({ person: [{ ...personA, person_id: 'pb' }], claim: [claimOf('c2'), claimOf('c3', { person_id: 'pb' })] })
    await importCsv(db, first.path)
    const report = await importCsv(db, second.path)
    expect(report.tables.claim).toMatchObject({ imported: 1, refused: { DUPLICATE: 1 } })
    expect(await db.rows('SELECT claim_id FROM claim ORDER BY 1')).toEqual([{ claim_id: 'c1' }, { claim_id: 'c2' }, { claim_id: 'c3' }])
  })

  test('an error tells the outline of a value and never the value', async () => {
    const { errors } = await imported({ ...good, claim: [claimOf('c1', { total_amt: '张三13800138000Zk' })] })
    const [text = ''] = errors.map(rowErrorText)
    expect(text).toBe('claim.csv:2 total_amt: BAD_VALUE (looks like "字字99999999999Aa"), expected a whole number of fen, 0 or more')
    expect(text).not.toMatch(/张|138|Z/)
  })

  test('of any mix of good and bad rows, exactly the bad ones are refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('good', 'amount', 'cells', 'person', 'twice'), { minLength: 1, maxLength: 30 }), async (kinds) => {
        const rows = kinds.map((kind, i) => {
          const row = csvText('claim', [
            claimOf(kind === 'twice' ? 'same' : `c${i}`, kind === 'amount' ? { total_amt: 'x' } : kind === 'person' ? { person_id: 'q' } : {}),
          ]).split('\n')[1]
          return kind === 'cells' ? `${row},` : row
        })
        const { errors, counts } = await imported({ person: [personA] }, (folder) => folder.write('claim.csv', `${csvText('claim', [])}${rows.join('\n')}\n`))
        const firstTwice = kinds.indexOf('twice')
        const bad = kinds.flatMap((kind, i) => (kind === 'good' || i === firstTwice ? [] : [i + 2]))
        expect(errors.map((e) => e.line)).toEqual(bad)
        expect(counts['claim']).toBe(kinds.length - bad.length)
      }),
      { numRuns: 8 },
    )
  }, 60_000)
})

describe('CSV headers', () => {
  test.each([
    ['a missing column', 'claim.csv', 'claim_id,visit_id\n', /claim\.csv: the header lacks column person_id, .*expected claim_id,visit_id,person_id/],
    ['a column that stands twice', 'label.csv', 'entity_kind,id,y,id\n', /label\.csv: column "id" stands twice/],
    ['an empty file', 'line.csv', '', /line\.csv: the file is empty; expected a header row/],
    ['a file of another kind', 'person.csv', '{"person_id": 1}\n', /person\.csv:1: the header row cannot be read \(QUOTE\)/],
  ])('%s refuses the folder, naming file and column, and nothing is imported', async (_, file, content, message) => {
    using folder = folderOf(good)
    folder.write(file, content)
    await using db = await openDatabase({ path: ':memory:' })
    await expect(importCsv(db, folder.path)).rejects.toMatchObject({ code: 'BAD_DATA', message: expect.stringMatching(message) })
    expect(await db.rows('SELECT * FROM person')).toEqual([])
  })

  test('a folder without a required file is refused by its name', async () => {
    using folder = createFolder()
    await using db = await openDatabase({ path: ':memory:' })
    await expect(importCsv(db, folder.path)).rejects.toMatchObject({ code: 'BAD_DATA', message: expect.stringContaining('person.csv') })
  })

  test('a byte-order mark before the header is no part of it', async () => {
    const { counts } = await imported(good, (folder) => folder.write('person.csv', '\ufeffperson_id,sex,birth_year\r\npa,female,1950\r\n'))
    expect(counts).toMatchObject({ person: 1, claim: 2 })
  })
})
