// A job over an extract that ends with a day of the coordinator's choice: two neighbouring days differ by a handful of records.
import type { Attack } from '../attack.ts'
import { expectReleased } from '../evidence.ts'
import { hasty, IDS, STATISTIC, varied } from '../scene.ts'

export const attack: Attack = {
  title: 'A boundary that is no month',
  by: 'coordinator',
  wants: 'exact sums up to two neighbouring days: their difference is one day of records',
  defence: 'public-boundary',
  scene: { jobs: [varied(hasty(STATISTIC), { boundary: '2026-01-15' })] },
  refused: { by: IDS, code: 'DIFFERENCING', entry: 'plan refusal', after: 'pauses' },
  async succeeded(run) {
    await expectReleased(run, 'describe', 1)
    return 'an exact sum up to a day of its choice was released'
  },
}
