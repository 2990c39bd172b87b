// One contract, every store. `reopen` is what a daemon does after kill -9: a new store over what the old one left.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { createDisk, createMemoryStore } from '../../../core/store/memory.ts'
import { openSqliteStore } from '../../../core/store/sqlite.ts'
import type { JournalEntry, Store } from '../../../core/store/store.ts'

const folders: string[] = []
const opened: Store[] = []
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'consilium-store-'))
  folders.push(folder)
  return folder
}
afterEach(async () => {
  for (const store of opened.splice(0)) await store[Symbol.asyncDispose]()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
const tracked = (store: Store): Store => {
  opened.push(store)
  return store
}

interface Kind {
  readonly name: string
  create(): { open: () => Store }
}
const KINDS: readonly Kind[] = [
  {
    name: 'memory',
    create() {
      const disk = createDisk()
      return { open: () => tracked(createMemoryStore(disk)) }
    },
  },
  {
    name: 'sqlite',
    create() {
      const folder = newFolder()
      return { open: () => tracked(openSqliteStore(join(folder, 'deep', 'store'))) }
    },
  },
]

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)
const entriesOf = (store: Store): Promise<JournalEntry[]> => Array.fromAsync(store.entries())
const coded = (code: string) => expect.objectContaining({ name: 'ConsiliumError', code })

describe.each(KINDS)('the $name store', ({ create }) => {
  describe('journal', () => {
    test('numbers entries from 1 without gaps and gives them back in order, also after it is opened again', async () => {
      const disk = create()
      const store = disk.open()
      expect(await store.append('first', bytes(1, 2), 1_000)).toBe(1)
      expect(await Promise.all([store.append('second', bytes(), 900), store.append('third', bytes(0xff), 2 ** 52)])).toEqual([2, 3])
      const expected = [
        { seq: 1, kind: 'first', body: bytes(1, 2), atMs: 1_000 },
        { seq: 2, kind: 'second', body: bytes(), atMs: 900 },
        { seq: 3, kind: 'third', body: bytes(0xff), atMs: 2 ** 52 },
      ]
      expect(await entriesOf(store)).toEqual(expected)
      await store[Symbol.asyncDispose]()
      const again = disk.open()
      expect(await entriesOf(again)).toEqual(expected)
      expect(await again.append('fourth', bytes(), 0)).toBe(4)
    })

    test('keeps its own copy of a body, on the way in and out', async () => {
      const store = create().open()
      const body = bytes(1)
      await store.append('a', body, 0)
      body[0] = 9
      ;(await entriesOf(store))[0]?.body.fill(9)
      expect((await entriesOf(store))[0]?.body).toEqual(bytes(1))
    })

    test('shows an iteration what was there when it began, while entries are added', async () => {
      const store = create().open()
      await store.append('a', bytes(), 0)
      await store.append('b', bytes(), 0)
      const seen: string[] = []
      for await (const entry of store.entries()) {
        seen.push(entry.kind)
        await store.append('later', bytes(), 0)
      }
      expect(seen).toEqual(['a', 'b'])
    })

    test('takes several entries in one commit: all of them in order, or none', async () => {
      const disk = create()
      const store = disk.open()
      await store.append('a', bytes(1), 1)
      const batch = ['b', 'c', 'd'].map((kind, i) => ({ kind, body: bytes(i), atMs: 5 }))
      expect(await store.appendAll(batch)).toBe(4)
      expect((await entriesOf(store)).map((e) => [e.seq, e.kind])).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
        [4, 'd'],
      ])
      const other = disk.open()
      await other.append('e', bytes(), 0)
      await expect(store.appendAll(batch)).rejects.toEqual(coded('STORE'))
      await expect(other.appendAll([])).rejects.toEqual(coded('STORE'))
      expect((await entriesOf(other)).map((e) => e.kind).join('')).toBe('abcde')
    })

    test('refuses to go on where another store has written meanwhile', async () => {
      const disk = create()
      const stale = disk.open()
      await stale.append('a', bytes(), 0)
      const fresh = disk.open()
      await fresh.append('b', bytes(), 0)
      await expect(stale.append('c', bytes(), 0)).rejects.toEqual(coded('STORE'))
      expect((await entriesOf(fresh)).map((e) => e.kind)).toEqual(['a', 'b'])
      expect(await fresh.append('d', bytes(), 0)).toBe(3)
    })
  })

  describe('blobs', () => {
    test('are put, replaced, read whole or in part, listed and deleted, also after opening again', async () => {
      const disk = create()
      const store = disk.open()
      await store.putBlob('b', bytes(1, 2, 3))
      await store.putBlob('a.x', bytes())
      await store.putBlob('b', bytes(4, 5, 6, 7))
      const again = disk.open()
      expect(await again.blobNames()).toEqual(['a.x', 'b'])
      expect([await again.blobSize('b'), await again.blobSize('a.x'), await again.blobSize('none')]).toEqual([4, 0, null])
      expect(await again.readBlob('b')).toEqual(bytes(4, 5, 6, 7))
      expect(await again.readBlob('b', 1, 2)).toEqual(bytes(5, 6))
      expect(await again.readBlob('b', 3, 99)).toEqual(bytes(7))
      expect(await again.readBlob('b', 4)).toEqual(bytes())
      expect(await again.readBlob('b', 40, 1)).toEqual(bytes())
      expect(await again.readBlob('b', 2, 0)).toEqual(bytes())
      await again.deleteBlob('b')
      await again.deleteBlob('b')
      expect(await again.blobNames()).toEqual(['a.x'])
      expect(await disk.open().blobSize('b')).toBeNull()
    })

    test('grow only at their end: any other offset is refused and changes nothing', async () => {
      const store = create().open()
      await store.appendBlob('spool', 0, bytes(1, 2))
      await store.appendBlob('spool', 2, bytes(3))
      for (const offset of [0, 1, 2, 4, -1, 1.5, Number.NaN]) await expect(store.appendBlob('spool', offset, bytes(9))).rejects.toEqual(coded('OFFSET'))
      await expect(store.appendBlob('other', 1, bytes(9))).rejects.toEqual(coded('OFFSET'))
      await store.syncBlob('spool')
      expect(await store.readBlob('spool')).toEqual(bytes(1, 2, 3))
      expect(await store.blobNames()).toEqual(['spool'])
    })

    test('take one of several appends that race for the same offset', async () => {
      const store = create().open()
      const racers = Array.from({ length: 8 }, (_, i) => store.appendBlob('spool', 0, new Uint8Array(5_000).fill(i)))
      const outcomes = await Promise.allSettled(racers)
      expect(outcomes.filter((o) => o.status === 'fulfilled')).toHaveLength(1)
      for (const o of outcomes) if (o.status === 'rejected') expect(o.reason).toEqual(coded('OFFSET'))
      const winner = outcomes.findIndex((o) => o.status === 'fulfilled')
      expect(await store.readBlob('spool')).toEqual(new Uint8Array(5_000).fill(winner))
    })

    test('are always one whole value while several puts and reads race', async () => {
      const store = create().open()
      const value = (i: number): Uint8Array => new Uint8Array(20_000).fill(i)
      await store.putBlob('b', value(0))
      const calls = Array.from({ length: 10 }, async (_, i) => {
        await store.putBlob('b', value(i))
        const read = await store.readBlob('b')
        expect(read).toEqual(value(read[0] as number))
      })
      await Promise.all(calls)
    })

    test('that are not there are NOT_FOUND, and an offset that is no place is OFFSET', async () => {
      const store = create().open()
      await expect(store.readBlob('none')).rejects.toEqual(coded('NOT_FOUND'))
      await expect(store.syncBlob('none')).rejects.toEqual(coded('NOT_FOUND'))
      await store.putBlob('b', bytes(1, 2))
      for (const offset of [-1, 0.5, Number.NaN]) await expect(store.readBlob('b', offset)).rejects.toEqual(coded('OFFSET'))
    })

    test('keep their own copy of the bytes', async () => {
      const store = create().open()
      const mine = bytes(1)
      await store.putBlob('b', mine)
      mine[0] = 9
      const theirs = await store.readBlob('b')
      theirs[0] = 8
      expect(await store.readBlob('b')).toEqual(bytes(1))
    })

    test.each(['', '.', '..', '.hidden', 'a/b', '../up', 'a\\b', 'a\0', 'a b', 'ä', 'a\n', 'x'.repeat(201)])('cannot be named %j', async (name) => {
      const store = create().open()
      for (const call of [
        () => store.putBlob(name, bytes(1)),
        () => store.appendBlob(name, 0, bytes(1)),
        () => store.syncBlob(name),
        () => store.blobSize(name),
        () => store.readBlob(name),
        () => store.deleteBlob(name),
      ])
        await expect(call()).rejects.toEqual(coded('STORE'))
      expect(await store.blobNames()).toEqual([])
    })

    test('may have the longest name', async () => {
      const store = create().open()
      await store.putBlob('x'.repeat(200), bytes(1))
      expect(await store.readBlob('x'.repeat(200))).toEqual(bytes(1))
    })
  })

  test('once disposed of refuses everything by code; disposing again does nothing', async () => {
    const store = create().open()
    await store.append('a', bytes(), 0)
    await store[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
    for (const call of [
      () => store.append('b', bytes(), 0),
      () => entriesOf(store),
      () => store.putBlob('b', bytes()),
      () => store.readBlob('b'),
      () => store.blobNames(),
    ])
      await expect(call()).rejects.toEqual(coded('STORE'))
  })

  test('finishes what it was told before it is disposed of', async () => {
    const disk = create()
    const store = disk.open()
    const value = new Uint8Array(100_000).fill(7)
    const put = store.putBlob('b', value)
    await store[Symbol.asyncDispose]()
    await put
    expect(await disk.open().readBlob('b')).toEqual(value)
  })
})

