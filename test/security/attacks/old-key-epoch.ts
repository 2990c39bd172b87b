// After the sealing keys have rotated, a plan names the old ones again: keys that were seized since, or should be gone.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { hasty, STATISTIC, UPDATE, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'A key epoch that is over',
  by: 'coordinator',
  wants: 'shares sealed to keys that it has got hold of since',
  defence: 'epochs-rise',
  scene: { jobs: [STATISTIC, hasty(UPDATE)], keyEpoch: { days: 365, steps: 1 } },
  coordinator: ({ take, shadow, show, giveBack, coordinator }) => ({
    async run() {
      const first = await take((p) => p.key.step === 0)
      giveBack()
      const plan = await take((p) => p.task === 'fedavg')
      const [contributed] = await shadow({ ...plan, keyEpoch: first.keyEpoch }).contribute([VICTIM])
      if (!contributed) return giveBack()
      show('won', { old: first.keyEpoch, current: coordinator.state.epoch.kind === 'agreed' ? coordinator.state.epoch.hash : null })
    },
  }),
  refused: { by: [VICTIM], code: 'OTHER_EPOCH', entry: 'plan refusal', after: 'finishes' },
  async succeeded(run) {
    const { old, current } = await run.shown<{ old: string; current: string }>('won', 'coordinator')
    assert.notEqual(old, current)
    return 'the victim sealed its shares to the keys of an epoch that was over'
  },
}
