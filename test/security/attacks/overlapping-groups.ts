// Two groups of one step share members: two sums that open together, and their difference is who stands in one of them alone.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { regrouped } from '../moves.ts'
import { FOURTH, HELPER, hasty, IDS, OTHER, UPDATE, VICTIM } from '../scene.ts'

const GROUPS = [
  [VICTIM, HELPER, OTHER],
  [HELPER, OTHER, FOURTH],
]

export const attack: Attack = {
  title: 'Overlapping groups',
  by: 'coordinator',
  wants: 'two sums of one step that differ by single hospitals',
  defence: 'groups-disjoint',
  scene: { jobs: [hasty(UPDATE)] },
  coordinator: (tools) => ({
    async run() {
      const plan = await tools.take((p) => p.task === 'fedavg')
      const contributed = await tools.shadow(await regrouped(tools, plan, GROUPS)).contribute([VICTIM, HELPER, OTHER])
      if (contributed.length === 0) return tools.giveBack()
      tools.show('won', contributed.length)
    },
  }),
  refused: { by: [VICTIM, HELPER, OTHER], code: 'BAD_PLAN', entry: 'plan refusal', after: 'pauses' },
  async succeeded(run) {
    assert.equal(await run.shown('won', 'coordinator'), IDS.length - 1)
    return 'three hospitals contributed to a plan whose groups overlap'
  },
}
