// A contribution that was computed from another state than the one that everybody agreed to.
import assert from 'node:assert/strict'
import { parseDigest } from '../../../core/ids.ts'
import type { Attack } from '../attack.ts'
import { contributes, rollsOf, SOON_UPDATE } from '../hospital-moves.ts'
import { FOURTH, IDS, without } from '../scene.ts'

const ELSEWHERE = parseDigest('7'.repeat(64))

export const attack: Attack = {
  title: 'A contribution computed from another state',
  by: 'hospital',
  wants: 'an update of another model in the sum',
  defence: 'receipt-of-this-state',
  scene: { jobs: [SOON_UPDATE] },
  hospitals: { [FOURTH]: () => ({ work: contributes('fedavg', (made) => ({ ...made, state: ELSEWHERE })) }) },
  refused: {
    by: ['coordinator'],
    code: 'OTHER_STATE',
    entry: 'log',
    after: 'finishes',
    also: async (run) => assert.deepEqual(rollsOf(run), [IDS, IDS, without(FOURTH)]),
  },
  async succeeded(run) {
    await run.until(() => rollsOf(run).length === 3, 'the update is stated')
    assert.deepEqual(rollsOf(run)[2], IDS)
    return 'the roll holds a contribution whose receipt says that it is of another model'
  },
}
