// A ciphertext of no message under any key. Shares and receipt are in order, so it is certified; the sum opens to noise, which the constant lanes and
// the bound of the noise tell, whoever of the custodians answers. Who sent it cannot be told: the sums of keys and of ciphertexts name nobody.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { adoptedStates } from '../evidence.ts'
import { blamedIn, contributes, noise, rollsOf } from '../hospital-moves.ts'
import { FOURTH, IDS, STATISTIC } from '../scene.ts'

export const attack: Attack = {
  title: 'A contribution to a statistic that is noise',
  by: 'hospital',
  wants: 'everybody to go on with a sum that is no sum',
  defence: 'opening-checked',
  scene: { jobs: [STATISTIC] },
  hospitals: {
    [FOURTH]: () => ({ work: contributes('describe', (made) => ({ ...made, ciphertexts: made.ciphertexts.map((_, j) => noise(`noise ${j}`)) }), 1) }),
  },
  refused: {
    by: ['coordinator'],
    code: 'CONSTANT_LANES',
    entry: 'log',
    after: 'finishes',
    async also(run) {
      assert.deepEqual(rollsOf(run), [IDS, IDS, IDS])
      assert.equal(run.centre().filter((e) => e.kind === 'abandoned').length, 1)
      // Abandoned is as good as opened: it stays charged, and everybody knows.
      for (const id of IDS) assert(run.journal(id).some((e) => e.kind === 'ended' && e.how === 'abandoned'))
      assert.deepEqual(blamedIn(run), [])
    },
  },
  async succeeded(run) {
    await run.until(() => run.centre().filter((e) => e.kind === 'released').length === 2, 'the noise is released')
    await run.until(() => IDS.every((id) => adoptedStates(run, id).length === 2), 'and taken')
    return 'every hospital took noise for the answer'
  },
}
