// What this site has agreed to, as its journal folds it: rosters, its sealing keys, key epochs.
import { refuse } from '../core/errors.ts'
import type { Digest } from '../core/ids.ts'
import { keyEpochHash, rosterHash } from '../privacy/messages.ts'
import type { EventOf } from './events.ts'
import type { ClientState } from './state.ts'

const put = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): Map<K, V> => new Map(map).set(key, value)

type AgreementEvent = EventOf<'rosterSigned' | 'rostersPinned' | 'sealingKeyMade' | 'sealingKeyWiped' | 'keyEpochLearnt' | 'epochGivenUp'>

export function agreementStep(state: ClientState, event: AgreementEvent): ClientState {
  switch (event.kind) {
    case 'rosterSigned':
      return { ...state, rosterSignatures: put(state.rosterSignatures, rosterHash(event.roster), event.signature) }
    case 'rostersPinned':
      return rostersPinned(state, event)
    case 'sealingKeyMade':
      return { ...state, sealingKeys: put(state.sealingKeys, event.key.epoch, event) }
    case 'sealingKeyWiped':
      return { ...state, wipedEpochs: new Set(state.wipedEpochs).add(event.epoch) }
    case 'keyEpochLearnt':
      return { ...state, keyEpochs: put(state.keyEpochs, keyEpochHash(event.set), event.set) }
    case 'epochGivenUp':
      return { ...state, givenUpEpoch: Math.max(state.givenUpEpoch, event.epoch) }
    default:
      return event satisfies never
  }
}

/** Versions follow one another without a gap, also in the journal: two calls that fetched the same chain pin it once. */
function rostersPinned(state: ClientState, event: EventOf<'rostersPinned'>): ClientState {
  const rosters = new Map(state.rosters)
  let pinned = state.roster
  for (const roster of event.rosters) {
    const hash = rosterHash(roster)
    if (rosters.has(hash)) continue
    if (roster.previous !== (pinned?.hash ?? null)) throw refuse('OTHER_ROSTER', `version ${roster.version} does not follow the pinned one`)
    rosters.set(hash, roster)
    pinned = { roster, hash }
  }
  return pinned === state.roster ? state : { ...state, rosters, roster: pinned }
}

/** A plan was bound under this key epoch. */
export function underEpoch(state: ClientState, hash: Digest): ClientState {
  const epoch = state.keyEpochs.get(hash)?.epoch ?? 0
  return epoch > state.newestEpoch ? { ...state, newestEpoch: epoch } : state
}

/**
 * Sealing keys whose time is over: plans run under a newer epoch, and no opening key under this one waits for anything at this custodian.
 * Then nobody needs the key, and who seizes it later would read this epoch's shares.
 */
export function epochsToWipe({ sealingKeys, wipedEpochs, newestEpoch, custody }: ClientState): readonly number[] {
  if (sealingKeys.size === wipedEpochs.size) return []
  const old = [...sealingKeys.keys()].filter((epoch) => epoch < newestEpoch && !wipedEpochs.has(epoch))
  if (old.length === 0) return old
  const unfinished = new Set([...custody.keys.values()].filter((held) => !held.wiped).map((held) => held.epoch))
  return old.filter((epoch) => !unfinished.has(epoch))
}

/** Whether the coordinator does not know yet that this site dropped sealing keys. */
export const givesUp = ({ custody, givenUpEpoch }: ClientState): number | null => (custody.refusedEpoch > givenUpEpoch ? custody.refusedEpoch : null)
