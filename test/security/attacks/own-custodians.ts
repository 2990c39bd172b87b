// The next version of the roster has custodians of the coordinator's own making. No majority of the members has signed it; nobody has.
import { decode, encode } from '../../../core/codec.ts'
import { parseHospitalId } from '../../../core/ids.ts'
import { type KeyEpochSet, keyEpoch, keyEpochHash, type Roster, roster as rosterCodec, rosterHash } from '../../../privacy/messages.ts'
import { signSealingKey } from '../../../privacy/roster.ts'
import { createSealingKeyPair } from '../../../privacy/sealing.ts'
import { createSignKey } from '../../../privacy/signatures.ts'
import { rosterBundle } from '../../../proto/messages.ts'
import type { Attack } from '../attack.ts'
import { expectSame, vectorOf } from '../evidence.ts'
import { openAlone } from '../moves.ts'
import { hasty, snapshotOf, UPDATE, VICTIM } from '../scene.ts'

const PUPPETS = ['zz-puppet-a', 'zz-puppet-b', 'zz-puppet-c', 'zz-puppet-d'].map((text) => {
  const id = parseHospitalId(text)
  return { id, sign: createSignKey(), sealing: createSealingKeyPair(), tlsKey: snapshotOf(text) }
})

export const attack: Attack = {
  title: 'Custodians of its own choice',
  by: 'coordinator',
  wants: "every share of the victim's one-time key, and with it its vector",
  defence: 'roster-majority',
  scene: { jobs: [hasty(UPDATE)] },
  coordinator: ({ take, shadow, show, giveBack, coordinator }) => {
    let next: Roster | null = null
    let epoch: KeyEpochSet | null = null
    return {
      calls: (honest) => ({
        async fetchRoster(peer) {
          const shown = await honest.fetchRoster(peer)
          if (!next) return shown
          const { chain } = decode(rosterBundle, shown)
          return encode(rosterBundle, { chain: [...chain, { roster: encode(rosterCodec, next), signatures: [] }], proposed: null })
        },
        fetchKeyEpoch: async (peer, hash) => (epoch && hash === keyEpochHash(epoch) ? encode(keyEpoch, epoch) : await honest.fetchKeyEpoch(peer, hash)),
      }),
      async run() {
        const planned = await take((p) => p.task === 'fedavg')
        if (coordinator.state.roster.kind !== 'agreed') throw new Error('no roster')
        const { roster } = coordinator.state.roster
        const puppets = PUPPETS.map(({ id, sign, tlsKey }) => ({ id, name: id, signKey: sign.publicKey, tlsKey }))
        const forged = {
          ...roster,
          version: roster.version + 1,
          previous: rosterHash(roster),
          members: [...roster.members, ...puppets],
          custodians: PUPPETS.map((p) => p.id),
        }
        next = forged
        const own = PUPPETS.map(({ id, sign, sealing }, i) => ({
          ...signSealingKey({ roster: rosterHash(forged), epoch: 2, custodian: id, ...sealing.publicKey }, sign.privateKey),
          privateKey: sealing.privateKey,
          index: i + 1,
        }))
        epoch = { roster: rosterHash(forged), epoch: 2, keys: own.map(({ key, signature }) => ({ key, signature })) }
        const plan = { ...planned, roster: rosterHash(forged), keyEpoch: keyEpochHash(epoch) }
        const [contributed] = await shadow(plan).contribute([VICTIM])
        if (!contributed) {
          next = null
          return giveBack()
        }
        show('opened', await openAlone(contributed, plan, own.slice(0, 2)))
      },
    }
  },
  refused: { by: [VICTIM], code: 'BAD_ROSTER', entry: 'plan refusal', after: 'finishes' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), vectorOf(run, VICTIM, 'fedavg'))
    return "the coordinator opened the victim's own vector: all custodians were its own"
  },
}
