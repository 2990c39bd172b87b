// What this site has agreed to and verified once: the rosters it follows, the key epochs.
import { decode } from '../core/codec.ts'
import { defend } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import type { Digest } from '../core/ids.ts'
import { type KeyEpochSet, keyEpoch, keyEpochHash, type Roster } from '../privacy/messages.ts'
import { checkKeyEpoch } from '../privacy/roster.ts'
import type { ClientContext } from './context.ts'
import { followTo } from './roster.ts'
import type { ClientState } from './state.ts'

export function pinnedRoster(context: ClientContext): NonNullable<ClientState['roster']> {
  const pinned = context.state().roster
  if (!pinned) throw refuse('OTHER_ROSTER', 'no roster is agreed to yet')
  return pinned
}

/** The roster behind a hash: one of those this site follows or followed; a later one where enough members and this site agreed to it. */
export async function rosterOf(context: ClientContext, hash: Digest): Promise<Roster> {
  return context.state().rosters.get(hash) ?? (await followTo(context, hash))
}

/** The roster that a new plan must name. @throws OTHER_ROSTER for an older one: a plan of yesterday is not followed again. */
export async function currentRoster(context: ClientContext, hash: Digest): Promise<Roster> {
  const named = await rosterOf(context, hash)
  if (pinnedRoster(context).hash !== hash) throw refuse('OTHER_ROSTER', `version ${named.version} is not the one this site follows now`)
  return named
}

/** The set of sealing keys behind a hash; verified once, then kept. A number names one set only. */
export async function epochOf(context: ClientContext, hash: Digest): Promise<KeyEpochSet> {
  const known = context.state().keyEpochs.get(hash)
  if (known) return known
  const set = decode(keyEpoch, await context.link().fetchKeyEpoch(hash))
  if (keyEpochHash(set) !== hash) throw refuse('OTHER_EPOCH', 'the key epoch is not the one of the plan')
  checkKeyEpoch(set, await rosterOf(context, set.roster))
  if ([...context.state().keyEpochs.values()].some((k) => k.epoch === set.epoch && keyEpochHash(k) !== hash))
    throw refuse('OTHER_EPOCH', `another set of keys bears the number ${set.epoch}`)
  await context.post({ kind: 'keyEpochLearnt', set })
  return set
}

/** The key epoch of a plan that is not bound yet. @throws OTHER_EPOCH where plans under a newer one were bound: keys only go forward. */
export async function risingEpoch(context: ClientContext, hash: Digest): Promise<KeyEpochSet> {
  const set = await epochOf(context, hash)
  const { newestEpoch } = context.state()
  defend('epochs-rise', () => {
    if (set.epoch < newestEpoch) throw refuse('OTHER_EPOCH', `key epoch ${set.epoch} after plans under ${newestEpoch}`)
  })
  return set
}
