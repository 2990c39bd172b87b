// The coordinator plans step after step; each is within the policy, and together they are more than the hospital gives in a day.
import { policyOf } from '../../../client/policy.ts'
import { SMALL_POLICY } from '../../federation/small.ts'
import type { Attack } from '../attack.ts'
import { expectReleased } from '../evidence.ts'
import { hasty, STATISTIC, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'Endless plans',
  by: 'coordinator',
  wants: 'as many sums as it has patience for',
  defence: 'steps-a-day',
  scene: { jobs: [hasty(STATISTIC)], policy: (id) => policyOf({ ...SMALL_POLICY, stepsPerDay: id === VICTIM ? 1 : 100 }) },
  refused: { by: [VICTIM], code: 'QUOTA', entry: 'plan refusal', after: 'pauses' },
  async succeeded(run) {
    await expectReleased(run, 'describe', 1)
    return 'the victim contributed to more steps than its policy gives in a day'
  },
}
