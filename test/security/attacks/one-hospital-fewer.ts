// A second job over the same records invites everyone but the victim. Two honest exact releases, and their difference is the victim.
import { describeParams } from '../../../models/index.ts'
import type { Attack } from '../attack.ts'
import { difference, expectSame, vectorOf } from '../evidence.ts'
import { certify, openBy, openedSums, regrouped, stateOver } from '../moves.ts'
import { hasty, STATISTIC, VICTIM, varied, without } from '../scene.ts'

const OTHERS = without(VICTIM)

export const attack: Attack = {
  title: 'A new job over the same records with one hospital fewer',
  by: 'coordinator',
  wants: "the victim's exact sums: the difference of two releases",
  defence: 'one-block-list',
  scene: { jobs: [STATISTIC, varied(hasty(STATISTIC), {}, describeParams({ stdFloor: 1e-5 }))] },
  coordinator: (tools) => ({
    async run() {
      const [whole] = await openedSums(tools, 'describe', 1)
      const first = [...tools.coordinator.state.jobs.keys()][0]
      const plan = await tools.take((p) => p.task === 'describe' && p.key.job !== first)
      const step = tools.shadow(await regrouped(tools, plan, [OTHERS]))
      const contributed = await step.contribute(OTHERS)
      if (contributed.length < OTHERS.length) return tools.giveBack()
      const reports = await step.check(OTHERS)
      const asked = await stateOver(step, OTHERS, OTHERS)
      const certificate = await certify(step, asked, reports, OTHERS)
      const made = await openBy(step, certificate, asked.aggregate, OTHERS)
      tools.show('opened', difference(whole as number[], [...(made?.opened.sums ?? [])].map(Number)))
    },
  }),
  refused: { by: OTHERS, code: 'DIFFERENCING', entry: 'plan refusal', after: 'pauses' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), vectorOf(run, VICTIM, 'describe'))
    return "the difference of two releases is the victim's own sums"
  },
}
