import { refuse } from '../errors.ts'
import { checkBlobName, checkOffset, type JournalEntry, type NewEntry, type Store } from './store.ts'

/** What a memory store holds: give it to a second store and that one goes on, as a daemon does after kill -9. */
export interface Disk {
  readonly journal: JournalEntry[]
  readonly blobs: Map<string, Uint8Array>
}
export const createDisk = (): Disk => ({ journal: [], blobs: new Map() })

export function createMemoryStore(disk: Disk = createDisk()): Store {
  const { journal, blobs } = disk
  let closed = false
  /** The journal's length as this store knows it: longer means that another store writes the same disk. */
  let seq = journal.length
  const checkOpen = (): void => {
    if (closed) throw refuse('STORE', 'the store is closed')
  }
  const checked = (name: string): string => {
    checkOpen()
    return checkBlobName(name)
  }
  const found = (name: string): Uint8Array => {
    const bytes = blobs.get(checked(name))
    if (!bytes) throw refuse('NOT_FOUND', `no blob ${name}`)
    return bytes
  }
  const appendAll = (entries: readonly NewEntry[]): number => {
    checkOpen()
    if (entries.length === 0) throw refuse('STORE', 'nothing to append')
    if (journal.length !== seq) throw refuse('STORE', 'another process has written this store')
    for (const { kind, body, atMs } of entries) seq = journal.push({ seq: seq + 1, kind, body: body.slice(), atMs })
    return seq
  }
  return {
    append: async (kind, body, atMs) => appendAll([{ kind, body, atMs }]),
    appendAll: async (entries) => appendAll(entries),
    async *entries() {
      checkOpen()
      for (const entry of journal.slice()) yield { ...entry, body: entry.body.slice() }
    },
    async putBlob(name, bytes) {
      blobs.set(checked(name), bytes.slice())
    },
    async appendBlob(name, offset, bytes) {
      const before = blobs.get(checked(name)) ?? new Uint8Array()
      if (before.length !== offset) throw refuse('OFFSET', `${name}: ${before.length} bytes there, ${offset} asked`)
      const after = new Uint8Array(before.length + bytes.length)
      after.set(before)
      after.set(bytes, offset)
      blobs.set(name, after)
    },
    async syncBlob(name) {
      found(name)
    },
    async blobSize(name) {
      return blobs.get(checked(name))?.length ?? null
    },
    async readBlob(name, offset = 0, length = Number.POSITIVE_INFINITY) {
      checkOffset(checked(name), offset)
      const bytes = found(name)
      return bytes.slice(offset, Math.max(offset, offset + length))
    },
    async deleteBlob(name) {
      blobs.delete(checked(name))
    },
    async blobNames() {
      checkOpen()
      return [...blobs.keys()].sort()
    },
    async [Symbol.asyncDispose]() {
      closed = true
    },
  }
}
