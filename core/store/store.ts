// Store: an append-only journal and named blobs. What append() or a blob call has resolved for survives kill -9.
export interface JournalEntry {
  /** 1, 2, 3, ... without gaps. */
  readonly seq: number
  readonly atMs: number
  readonly kind: string
  readonly body: Uint8Array
}

export interface Store extends AsyncDisposable {
  /** Durable before it resolves; returns the entry's number. */
  append(kind: string, body: Uint8Array, atMs: number): Promise<number>
  /** All entries in order. */
  entries(): AsyncIterable<JournalEntry>
  /** Writes the whole blob, durable and atomic before it resolves. Names: [A-Za-z0-9._-], no leading dot, at most 200. */
  putBlob(name: string, bytes: Uint8Array): Promise<void>
  /** Appends at `offset`, which must equal the blob's present size (0 where there is none). @throws OFFSET. Durable after syncBlob. */
  appendBlob(name: string, offset: number, bytes: Uint8Array): Promise<void>
  /** Makes appended bytes durable. */
  syncBlob(name: string): Promise<void>
  /** null where there is none. */
  blobSize(name: string): Promise<number | null>
  /** @throws NOT_FOUND. `length` is clipped to the blob's end. */
  readBlob(name: string, offset?: number, length?: number): Promise<Uint8Array>
  /** Removes the blob; nothing happens where there is none. */
  deleteBlob(name: string): Promise<void>
  blobNames(): Promise<readonly string[]>
}

const NAME = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/
export const isBlobName = (name: string): boolean => NAME.test(name)
