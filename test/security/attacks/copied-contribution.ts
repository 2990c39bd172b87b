// A coordinator that helps shows an accomplice the victim's bytes: ciphertexts and sealed shares, which it hands in as its own, under a receipt of its
// own. Without the sender's name in what is sealed they would open, and the victim's vector would count twice.
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { blobs } from '../../../coordinator/context.ts'
import { openingKeyText } from '../../../core/ids.ts'
import { LIMITS } from '../../../core/limits.ts'
import { receiptHash } from '../../../privacy/messages.ts'
import { PARAMETERS } from '../../../privacy/parameters.ts'
import { SEALED_SHARE_BYTES } from '../../../privacy/receipt.ts'
import { chunksOf, collect } from '../../../proto/index.ts'
import type { CoordinatorLink } from '../../../proto/service.ts'
import type { Attack } from '../attack.ts'
import { expectSame, vectorOf } from '../evidence.ts'
import { contributes, releasedSums, rollsOf, SOON_UPDATE, showsReleases } from '../hospital-moves.ts'
import { FOURTH, HELPER, IDS, OTHER, VICTIM, without } from '../scene.ts'

export const attack: Attack = {
  title: "Another hospital's contribution, handed in as one's own with the coordinator's help",
  by: 'hospital',
  wants: "the victim's vector to count twice",
  defence: 'sealed-by-its-sender',
  scene: { jobs: [SOON_UPDATE] },
  coordinator: ({ coordinator, store }) => ({
    calls: (honest) => ({
      async *fetchContribution(peer, key, member, signal) {
        if (peer.member !== FOURTH || coordinator.state.steps.get(openingKeyText(key))?.phase.kind !== 'collecting')
          return yield* honest.fetchContribution(peer, key, member, signal)
        for (;;) {
          const held = coordinator.state.steps.get(openingKeyText(key))?.receipts.get(member)
          if (held) return yield* chunksOf(await store.readBlob(blobs.spool(key, member, receiptHash(held.body))))
          await wait(20, undefined, { signal })
        }
      },
    }),
  }),
  hospitals: {
    [FOURTH](tools) {
      let link: CoordinatorLink | null = null
      return {
        calls(honest) {
          link = honest
          return showsReleases(tools, honest)
        },
        work: contributes('fedavg', async (made, { plan }) => {
          const bytes = await collect((link as CoordinatorLink).fetchContribution(plan.key, VICTIM, new AbortController().signal), LIMITS.stateBytes)
          const cut = made.ciphertexts.length * PARAMETERS.ciphertextBytes
          const parts = (part: Uint8Array, size: number) => Array.from({ length: part.length / size }, (_, i) => part.slice(i * size, (i + 1) * size))
          return { ciphertexts: parts(bytes.subarray(0, cut), PARAMETERS.ciphertextBytes), sealedShares: parts(bytes.subarray(cut), SEALED_SHARE_BYTES) }
        }),
      }
    },
  },
  refused: {
    by: ['coordinator'],
    code: 'ROLL_EXCLUDED',
    entry: 'log',
    after: 'finishes',
    also: async (run) => assert.deepEqual(rollsOf(run), [IDS, IDS, without(FOURTH)]),
  },
  async succeeded(run) {
    const sums = await releasedSums(run, 'fedavg')
    const once = [VICTIM, HELPER, OTHER, VICTIM].map((id) => vectorOf(run, id, 'fedavg'))
    expectSame(
      sums,
      sums.map((_, i) => once.reduce((sum, v) => sum + (v[i] as number), 0)),
    )
    return "the victim's vector counts twice in the released model"
  },
}
