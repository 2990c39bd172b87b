// The plan lists an extract that the victim never declared for the boundary: what is summed would not be what was frozen.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { hasty, STATISTIC, snapshotOf, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'The same boundary under a new snapshot id',
  by: 'coordinator',
  wants: 'a second sum over the same month that passes for another extract',
  defence: 'own-snapshot',
  scene: { jobs: [hasty(STATISTIC)] },
  coordinator: ({ take, shadow, show, giveBack }) => ({
    async run() {
      const plan = await take((p) => p.task === 'describe')
      const snapshots = plan.snapshots.map((s) => (s.member === VICTIM ? { ...s, id: snapshotOf('another extract') } : s))
      const [contributed] = await shadow({ ...plan, snapshots }).contribute([VICTIM])
      if (!contributed) return giveBack()
      show('won', contributed.receipt.body.member)
    },
  }),
  refused: { by: [VICTIM], code: 'DIFFERENCING', entry: 'plan refusal', after: 'pauses' },
  async succeeded(run) {
    assert.equal(await run.shown('won', 'coordinator'), VICTIM)
    return 'the victim contributed to a plan over an extract that it never froze'
  },
}
