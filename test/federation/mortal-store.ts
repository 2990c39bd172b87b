// A store whose owner dies at chosen entries of its journal: right before the entry is written, or right after. From then on the
// store is dead to it, as a disk is to a process that was killed with -9.
import { refuse } from '../../core/errors.ts'
import type { NewEntry, Store } from '../../core/store/store.ts'

export type DeathPoint = 'before' | 'after'

/** `dies(seq)`: whether this life ends at entry `seq`, and at which side of it; asked once for each append. `die` is called at that very moment. */
export function mortalStore(store: Store, dies: (seq: number) => DeathPoint | null, die: () => void): Store {
  let dead = false
  let seq = 0
  const alive = <T>(call: () => T): T => {
    if (dead) throw refuse('STORE', 'this process was killed')
    return call()
  }
  const guarded = <T>(call: () => Promise<T>): Promise<T> => new Promise((resolve) => resolve(alive(call)))
  function killed(): never {
    dead = true
    die()
    throw refuse('STORE', `killed at entry ${seq}`)
  }
  /** One by one: a death in the middle of a batch leaves its first entries, which is less kind than a real commit. */
  async function write(entries: readonly NewEntry[]): Promise<number> {
    for (const { kind, body, atMs } of entries) {
      const point = dies(seq + 1)
      if (point === 'before') killed()
      seq = await store.append(kind, body, atMs)
      if (point === 'after') killed()
    }
    return seq
  }
  return {
    append: (kind, body, atMs) => guarded(() => write([{ kind, body, atMs }])),
    appendAll: (entries) => guarded(() => write(entries)),
    async *entries() {
      for await (const entry of alive(() => store.entries())) {
        seq = entry.seq
        yield entry
      }
    },
    putBlob: (...args) => guarded(() => store.putBlob(...args)),
    appendBlob: (...args) => guarded(() => store.appendBlob(...args)),
    syncBlob: (...args) => guarded(() => store.syncBlob(...args)),
    blobSize: (...args) => guarded(() => store.blobSize(...args)),
    readBlob: (...args) => guarded(() => store.readBlob(...args)),
    deleteBlob: (...args) => guarded(() => store.deleteBlob(...args)),
    blobNames: () => guarded(() => store.blobNames()),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}
