// The journal in SQLite (WAL, synchronous=FULL: a commit is on the disk), blobs as files beside it.
import { mkdirSync } from 'node:fs'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { refuse } from '../errors.ts'
import { isBlobName, type JournalEntry, type Store } from './store.ts'

/** Opens or creates the store in `folder` (mode 0700). @throws STORE. */
export function openSqliteStore(folder: string): Store {
  const blobs = join(folder, 'blobs')
  let db: DatabaseSync
  try {
    mkdirSync(blobs, { recursive: true, mode: 0o700 })
    db = new DatabaseSync(join(folder, 'journal.sqlite'))
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000')
    db.exec('CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL) STRICT')
  } catch (error) {
    throw refuse('STORE', `cannot open the store in ${folder}`, error)
  }
  const insert = db.prepare('INSERT INTO journal (at_ms, kind, body) VALUES (?, ?, ?)')
  const path = (name: string): string => {
    if (!isBlobName(name)) throw refuse('STORE', `blob name ${JSON.stringify(name)}`)
    return join(blobs, name)
  }
  const sizeOf = async (name: string): Promise<number | null> => {
    try {
      return (await stat(path(name))).size
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }
  const syncFolder = async (): Promise<void> => {
    await using handle = await open(blobs, 'r')
    await handle.sync()
  }
  return {
    async append(kind, body, atMs) {
      return Number(insert.run(atMs, kind, body).lastInsertRowid)
    },
    async *entries() {
      const rows = db.prepare('SELECT seq, at_ms, kind, body FROM journal ORDER BY seq').all() as {
        seq: number
        at_ms: number
        kind: string
        body: Uint8Array
      }[]
      for (const row of rows) yield { seq: row.seq, atMs: row.at_ms, kind: row.kind, body: new Uint8Array(row.body) } satisfies JournalEntry
    },
    async putBlob(name, bytes) {
      const target = path(name)
      const half = join(blobs, `.${name}.half`)
      {
        await using handle = await open(half, 'w', 0o600)
        await handle.writeFile(bytes)
        await handle.sync()
      }
      await rename(half, target)
      await syncFolder()
    },
    async appendBlob(name, offset, bytes) {
      const size = (await sizeOf(name)) ?? 0
      if (size !== offset) throw refuse('OFFSET', `${name}: ${size} bytes there, ${offset} asked`)
      await using handle = await open(path(name), 'a', 0o600)
      await handle.writeFile(bytes)
    },
    async syncBlob(name) {
      {
        await using handle = await open(path(name), 'r+')
        await handle.sync()
      }
      await syncFolder()
    },
    blobSize: sizeOf,
    async readBlob(name, offset = 0, length = Number.POSITIVE_INFINITY) {
      const size = await sizeOf(name)
      if (size === null) throw refuse('NOT_FOUND', `no blob ${name}`)
      const bytes = new Uint8Array(Math.max(0, Math.min(size - offset, length)))
      await using handle = await open(path(name), 'r')
      let done = 0
      while (done < bytes.length) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, offset + done)
        if (bytesRead === 0) throw refuse('STORE', `blob ${name} ended early`)
        done += bytesRead
      }
      return bytes
    },
    async deleteBlob(name) {
      await rm(path(name), { force: true })
    },
    async blobNames() {
      return (await readdir(blobs)).filter(isBlobName).sort()
    },
    async [Symbol.asyncDispose]() {
      db.close()
    },
  }
}
