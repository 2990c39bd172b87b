// The victim is shown another plan than everyone else for the same step. Its contribution is encrypted under polynomials of its own plan, its receipt names that
// plan, and custodians compare.
import type { Attack } from '../attack.ts'
import { gather, signed, stateOver } from '../moves.ts'
import { FOURTH, HELPER, IDS, OTHER, UPDATE, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'Different plans for different hospitals',
  by: 'coordinator',
  wants: "one hospital's contribution computed under terms that the others never saw, in the sum of all",
  defence: null,
  scene: { jobs: [UPDATE] },
  coordinator: (tools) => ({
    async run() {
      const plan = await tools.take((p) => p.task === 'fedavg')
      const step = tools.shadow(plan)
      const other = signed(tools, { ...plan, deadlineMs: plan.deadlineMs + 1 })
      step.showPlan((member) => (member === VICTIM ? other : signed(tools, plan)))
      const { reports } = await gather(step, IDS)
      const { roll, statement } = await stateOver(step, IDS)
      const receipts = [...step.contributed.values()].map((c) => c.receipt)
      if ((await step.sign([HELPER, OTHER, FOURTH], { statement, roll, receipts, reports })).length > 0) tools.show('won')
    },
  }),
  refused: { by: [HELPER, OTHER, FOURTH], code: 'OTHER_PLAN', entry: 'request refusal', after: 'stands' },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}
