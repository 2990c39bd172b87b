// With (m, f) = (5, 2) a wrong answer is found as well, but nobody is named for it: three right answers and two wrong ones could be told from three
// wrong and two right only by who opens, and m < 3f + 1 answers prove nothing to others.
import assert from 'node:assert/strict'
import { policyOf } from '../../../client/policy.ts'
import { parseHospitalId } from '../../../core/ids.ts'
import { SMALL_POLICY } from '../../federation/small.ts'
import type { Attack } from '../attack.ts'
import { adoptedStates } from '../evidence.ts'
import { answersOtherwise, blamedIn, offByOne, slow } from '../hospital-moves.ts'
import { FOUNDING, FOURTH, HELPER, IDS, OTHER, STATISTIC } from '../scene.ts'

const FIVE = [...IDS, parseHospitalId('zeta')]

export const attack: Attack = {
  title: 'A wrong answer of a custodian, of five',
  by: 'hospital',
  wants: 'everybody to go on with a sum that is no sum',
  defence: 'opening-checked',
  scene: {
    founding: { ...FOUNDING, hospitals: FIVE.map((id) => ({ id, name: id })), custodians: FIVE, corrupt: 2 },
    jobs: [{ ...STATISTIC, minCohort: 4 }],
    policy: () => policyOf({ ...SMALL_POLICY, minCohort: 4, corrupt: 2, stepsPerDay: 1000 }),
  },
  hospitals: { [HELPER]: slow(1_500, 'answer'), [OTHER]: slow(1_500, 'answer'), [FOURTH]: (tools) => answersOtherwise(tools, 'describe', offByOne) },
  refused: { by: ['coordinator'], code: 'KEY_BOUND', entry: 'log', after: 'finishes', also: async (run) => assert.deepEqual(blamedIn(run), []) },
  async succeeded(run) {
    await run.until(() => FIVE.every((id) => adoptedStates(run, id).length === 2), 'everyone has taken the release')
    return 'every hospital took what a wrong sum of keys makes of the aggregate'
  },
}
