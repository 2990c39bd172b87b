import { refuse } from '../errors.ts'
import { isBlobName, type JournalEntry, type Store } from './store.ts'

/** What a memory store holds: give it to a second store and that one goes on, as a daemon does after kill -9. */
export interface Disk {
  readonly journal: JournalEntry[]
  readonly blobs: Map<string, Uint8Array>
}
export const createDisk = (): Disk => ({ journal: [], blobs: new Map() })

export function createMemoryStore(disk: Disk = createDisk()): Store {
  const checked = (name: string): string => {
    if (!isBlobName(name)) throw refuse('STORE', `blob name ${JSON.stringify(name)}`)
    return name
  }
  return {
    async append(kind, body, atMs) {
      disk.journal.push({ seq: disk.journal.length + 1, kind, body: body.slice(), atMs })
      return disk.journal.length
    },
    async *entries() {
      yield* disk.journal
    },
    async putBlob(name, bytes) {
      disk.blobs.set(checked(name), bytes.slice())
    },
    async appendBlob(name, offset, bytes) {
      const before = disk.blobs.get(checked(name)) ?? new Uint8Array()
      if (before.length !== offset) throw refuse('OFFSET', `${name}: ${before.length} bytes there, ${offset} asked`)
      const after = new Uint8Array(before.length + bytes.length)
      after.set(before)
      after.set(bytes, offset)
      disk.blobs.set(name, after)
    },
    async syncBlob() {},
    async blobSize(name) {
      return disk.blobs.get(checked(name))?.length ?? null
    },
    async readBlob(name, offset = 0, length = Number.POSITIVE_INFINITY) {
      const bytes = disk.blobs.get(checked(name))
      if (!bytes) throw refuse('NOT_FOUND', `no blob ${name}`)
      return bytes.slice(offset, Math.min(bytes.length, offset + length))
    },
    async deleteBlob(name) {
      disk.blobs.delete(checked(name))
    },
    async blobNames() {
      return [...disk.blobs.keys()].sort()
    },
    async [Symbol.asyncDispose]() {},
  }
}
