// What the coordinator's journal says was learnt, read after it has ended: the state after each step. Public to all members anyway.

import { blobs } from '../../coordinator/context.ts'
import { type CoordinatorEvent, coordinatorEvent } from '../../coordinator/events.ts'
import { decode } from '../../core/codec.ts'
import type { Digest } from '../../core/ids.ts'
import { openSqliteStore } from '../../core/store/sqlite.ts'
import type { Store } from '../../core/store/store.ts'

/** State of a stage after each of its steps, in order. */
export type Learned = ReadonlyMap<string, readonly Uint8Array[]>

/** @throws STORE, BAD_BYTES. */
export async function readLearned(coordinatorData: string): Promise<Learned> {
  await using store = openSqliteStore(coordinatorData)
  const events: CoordinatorEvent[] = []
  for await (const { body } of store.entries()) events.push(decode(coordinatorEvent, body))
  const learned = new Map<string, Uint8Array[]>()
  for (const [stage, hashes] of stateHashes(events)) learned.set(stage, await readStates(store, hashes))
  return learned
}

async function readStates(store: Store, hashes: readonly Digest[]): Promise<Uint8Array[]> {
  const states: Uint8Array[] = []
  for (const hash of hashes) {
    const name = blobs.state(hash)
    if ((await store.blobSize(name)) !== null) states.push(await store.readBlob(name))
  }
  return states
}

function stateHashes(events: readonly CoordinatorEvent[]): ReadonlyMap<string, readonly Digest[]> {
  const stages = new Map<number, string>()
  const hashes = new Map<string, Digest[]>()
  for (const event of events) {
    if (event.kind === 'planned') stages.set(event.plan.plan.key.step, event.plan.plan.stage)
    if (event.kind !== 'opened') continue
    const stage = stages.get(event.key.step) ?? ''
    hashes.set(stage, [...(hashes.get(stage) ?? []), event.nextState])
  }
  return hashes
}
