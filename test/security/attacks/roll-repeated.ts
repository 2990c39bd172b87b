// A roll that names the victim four times has the size of the cohort and opens four times its vector. Nobody else is even asked to contribute, so
// that no custodian misses its own receipt; in an update the roll need not be whole blocks.
import type { Attack } from '../attack.ts'
import { expectSame, vectorOf } from '../evidence.ts'
import { certify, gather, openBy, stateOver } from '../moves.ts'
import { IDS, STATISTIC, UPDATE, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'A roll that names one hospital four times',
  by: 'coordinator',
  wants: "the victim's vector: the roll has the size of a cohort and opens four times one contribution",
  defence: 'roll-distinct',
  scene: { jobs: [UPDATE, STATISTIC] },
  coordinator: ({ take, shadow, show, giveBack }) => ({
    async run() {
      const step = shadow(await take((plan) => plan.task === 'fedavg'))
      const { reports } = await gather(step, [VICTIM])
      const asked = await stateOver(step, [VICTIM, VICTIM, VICTIM, VICTIM])
      const certificate = await certify(step, asked, reports, IDS)
      if (certificate.signatures.length < step.checked.g) return giveBack()
      const made = await openBy(step, certificate, asked.aggregate, IDS)
      show(
        'opened',
        [...(made?.opened.sums ?? [])].map((v) => Number(v) / 4),
      )
    },
  }),
  refused: { by: IDS, code: 'ROLL_DUPLICATE', entry: 'request refusal', after: 'finishes' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), vectorOf(run, VICTIM, 'fedavg'))
    return "the coordinator opened the victim's own vector, to the last digit"
  },
}
