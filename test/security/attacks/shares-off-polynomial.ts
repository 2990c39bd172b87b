// Two custodians get words that lie on no polynomial with the others'. Uncertified, nothing of it could open anything; certified, their honest answers
// would contradict the sum of keys, and they would be named for it.
import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { openingKeyText } from '../../../core/ids.ts'
import type { Attack } from '../attack.ts'
import { blamedIn, contributes, rollsOf, sealWords } from '../hospital-moves.ts'
import { FOURTH, HELPER, IDS, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'Key shares that lie on no polynomial',
  by: 'hospital',
  wants: 'two honest custodians to be named for wrong answers',
  defence: 'words-on-one-polynomial',
  hospitals: {
    [FOURTH](tools) {
      let spoilt = ''
      return {
        work: contributes(
          'describe',
          (made, making) => {
            spoilt = openingKeyText(making.plan.key)
            const sealedShares = made.sealedShares.map((own, i) => {
              const receiver = making.keyEpoch.keys[i]?.key.custodian
              return receiver === VICTIM || receiver === HELPER ? sealWords(making, tools.id, receiver) : own
            })
            return { ...made, sealedShares }
          },
          1,
        ),
        calls: (honest) => ({
          // Its own share is good: with the one other good one it opens the sum, once the others have spoken.
          async answer(key, bytes) {
            if (openingKeyText(key) === spoilt) await wait(3_000)
            await honest.answer(key, bytes)
          },
        }),
      }
    },
  },
  refused: {
    by: ['coordinator'],
    code: 'ROLL_EXCLUDED',
    entry: 'log',
    after: 'finishes',
    async also(run) {
      // Retired by the empty roll, at no cost; then asked again.
      assert.deepEqual(rollsOf(run), [IDS, [], IDS])
      for (const id of IDS) assert(run.journal(id).some((e) => e.kind === 'ended' && e.how === 'retired'))
      assert.deepEqual(blamedIn(run), [])
    },
  },
  async succeeded(run) {
    await run.until(() => blamedIn(run).length > 0, 'custodians are named')
    for (const id of blamedIn(run)) assert(id === VICTIM || id === HELPER)
    return 'honest custodians are named for answers that the attacker made wrong'
  },
}
