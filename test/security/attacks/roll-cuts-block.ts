// An exact statistic opens over whole blocks only: a roll without one member of the block, beside any other opening of the same records, is that member.
import type { Attack } from '../attack.ts'
import { expectSame, sumOf } from '../evidence.ts'
import { certify, gather, openBy, stateOver } from '../moves.ts'
import { IDS, STATISTIC, VICTIM, without } from '../scene.ts'

export const attack: Attack = {
  title: 'A roll without one member of a block',
  by: 'coordinator',
  wants: 'an exact sum without the victim, to subtract from one with it',
  defence: 'whole-blocks',
  scene: { jobs: [STATISTIC] },
  coordinator: ({ take, shadow, show, giveBack }) => ({
    async run() {
      const step = shadow(await take((plan) => plan.task === 'describe'))
      const { reports } = await gather(step, IDS)
      const others = without(VICTIM)
      const asked = await stateOver(step, others, others)
      const certificate = await certify(step, asked, reports, others)
      if (certificate.signatures.length < step.checked.g) return giveBack()
      const made = await openBy(step, certificate, asked.aggregate, others)
      show('opened', [...(made?.opened.sums ?? [])].map(Number))
    },
  }),
  refused: { by: without(VICTIM), code: 'ROLL_NOT_BLOCKS', entry: 'request refusal', after: 'finishes' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), sumOf(run, without(VICTIM), 'describe'))
    return 'an exact sum over the block without the victim was opened'
  },
}
