// The coordinator opens a sum, keeps the release to itself and plans the next step as if it had never been: members would be asked for sum after sum and see none.
import type { Attack } from '../attack.ts'
import { expectSame, sumOf } from '../evidence.ts'
import { certify, openBy, openedSums, stateOver } from '../moves.ts'
import { hasty, IDS, STATISTIC } from '../scene.ts'

export const attack: Attack = {
  title: 'A withheld release',
  by: 'coordinator',
  wants: 'sum after sum for itself alone',
  defence: 'releases-in-order',
  scene: { jobs: [hasty(STATISTIC)] },
  coordinator: (tools) => ({
    async run() {
      tools.hide((ask) => ask.kind === 'adopt' && ask.key.step === 1)
      await openedSums(tools, 'describe', 1)
      const first = [...tools.coordinator.state.steps.values()].find((s) => s.plan.task === 'describe')
      if (!first) throw new Error('no step of describe')
      const step = tools.shadow({ ...first.plan, key: { ...first.key, step: 2 } })
      if ((await step.contribute(IDS)).length < IDS.length) return tools.giveBack()
      const reports = await step.check(IDS)
      const asked = await stateOver(step, IDS)
      const made = await openBy(step, await certify(step, asked, reports, IDS), asked.aggregate, IDS)
      tools.show('opened', [...(made?.opened.sums ?? [])].map(Number))
    },
  }),
  refused: { by: IDS, code: 'OTHER_STATE', entry: 'plan refusal', after: 'finishes' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), sumOf(run, IDS, 'describe', 1))
    return 'a second sum was opened while the first was kept from everyone'
  },
}
