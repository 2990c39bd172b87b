// The same query again over another choice of rows: here the second seed adds one row at each hospital, and the difference of two releases shows it.
import type { Attack } from '../attack.ts'
import { difference, expectReleased, expectSame, sumOf } from '../evidence.ts'
import { openedSums } from '../moves.ts'
import { hasty, IDS, STATISTIC, varied } from '../scene.ts'

export const attack: Attack = {
  title: 'Adaptive row filters',
  by: 'coordinator',
  wants: 'the rows between two filters: the difference of two exact releases',
  defence: 'one-row-filter',
  scene: { jobs: [STATISTIC, varied(hasty(STATISTIC), { splitSeed: 'one row more' })] },
  coordinator: (tools) => ({
    async run() {
      const [first, second] = await openedSums(tools, 'describe', 2)
      tools.show('opened', difference(second as number[], first as number[]))
    },
  }),
  refused: { by: IDS, code: 'DIFFERENCING', entry: 'plan refusal', after: 'pauses' },
  async succeeded(run) {
    await expectReleased(run, 'describe', 2)
    expectSame(await run.shown('opened', 'coordinator'), difference(sumOf(run, IDS, 'describe', 1), sumOf(run, IDS, 'describe', 0)))
    return 'the difference of two releases is the rows between the two filters'
  },
}
