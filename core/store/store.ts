// Store: an append-only journal and named blobs. What append() or a blob call has resolved for survives kill -9. Calls on one
// blob take effect in the order in which they were made. One process writes a store at a time.
import { refuse } from '../errors.ts'

export interface JournalEntry {
  /** 1, 2, 3, ... without gaps. */
  readonly seq: number
  readonly atMs: number
  readonly kind: string
  readonly body: Uint8Array
}

/** After it is disposed of, every call rejects with STORE. */
export type NewEntry = Omit<JournalEntry, 'seq'>

export interface Store extends AsyncDisposable {
  /** Durable before it resolves; returns the entry's number. @throws STORE, also where another process has written meanwhile. */
  append(kind: string, body: Uint8Array, atMs: number): Promise<number>
  /** All of them, in order, or none: one commit. Returns the last one's number. At least one entry. */
  appendAll(entries: readonly NewEntry[]): Promise<number>
  /** All entries that are there at the first step of the iteration, in order. */
  entries(): AsyncIterable<JournalEntry>
  /** Writes the whole blob, durable and atomic before it resolves. Names: [A-Za-z0-9._-], no leading dot, at most 200. */
  putBlob(name: string, bytes: Uint8Array): Promise<void>
  /** Appends at `offset`, which must equal the blob's present size (0 where there is none). @throws OFFSET. Durable after syncBlob. */
  appendBlob(name: string, offset: number, bytes: Uint8Array): Promise<void>
  /** Makes appended bytes durable. @throws NOT_FOUND. */
  syncBlob(name: string): Promise<void>
  /** null where there is none. */
  blobSize(name: string): Promise<number | null>
  /** `length` is clipped to the blob's end. @throws NOT_FOUND | OFFSET where the offset is not a whole number from 0 on. */
  readBlob(name: string, offset?: number, length?: number): Promise<Uint8Array>
  /** Removes the blob; nothing happens where there is none. */
  deleteBlob(name: string): Promise<void>
  blobNames(): Promise<readonly string[]>
}

/** A file name on every system. @throws STORE. */
export function checkBlobName(name: string): string {
  if (!isBlobName(name)) throw refuse('STORE', `blob name ${JSON.stringify(name.slice(0, 220))}`)
  return name
}

export function checkOffset(name: string, offset: number): void {
  if (!Number.isSafeInteger(offset) || offset < 0) throw refuse('OFFSET', `${name}: offset ${offset}`)
}

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/
export const isBlobName = (name: string): boolean => NAME.test(name)
