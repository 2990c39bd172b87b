// Custodians are asked for their answers at once: nobody has signed the roll, which the victim never would have.
import type { Attack } from '../attack.ts'
import { expectSame, sumOf } from '../evidence.ts'
import { gather, openBy, stateOver } from '../moves.ts'
import { IDS, OTHER, UPDATE, VICTIM, without } from '../scene.ts'

export const attack: Attack = {
  title: 'Answers without a certificate',
  by: 'coordinator',
  wants: 'to open over a roll of its own choice that no custodian has agreed to',
  defence: 'certificate',
  scene: { jobs: [UPDATE] },
  coordinator: ({ take, shadow, show, giveBack }) => ({
    async run() {
      const step = shadow(await take((plan) => plan.task === 'fedavg'))
      await gather(step, IDS)
      const { roll, statement, aggregate } = await stateOver(step, without(VICTIM))
      const made = await openBy(step, { statement, roll, signatures: [] }, aggregate, [VICTIM, OTHER])
      if (!made) return giveBack()
      show('opened', [...made.opened.sums].map(Number))
    },
  }),
  refused: { by: [VICTIM, OTHER], code: 'NO_CERTIFICATE', entry: 'request refusal', after: 'finishes' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), sumOf(run, without(VICTIM), 'fedavg'))
    return 'a sum that nobody certified was opened'
  },
}
