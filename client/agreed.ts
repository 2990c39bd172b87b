// What this site has agreed to and verified once: the roster, the key epochs.
import { decode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import type { Digest } from '../core/ids.ts'
import { type KeyEpochSet, keyEpoch, keyEpochHash } from '../privacy/messages.ts'
import { checkKeyEpoch } from '../privacy/roster.ts'
import type { ClientContext } from './context.ts'
import type { ClientState } from './state.ts'

export function pinnedRoster(context: ClientContext): NonNullable<ClientState['roster']> {
  const pinned = context.state().roster
  if (!pinned) throw refuse('OTHER_ROSTER', 'no roster is agreed to yet')
  return pinned
}

/** The set of sealing keys behind a hash; verified once, then kept. */
export async function epochOf(context: ClientContext, hash: Digest): Promise<KeyEpochSet> {
  const known = context.state().keyEpochs.get(hash)
  if (known) return known
  const set = decode(keyEpoch, await context.link().fetchKeyEpoch(hash))
  if (keyEpochHash(set) !== hash) throw refuse('OTHER_EPOCH', 'the key epoch is not the one of the plan')
  checkKeyEpoch(set, pinnedRoster(context).roster)
  if ([...context.state().keyEpochs.values()].some((k) => k.epoch >= set.epoch)) throw refuse('OTHER_EPOCH', `key epoch ${set.epoch} is not above those seen`)
  await context.post({ kind: 'keyEpochLearnt', set })
  return set
}
