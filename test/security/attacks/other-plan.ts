// A receipt that names another plan than the one it is handed in for.
import assert from 'node:assert/strict'
import { parseDigest } from '../../../core/ids.ts'
import type { Attack } from '../attack.ts'
import { contributes, rollsOf, SOON_UPDATE, takenFrom } from '../hospital-moves.ts'
import { FOURTH, IDS, without } from '../scene.ts'

const ELSEWHERE = parseDigest('7'.repeat(64))

export const attack: Attack = {
  title: 'A contribution to another plan',
  by: 'hospital',
  wants: 'a place among the candidates that no custodian can check: the step would be retired, not paused by name',
  defence: 'receipt-of-this-plan',
  scene: { jobs: [SOON_UPDATE] },
  hospitals: { [FOURTH]: () => ({ work: contributes('fedavg', (made) => ({ ...made, plan: ELSEWHERE })) }) },
  refused: {
    by: ['coordinator'],
    code: 'OTHER_PLAN',
    entry: 'log',
    after: 'finishes',
    also: async (run) => assert.deepEqual(rollsOf(run), [IDS, IDS, without(FOURTH)]),
  },
  async succeeded(run) {
    await run.until(() => takenFrom(run, FOURTH).some(({ receipt }) => receipt.body.plan === ELSEWHERE), 'it stands among the candidates')
    return 'a contribution to another plan stands among the candidates'
  },
}
