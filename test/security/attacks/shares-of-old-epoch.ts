// Shares sealed in the name of an earlier key epoch, to the right keys: whoever still had the keys of that epoch could have opened them.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { contributes, rollsOf, SOON_UPDATE, seal } from '../hospital-moves.ts'
import { FOURTH, IDS, without } from '../scene.ts'

export const attack: Attack = {
  title: 'Key shares sealed under an old key epoch',
  by: 'hospital',
  wants: 'shares that outlive the key epoch in which they are wiped',
  defence: 'sealed-in-its-epoch',
  scene: { jobs: [SOON_UPDATE] },
  hospitals: {
    [FOURTH]: (tools) => ({
      work: contributes('fedavg', (made, { plan, keyEpoch }) => {
        // A constant polynomial of zeros: any t of its shares are right, so that only the epoch is wrong.
        const zero = new Uint8Array(4 * 4100)
        return { ...made, sealedShares: keyEpoch.keys.map(({ key }) => seal(plan, keyEpoch, tools.id, key.custodian, zero, keyEpoch.epoch - 1)) }
      }),
    }),
  },
  refused: {
    by: ['coordinator'],
    code: 'ROLL_EXCLUDED',
    entry: 'log',
    after: 'finishes',
    also: async (run) => assert.deepEqual(rollsOf(run), [IDS, IDS, without(FOURTH)]),
  },
  async succeeded(run) {
    await run.until(() => rollsOf(run).length === 3, 'the update is stated')
    assert.deepEqual(rollsOf(run)[2], IDS)
    return 'shares of another key epoch are taken for shares of this one'
  },
}
