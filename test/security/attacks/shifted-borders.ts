// The same histogram with another cap on amounts: the rows between two borders would show.
import { evaluateParams } from '../../../models/index.ts'
import { FEATURES, jobOf, STAGES } from '../../federation/small.ts'
import type { Attack } from '../attack.ts'
import { expectReleased } from '../evidence.ts'
import { hasty, IDS } from '../scene.ts'

const again = STAGES.evaluate('logistic').map((stage) => ({
  ...stage,
  name: 'evaluate-again',
  params: evaluateParams({ model: 'logistic', amountCapYuan: 999 }),
}))

export const attack: Attack = {
  title: 'Shifted histogram borders',
  by: 'coordinator',
  wants: 'the rows between two borders: the difference of two histograms',
  defence: 'one-set-of-borders',
  scene: { jobs: [hasty(jobOf(FEATURES, STAGES.describe, STAGES.logistic(1), STAGES.evaluate('logistic'), again))] },
  refused: { by: IDS, code: 'DIFFERENCING', entry: 'plan refusal', after: 'pauses' },
  async succeeded(run) {
    await expectReleased(run, 'evaluate-again', 1)
    return 'a second histogram with other borders was released'
  },
}