test('both stores answer any list of calls alike', async () => {
  const name = fc.constantFrom('a', 'b', '.c')
  const call = fc.oneof(
    fc.record({ do: fc.constant('append' as const), kind: fc.string(), body: fc.uint8Array({ maxLength: 5 }) }),
    fc.record({ do: fc.constant('put' as const), name, body: fc.uint8Array({ maxLength: 5 }) }),
    fc.record({ do: fc.constant('grow' as const), name, offset: fc.integer({ min: -1, max: 6 }), body: fc.uint8Array({ maxLength: 5 }) }),
    fc.record({ do: fc.constant('read' as const), name, offset: fc.integer({ min: -1, max: 6 }), length: fc.integer({ min: -1, max: 6 }) }),
    fc.record({ do: fc.constant('sync' as const), name }),
    fc.record({ do: fc.constant('delete' as const), name }),
    fc.record({ do: fc.constant('reopen' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 15 }), async (calls) => {
      const answers = await Promise.all(
        KINDS.map(async (kind) => {
          const disk = kind.create()
          let store = disk.open()
          const perform = async (c: (typeof calls)[number]): Promise<unknown> => {
            switch (c.do) {
              case 'append':
                return await store.append(c.kind, c.body, 5)
              case 'put':
                return await store.putBlob(c.name, c.body)
              case 'grow':
                return await store.appendBlob(c.name, c.offset, c.body)
              case 'read':
                return await store.readBlob(c.name, c.offset, c.length)
              case 'sync':
                return await store.syncBlob(c.name)
              case 'delete':
                return await store.deleteBlob(c.name)
              case 'reopen':
                await store[Symbol.asyncDispose]()
                store = disk.open()
                return
              default:
                return c satisfies never
            }
          }
          const out: unknown[] = []
          for (const c of calls) out.push(await perform(c).catch((error: { code: unknown }) => ({ code: error.code })))
          return [out, await entriesOf(store), await store.blobNames()]
        }),
      )
      expect(answers[1]).toEqual(answers[0])
    }),
    { numRuns: 40 },
  )
})

