// The victim's contribution is left out of the roll that the victim itself is asked to sign: its bytes left the site, and it would open elsewhere.
import type { Attack } from '../attack.ts'
import { expectSame, sumOf } from '../evidence.ts'
import { certify, gather, openBy, stateOver } from '../moves.ts'
import { HELPER, IDS, OTHER, UPDATE, VICTIM, without } from '../scene.ts'

export const attack: Attack = {
  title: "A roll that leaves out the signing custodian's own contribution",
  by: 'coordinator',
  wants: "to drop whose contribution it likes, with the victim's own signature",
  defence: 'own-receipt',
  scene: { jobs: [UPDATE] },
  coordinator: ({ take, shadow, show, giveBack }) => ({
    async run() {
      const step = shadow(await take((plan) => plan.task === 'fedavg'))
      const { reports } = await gather(step, IDS)
      const answerSet = [VICTIM, HELPER, OTHER]
      const asked = await stateOver(step, without(VICTIM), answerSet)
      const mine = await certify(step, asked, reports, [VICTIM])
      if (mine.signatures.length === 0) return giveBack()
      const rest = await certify(step, asked, reports, [HELPER, OTHER])
      const certificate = { ...mine, signatures: [...mine.signatures, ...rest.signatures] }
      const made = await openBy(step, certificate, asked.aggregate, [VICTIM, HELPER])
      show('opened', [...(made?.opened.sums ?? [])].map(Number))
    },
  }),
  refused: { by: [VICTIM], code: 'ROLL_OMITS_ME', entry: 'request refusal', after: 'finishes' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), sumOf(run, without(VICTIM), 'fedavg'))
    return 'the victim signed and answered a roll that leaves its own contribution out'
  },
}
