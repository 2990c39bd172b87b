// The same in an update: what may have opened is never asked for again from the same state, so the job ends, by code, and the next one begins.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { adoptedStates } from '../evidence.ts'
import { blamedIn, contributes, noise } from '../hospital-moves.ts'
import { FOURTH, IDS, STATISTIC, UPDATE } from '../scene.ts'

export const attack: Attack = {
  title: 'A contribution to an update that is noise',
  by: 'hospital',
  wants: 'everybody to go on with a model made of noise',
  defence: 'opening-checked',
  scene: { jobs: [UPDATE, STATISTIC] },
  hospitals: { [FOURTH]: () => ({ work: contributes('fedavg', (made) => ({ ...made, ciphertexts: made.ciphertexts.map((_, j) => noise(`noise ${j}`)) })) }) },
  refused: {
    by: ['coordinator'],
    code: 'CONSTANT_LANES',
    entry: 'log',
    after: 'finishes',
    async also(run) {
      const ends = run.centre().flatMap((e) => (e.kind === 'abandoned' ? [e.code] : []))
      assert.deepEqual(ends, ['CONSTANT_LANES'])
      assert.deepEqual(blamedIn(run), [])
    },
  },
  async succeeded(run) {
    await run.until(() => IDS.every((id) => adoptedStates(run, id).length === 3), 'everyone has taken the model')
    return 'every hospital took a model made of noise'
  },
}
