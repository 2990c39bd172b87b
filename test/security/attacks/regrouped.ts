// Six hospitals were one block. A second job draws two groups of three over the same records: each group's sum, and the two together against the first.
import { type HospitalId, parseHospitalId } from '../../../core/ids.ts'
import { describeParams } from '../../../models/index.ts'
import type { Attack } from '../attack.ts'
import { expectSame, sumOf } from '../evidence.ts'
import { certify, openBy, openedSums, regrouped, stateOver } from '../moves.ts'
import { FOUNDING, hasty, IDS, STATISTIC, varied } from '../scene.ts'

const SIX: readonly HospitalId[] = [...IDS, parseHospitalId('zeta'), parseHospitalId('zoe')].sort()
const GROUPS = [SIX.slice(0, 3), SIX.slice(3)]
const FIRST = GROUPS[0] as readonly HospitalId[]

export const attack: Attack = {
  title: 'Groups drawn anew over the same records',
  by: 'coordinator',
  wants: 'sums of ever smaller groups out of one that was agreed to',
  defence: 'one-block-list',
  scene: {
    founding: { ...FOUNDING, hospitals: SIX.map((id) => ({ id, name: id })) },
    jobs: [STATISTIC, varied(hasty(STATISTIC), {}, describeParams({ stdFloor: 1e-5 }))],
  },
  coordinator: (tools) => ({
    async run() {
      await openedSums(tools, 'describe', 1)
      const first = [...tools.coordinator.state.jobs.keys()][0]
      const plan = await tools.take((p) => p.task === 'describe' && p.key.job !== first)
      const step = tools.shadow(await regrouped(tools, plan, GROUPS))
      if ((await step.contribute(FIRST)).length < FIRST.length) return tools.giveBack()
      const reports = await step.check(FIRST)
      const asked = await stateOver(step, FIRST, FIRST)
      const made = await openBy(step, await certify(step, asked, reports, FIRST), asked.aggregate, FIRST)
      tools.show('opened', [...(made?.opened.sums ?? [])].map(Number))
    },
  }),
  refused: { by: FIRST, code: 'DIFFERENCING', entry: 'plan refusal', after: 'pauses' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), sumOf(run, FIRST, 'describe', 1))
    return 'the exact sum of three out of six was opened'
  },
}
