// The victim alone is asked to contribute, and the roll names it alone.
import type { Attack } from '../attack.ts'
import { expectSame, vectorOf } from '../evidence.ts'
import { certify, gather, openBy, stateOver } from '../moves.ts'
import { IDS, STATISTIC, UPDATE, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'A roll of one hospital',
  by: 'coordinator',
  wants: "the victim's vector: a sum over one",
  defence: 'least-roll',
  scene: { jobs: [UPDATE, STATISTIC] },
  coordinator: ({ take, shadow, show, giveBack }) => ({
    async run() {
      const step = shadow(await take((plan) => plan.task === 'fedavg'))
      const { reports } = await gather(step, [VICTIM])
      const asked = await stateOver(step, [VICTIM])
      const certificate = await certify(step, asked, reports, IDS)
      if (certificate.signatures.length < step.checked.g) return giveBack()
      const made = await openBy(step, certificate, asked.aggregate, IDS)
      show('opened', [...(made?.opened.sums ?? [])].map(Number))
    },
  }),
  refused: { by: IDS, code: 'ROLL_SMALL', entry: 'request refusal', after: 'finishes' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), vectorOf(run, VICTIM, 'fedavg'))
    return "the coordinator opened the victim's own vector, to the last digit"
  },
}
