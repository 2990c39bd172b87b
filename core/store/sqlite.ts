// The journal in SQLite (WAL, synchronous=FULL: a commit is on the disk), blobs as files beside it.
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isRefusal, refuse } from '../errors.ts'
import { openBlobFolder } from './blob-folder.ts'
import type { NewEntry, Store } from './store.ts'

const SCHEMA =
  'CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL) STRICT'

interface Row {
  readonly seq: number
  readonly at_ms: number
  readonly kind: string
  readonly body: Uint8Array
}

/** Opens or creates the store in `folder` (mode 0700, files 0600). @throws STORE. */
export function openSqliteStore(folder: string): Store {
  const db = openDatabase(folder)
  const blobs = openBlobFolder(join(folder, 'blobs'))
  const insert = db.prepare('INSERT INTO journal (seq, at_ms, kind, body) VALUES (?, ?, ?, ?)')
  const last = db.prepare('SELECT coalesce(max(seq), 0) AS seq FROM journal')
  const all = db.prepare('SELECT seq, at_ms, kind, body FROM journal ORDER BY seq')
  let seq = (last.get() as { seq: number }).seq
  /** Calls that have not resolved; what they have written must not be cut off by closing. */
  const running = new Set<Promise<unknown>>()
  const guard = <T>(work: () => Promise<T> | T): Promise<T> => {
    const done = guarded(db, work)
    running.add(done)
    done.then(
      () => running.delete(done),
      () => running.delete(done),
    )
    return done
  }
  const insertAll = (entries: readonly NewEntry[]): number => {
    if (entries.length === 0) throw refuse('STORE', 'nothing to append')
    // Numbers are given, not drawn: where another process has appended meanwhile this fails, and nobody goes on from a stale state.
    const write = (): void => entries.forEach(({ atMs, kind, body }, i) => insert.run(seq + 1 + i, atMs, kind, body))
    if (entries.length === 1) write()
    else inTransaction(db, write)
    seq += entries.length
    return seq
  }
  return {
    append: (kind, body, atMs) => guard(() => insertAll([{ kind, body, atMs }])),
    appendAll: (entries) => guard(() => insertAll(entries)),
    async *entries() {
      const rows = (await guard(() => all.all())) as unknown as Row[]
      for (const row of rows) yield { seq: row.seq, atMs: row.at_ms, kind: row.kind, body: new Uint8Array(row.body) }
    },
    putBlob: (name, bytes) => guard(() => blobs.put(name, bytes)),
    appendBlob: (name, offset, bytes) => guard(() => blobs.append(name, offset, bytes)),
    syncBlob: (name) => guard(() => blobs.sync(name)),
    blobSize: (name) => guard(() => blobs.size(name)),
    readBlob: (name, offset, length) => guard(() => blobs.read(name, offset, length)),
    deleteBlob: (name) => guard(() => blobs.delete(name)),
    blobNames: () => guard(() => blobs.names()),
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(running)
      if (db.isOpen) db.close()
    },
  }
}

function inTransaction(db: DatabaseSync, write: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    write()
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

async function guarded<T>(db: DatabaseSync, work: () => Promise<T> | T): Promise<T> {
  if (!db.isOpen) throw refuse('STORE', 'the store is closed')
  try {
    return await work()
  } catch (error) {
    throw isRefusal(error) ? error : refuse('STORE', error instanceof Error ? error.message : String(error), error)
  }
}

function openDatabase(folder: string): DatabaseSync {
  const file = join(folder, 'journal.sqlite')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    // SQLite gives its other files the mode of this one.
    closeSync(openSync(file, 'a', 0o600))
    const db = new DatabaseSync(file)
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000')
    db.exec(SCHEMA)
    return db
  } catch (error) {
    throw refuse('STORE', `cannot open the store in ${folder}`, error)
  }
}
