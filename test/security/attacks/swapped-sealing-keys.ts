// A key epoch in which t custodians' sealing keys are the coordinator's own, under signatures that are not theirs: it opens enough shares to have the
// victim's one-time key.
import { encode } from '../../../core/codec.ts'
import { type KeyEpochSet, keyEpoch, keyEpochHash } from '../../../privacy/messages.ts'
import { createSealingKeyPair } from '../../../privacy/sealing.ts'
import type { Attack } from '../attack.ts'
import { expectSame, vectorOf } from '../evidence.ts'
import { openAlone } from '../moves.ts'
import { hasty, UPDATE, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'Sealing keys of its own in the place of custodians',
  by: 'coordinator',
  wants: "the victim's one-time key, and with it its vector",
  defence: 'sealing-keys-signed',
  scene: { jobs: [hasty(UPDATE)] },
  coordinator: ({ take, shadow, show, giveBack, coordinator }) => {
    const shown = new Map<string, KeyEpochSet>()
    return {
      calls: (honest) => ({
        fetchKeyEpoch: async (peer, hash) => {
          const forged = shown.get(hash)
          return forged ? encode(keyEpoch, forged) : await honest.fetchKeyEpoch(peer, hash)
        },
      }),
      async run() {
        const planned = await take((p) => p.task === 'fedavg')
        if (coordinator.state.epoch.kind !== 'agreed') throw new Error('no key epoch')
        const { set } = coordinator.state.epoch
        const pairs = [createSealingKeyPair(), createSealingKeyPair()]
        const keys = set.keys.map(({ key, signature }, i) => ({ key: { ...key, epoch: set.epoch + 1, ...pairs[i]?.publicKey }, signature }))
        const forged = { ...set, epoch: set.epoch + 1, keys }
        shown.set(keyEpochHash(forged), forged)
        const plan = { ...planned, keyEpoch: keyEpochHash(forged) }
        const [contributed] = await shadow(plan).contribute([VICTIM])
        if (!contributed) return giveBack()
        const own = pairs.flatMap(({ privateKey }, i) => keys.slice(i, i + 1).map(({ key }) => ({ key, privateKey, index: i + 1 })))
        show('opened', await openAlone(contributed, plan, own))
      },
    }
  },
  refused: { by: [VICTIM], code: 'BAD_SIGNATURE', entry: 'plan refusal', after: 'finishes' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), vectorOf(run, VICTIM, 'fedavg'))
    return "the coordinator opened the victim's own vector with a key put together from shares sealed to itself"
  },
}
