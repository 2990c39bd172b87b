// A store for long runs without restarts: blobs as in memory, a journal of which the length alone is kept. What lives in the process is then what the
// daemons keep, not what a disk would.
import { createDisk, createMemoryStore } from '../../core/store/memory.ts'
import type { Store } from '../../core/store/store.ts'

export interface UnreadStore {
  readonly store: Store
  readonly entries: () => number
  readonly journalBytes: () => number
  readonly blobBytes: () => number
}

export function createUnreadStore(): UnreadStore {
  const disk = createDisk()
  const memory = createMemoryStore(disk)
  const count = { entries: 0, bytes: 0 }
  const store: Store = {
    ...memory,
    async appendAll(entries) {
      for (const { body } of entries) {
        count.entries++
        count.bytes += body.length
      }
      return count.entries
    },
    append: (kind, body, atMs) => store.appendAll([{ kind, body, atMs }]),
    [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose](),
  }
  const blobBytes = (): number => [...disk.blobs.values()].reduce((sum, bytes) => sum + bytes.length, 0)
  return { store, entries: () => count.entries, journalBytes: () => count.bytes, blobBytes }
}
