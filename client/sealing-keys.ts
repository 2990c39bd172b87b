// A custodian's sealing keys: made once an epoch, wiped when the epoch is over, dropped when somebody fears for them.
import { encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { custodyOf } from '../privacy/custodian/index.ts'
import { type KeyEpochSet, type SealingKey, sealingKey } from '../privacy/messages.ts'
import type { CheckedPlan } from '../privacy/plan.ts'
import { custodianIndex } from '../privacy/roster.ts'
import { createSealingKeyPair } from '../privacy/sealing.ts'
import { signMessage } from '../privacy/signatures.ts'
import type { Ask } from '../proto/messages.ts'
import { currentRoster } from './agreed.ts'
import type { ClientContext } from './context.ts'
import { KEYS, signKey } from './membership.ts'

/** Makes (once an epoch) and publishes this custodian's sealing key. */
export async function publishSealingKey(context: ClientContext, ask: Extract<Ask, { kind: 'publishSealingKey' }>): Promise<void> {
  await currentRoster(context, ask.roster)
  const { sealingKeys, custody } = context.state()
  if (ask.epoch <= custody.refusedEpoch) throw refuse('OTHER_EPOCH', `key epoch ${ask.epoch} was given up here`)
  let made = sealingKeys.get(ask.epoch)
  if (made && made.key.roster !== ask.roster) throw refuse('OTHER_EPOCH', `the key of epoch ${ask.epoch} was made for another roster`)
  if (!made) {
    if ([...sealingKeys.keys()].some((epoch) => epoch >= ask.epoch)) throw refuse('OTHER_EPOCH', `key epoch ${ask.epoch} is not above those seen`)
    const pair = createSealingKeyPair()
    context.keystore.put(KEYS.sealing(ask.epoch), pair.privateKey.reveal())
    const key: SealingKey = { roster: ask.roster, epoch: ask.epoch, custodian: context.hospital, ...pair.publicKey }
    made = { key, signature: signMessage('sealing-key', {}, encode(sealingKey, key), await signKey(context)) }
    await context.post({ kind: 'sealingKeyMade', ...made })
  }
  const bytes = new Uint8Array(Buffer.concat([encode(sealingKey, made.key), made.signature]))
  await context.leaving('sealing key', `sealing ${ask.epoch}`, bytes.length, null)
  await context.link().publishSealingKey(bytes)
}

/**
 * A custodian serves an epoch only with the key that it made for it and still holds. One that was restored from a backup does not: whatever it
 * may have signed in that epoch is forgotten here, so it gives the epoch up and says so.
 * @throws OTHER_EPOCH.
 */
export async function requireOwnSealingKey(context: ClientContext, checked: CheckedPlan, set: KeyEpochSet): Promise<void> {
  const { custody, sealingKeys } = context.state()
  if (custodyOf(custody, checked.plan.key)) return
  const published = set.keys[custodianIndex(checked.roster, context.hospital) - 1]
  const made = sealingKeys.get(set.epoch)
  const own = made && published && Buffer.compare(made.signature, published.signature) === 0
  if (own && set.epoch > custody.refusedEpoch && context.keystore.get(KEYS.sealing(set.epoch))) return
  if (set.epoch > custody.refusedEpoch) await context.post({ kind: 'custody', event: { kind: 'restored', epoch: set.epoch } })
  throw refuse('OTHER_EPOCH', `no sealing key of epoch ${set.epoch} here`)
}

/** The ciphertext of the key leaves the key store's file before the journal says so: killed in between, it is deleted again. */
export async function wipeSealingKey(context: ClientContext, epoch: number): Promise<void> {
  context.keystore.delete(KEYS.sealing(epoch))
  context.log.info({ epoch }, 'sealing key wiped')
  await context.post({ kind: 'sealingKeyWiped', epoch })
}

/** Tells the coordinator, which gathers the next epoch's keys. */
export async function giveUpEpoch(context: ClientContext, epoch: number): Promise<void> {
  await context.leaving('key epoch given up', `epoch ${epoch}`, 4, null)
  await context.link().giveUpEpoch(epoch)
  await context.post({ kind: 'epochGivenUp', epoch })
}