describe('the sqlite store', () => {
  test('lets nobody else read its files', async () => {
    const folder = join(newFolder(), 'store')
    const store = tracked(openSqliteStore(folder))
    await store.append('a', bytes(1), 0)
    await store.putBlob('put', bytes(1))
    await store.appendBlob('grown', 0, bytes(1))
    for (const path of ['', 'blobs', 'journal.sqlite', 'journal.sqlite-wal', 'blobs/put', 'blobs/grown'])
      expect(statSync(join(folder, path)).mode & 0o077).toBe(0)
  })

  test('shows no half-written blob and sweeps it before its first put, not when it is only read', async () => {
    const folder = join(newFolder(), 'store')
    const store = tracked(openSqliteStore(folder))
    const half = join(folder, 'blobs', '.key.half')
    await writeFile(half, 'half a secret')
    expect(await store.blobNames()).toEqual([])
    expect(await store.blobSize('key')).toBeNull()
    expect(() => statSync(half)).not.toThrow()
    await store.putBlob('other', bytes(1))
    expect(() => statSync(half)).toThrow('ENOENT')
  })

  test('that cannot be opened says so by code', async () => {
    const file = join(newFolder(), 'file')
    await writeFile(file, 'no folder')
    expect(() => openSqliteStore(file)).toThrow(coded('STORE'))
    const broken = newFolder()
    await writeFile(join(broken, 'journal.sqlite'), 'not a database, but long enough to look like one'.repeat(100))
    expect(() => openSqliteStore(broken)).toThrow(coded('STORE'))
  })
})
