// A roll that names the victim four times has the size of the cohort and opens four times its vector. Nobody else is even asked to contribute, so
// that no custodian misses its own receipt; in an update the roll need not be whole blocks.
import type { Attack } from '../attack.ts'
import { expectSame, vectorOf } from '../evidence.ts'
import { IDS, STATISTIC, UPDATE, VICTIM, without } from '../scene.ts'

export const attack: Attack = {
  title: 'A roll that names one hospital four times',
  by: 'coordinator',
  wants: "the victim's vector: the roll has the size of a cohort and opens four times one contribution",
  defence: 'roll-distinct',
  scene: { jobs: [UPDATE, STATISTIC] },
  coordinator: ({ take, shadow, show, giveBack }) => ({
    async run() {
      const step = shadow(await take((plan) => plan.task === 'fedavg'))
      await step.contribute([VICTIM])
      const reports = await step.check(IDS)
      const roll = step.entries([VICTIM, VICTIM, VICTIM, VICTIM])
      const aggregate = await step.aggregate([VICTIM, VICTIM, VICTIM, VICTIM])
      const statement = step.statement(roll, IDS, aggregate)
      const receipts = [...step.contributed.values()].map((c) => c.receipt)
      const signatures = await step.sign(IDS, { statement, roll, receipts, reports })
      if (signatures.length < step.checked.g) return giveBack()
      const certificate = { statement, roll, signatures }
      const answers = await step.answer(IDS, certificate)
      const { sums } = await step.open(certificate, aggregate, answers)
      show(
        'opened',
        [...sums].map((v) => Number(v) / 4),
      )
    },
  }),
  refused: { by: without(), code: 'ROLL_DUPLICATE', entry: 'request refusal', after: 'finishes' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), vectorOf(run, VICTIM, 'fedavg'))
    return "the coordinator opened the victim's own vector, to the last digit"
  },
}
