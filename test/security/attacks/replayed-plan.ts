// The victim is shown the plan of an earlier step for the opening key of this one.
import type { Attack } from '../attack.ts'
import { hasty, UPDATE, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'A replayed plan',
  by: 'coordinator',
  wants: 'a second contribution under a plan, and a polynomial, that served before',
  defence: null,
  scene: { jobs: [hasty(UPDATE)] },
  coordinator: ({ take, shadow, show, giveBack, coordinator }) => ({
    async run() {
      const step = shadow(await take((p) => p.task === 'fedavg'))
      const old = [...coordinator.state.steps.values()].find((s) => s.plan.task === 'describe')
      if (!old) throw new Error('no earlier step')
      step.showPlan(old.signed)
      if ((await step.contribute([VICTIM])).length > 0) return show('won')
      giveBack()
    },
  }),
  refused: { by: [VICTIM], code: 'OTHER_PLAN', entry: 'plan refusal', after: 'finishes' },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}
