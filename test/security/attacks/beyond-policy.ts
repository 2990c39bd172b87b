// A job that the hospital's own policy file does not allow: here a least cohort below what the victim asks for.
import { policyOf } from '../../../client/policy.ts'
import { SMALL_POLICY } from '../../federation/small.ts'
import type { Attack } from '../attack.ts'
import { expectReleased } from '../evidence.ts'
import { hasty, STATISTIC, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: "Plans beyond a hospital's policy",
  by: 'coordinator',
  wants: 'sums that the hospital never allowed: other tasks, less privacy, smaller cohorts',
  defence: 'site-policy',
  scene: { jobs: [hasty(STATISTIC)], policy: (id) => policyOf({ ...SMALL_POLICY, minCohort: id === VICTIM ? 4 : 3 }) },
  refused: { by: [VICTIM], code: 'POLICY', entry: 'plan refusal', after: 'pauses' },
  async succeeded(run) {
    await expectReleased(run, 'describe', 1)
    return 'the victim contributed to plans that its policy file forbids'
  },
}
