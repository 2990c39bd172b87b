// Two statements for one opening key: one over everyone, one over everyone but the victim, each shown to those who would sign it. A corrupt custodian
// (f = 1) signs and answers whatever it is asked. Two sets of g = 3 out of 4 share an honest custodian: it would have to sign twice.
import type { Attack } from '../attack.ts'
import { expectSame, vectorOf } from '../evidence.ts'
import { certify, gather, openBy, stateOver } from '../moves.ts'
import { FOURTH, HELPER, IDS, OTHER, UPDATE, VICTIM, without } from '../scene.ts'

export const attack: Attack = {
  title: 'Two rolls for one opening key, shown to different custodians, f custodians helping',
  by: 'coordinator',
  wants: "the victim's vector: the difference of the two sums",
  defence: 'one-statement',
  scene: { jobs: [UPDATE] },
  helpers: { [HELPER]: ['one-statement'] },
  coordinator: ({ take, shadow, show, giveBack }) => ({
    async run() {
      const step = shadow(await take((plan) => plan.task === 'fedavg'))
      const { reports } = await gather(step, IDS)
      const whole = await stateOver(step, IDS)
      const less = await stateOver(step, without(VICTIM), [HELPER, OTHER, FOURTH])
      const first = await certify(step, whole, reports, [VICTIM, HELPER, OTHER])
      const second = await certify(step, less, reports, [HELPER, OTHER, FOURTH])
      if (second.signatures.length < step.checked.g) return giveBack()
      const all = await openBy(step, first, whole.aggregate, [HELPER, OTHER])
      const others = await openBy(step, second, less.aggregate, [HELPER, OTHER])
      if (all && others)
        show(
          'opened',
          [...all.opened.sums].map((v, i) => Number(v - (others.opened.sums[i] as bigint))),
        )
    },
  }),
  refused: { by: [OTHER], code: 'SECOND_STATEMENT', entry: 'request refusal', after: 'finishes' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), vectorOf(run, VICTIM, 'fedavg'))
    return "the difference of two opened sums is the victim's vector"
  },
}
