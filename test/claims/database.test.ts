import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { importCsv, openDatabase, SCHEMA, TABLE_NAMES } from '../../claims/index.ts'
import { claimOf, createFolder, folderOf, personA } from './canonical-folder.ts'

describe('the claims database', () => {
  test('what was imported into a file is there when it is opened again', async () => {
    using folder = folderOf({ person: [personA], claim: [claimOf('c1')] })
    const path = join(folder.path, 'claims.duckdb')
    {
      await using db = await openDatabase({ path })
      await importCsv(db, folder.path)
    }
    await using db = await openDatabase({ path })
    expect(await db.rows('SELECT claim_id, total_amt FROM claim')).toEqual([{ claim_id: 'c1', total_amt: 10_000n }])
  })

  test('it has every canonical table with its columns, and refuses an absent value where the schema does', async () => {
    await using db = await openDatabase({ path: ':memory:' })
    for (const name of TABLE_NAMES) {
      const columns = await db.rows(
        `SELECT column_name AS name, is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_name = '${name}' ORDER BY ordinal_position`,
      )
      expect(columns).toEqual(SCHEMA[name].columns.map(({ name, nullable }) => ({ name, nullable })))
    }
    await expect(db.run(`INSERT INTO label (entity_kind, id) VALUES ('claim', 'c')`)).rejects.toThrow(/NOT NULL/)
  })

  test('SQL reads and writes no file unless the database was opened for that', async () => {
    using folder = createFolder()
    folder.write('secret.csv', 'a\n1\n')
    await using db = await openDatabase({ path: ':memory:' })
    await expect(db.rows(`SELECT * FROM '${join(folder.path, 'secret.csv')}'`)).rejects.toThrow(/disabled/)
    await expect(db.run(`COPY claim TO '${join(folder.path, 'out.csv')}'`)).rejects.toThrow(/disabled/)
    await expect(db.run(`SET enable_external_access = true`)).rejects.toThrow()
  })

  test('what a transaction did is undone when it fails', async () => {
    await using db = await openDatabase({ path: ':memory:' })
    const failing = db.transaction(async () => {
      await db.run(`INSERT INTO label (entity_kind, id, y) VALUES ('claim', 'c', 1)`)
      throw new RangeError('half-way')
    })
    await expect(failing).rejects.toThrow('half-way')
    expect(await db.rows('SELECT * FROM label')).toEqual([])
  })

  test('a path that cannot be opened is refused with a code', async () => {
    await expect(openDatabase({ path: '/nowhere/at/all/claims.duckdb' })).rejects.toMatchObject({ code: 'STORE' })
  })
})
