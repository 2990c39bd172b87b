// A site that came back from a backup, or whose people fear for its keys: what it may have said since, it has forgotten. It drops its
// sealing keys and refuses the rest of the key epoch, whatever its log says; its budget counts as spent (the journal's entry says so).
import { decode, encode } from '../core/codec.ts'
import type { Keystore } from '../core/keystore.ts'
import type { Store } from '../core/store/store.ts'
import { clientEvent } from './events.ts'
import { KEYS } from './membership.ts'
import { type ClientState, initialState } from './state.ts'
import { step } from './step.ts'

export interface Dropped {
  /** Nothing of this key epoch or an earlier one is served from here on. */
  readonly epoch: number
  /** How many sealing keys were deleted. */
  readonly keys: number
}

/**
 * For a site whose daemon does not run. The journal first: killed in between, the keys are deleted when it is called again, and no daemon
 * serves with them meanwhile. The daemon tells the coordinator at its next start.
 */
export async function giveUpAfterRestore(store: Store, keystore: Keystore, nowMs: number): Promise<Dropped> {
  let state: ClientState = initialState
  for await (const { body, atMs } of store.entries()) state = step(state, decode(clientEvent, body), atMs)
  const epoch = Math.max(0, state.newestEpoch, ...state.sealingKeys.keys(), ...[...state.keyEpochs.values()].map((set) => set.epoch))
  await store.append('custody', encode(clientEvent, { kind: 'custody', event: { kind: 'restored', epoch } }), nowMs)
  const names = keystore.names().filter((name) => name.startsWith(KEYS.sealing('')))
  for (const name of names) keystore.delete(name)
  return { epoch, keys: names.length }
}
