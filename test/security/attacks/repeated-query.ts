// A second job asks what a first one was told already. Its stored release would serve; the coordinator opens it again instead.
import type { Attack } from '../attack.ts'
import { expectSame, sumOf } from '../evidence.ts'
import { certify, openBy, stateOver } from '../moves.ts'
import { hasty, IDS, STATISTIC } from '../scene.ts'

export const attack: Attack = {
  title: 'The same query again',
  by: 'coordinator',
  wants: 'fresh rounding over the same records, again and again, until it averages out; and another roll each time',
  defence: 'one-opening-a-query',
  scene: { jobs: [STATISTIC, hasty(STATISTIC)] },
  coordinator: ({ take, shadow, show, giveBack, hide, coordinator }) => ({
    async run() {
      const plan = await take((p) => p.task === 'describe')
      giveBack()
      const second = () => [...coordinator.state.jobs.values()].find((job) => job.hash !== plan.key.job)
      hide((ask) => ask.kind === 'adopt' && ask.key.job !== plan.key.job && ask.key.step === 1)
      await new Promise<void>((resolve) => {
        const stop = coordinator.subscribe(() => {
          if (!second()?.releases.length) return
          stop()
          resolve()
        })
      })
      const job = second()
      if (!job) throw new Error('no second job')
      const step = shadow({ ...plan, key: { ...plan.key, job: job.hash } })
      if ((await step.contribute(IDS)).length < IDS.length) return giveBack()
      const reports = await step.check(IDS)
      const asked = await stateOver(step, IDS)
      const made = await openBy(step, await certify(step, asked, reports, IDS), asked.aggregate, IDS)
      show('opened', [...(made?.opened.sums ?? [])].map(Number))
    },
  }),
  refused: { by: IDS, code: 'DIFFERENCING', entry: 'plan refusal', after: 'finishes' },
  async succeeded(run) {
    expectSame(await run.shown('opened', 'coordinator'), sumOf(run, IDS, 'describe', 1))
    return 'the same sum was opened a second time'
  },
}
