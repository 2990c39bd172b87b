// The victim has checked candidates under one plan; then the coordinator shows it another plan for the same opening key.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { signed } from '../moves.ts'
import { HELPER, UPDATE, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'Another plan for an opening key',
  by: 'coordinator',
  wants: 'two plans under one key, each with its own roll and release',
  defence: 'one-plan',
  scene: { jobs: [UPDATE] },
  coordinator: (tools) => ({
    async run() {
      const plan = await tools.take((p) => p.task === 'fedavg')
      const step = tools.shadow(plan)
      await step.contribute([HELPER])
      await step.check([VICTIM])
      const other = { ...plan, deadlineMs: plan.deadlineMs + 1 }
      step.showPlan(signed(tools, other))
      const [contributed] = await step.contribute([VICTIM])
      if (!contributed) return tools.giveBack()
      tools.show('won', contributed.receipt.body.plan !== step.checked.planHash)
    },
  }),
  refused: { by: [VICTIM], code: 'OTHER_PLAN', entry: 'plan refusal', after: 'finishes' },
  async succeeded(run) {
    assert.equal(await run.shown('won', 'coordinator'), true)
    return 'the victim contributed under a second plan for a key it was bound under already'
  },
}
