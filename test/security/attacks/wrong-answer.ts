// A custodian answers with another sum of shares, signed. Found always: S leaves its bound, or opens to noise. Named where m >= 3f + 1, as here.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { adoptedStates } from '../evidence.ts'
import { answersOtherwise, blamedIn, offByOne, slow } from '../hospital-moves.ts'
import { FOURTH, HELPER, IDS, OTHER } from '../scene.ts'

export const attack: Attack = {
  title: 'A wrong answer of a custodian, of four',
  by: 'hospital',
  wants: 'everybody to go on with a sum that is no sum',
  defence: 'opening-checked',
  hospitals: { [HELPER]: slow(1_000, 'answer'), [OTHER]: slow(1_000, 'answer'), [FOURTH]: (tools) => answersOtherwise(tools, 'describe', offByOne) },
  refused: {
    by: ['coordinator'],
    code: 'WRONG_ANSWER',
    entry: 'log',
    after: 'finishes',
    also: async (run) => assert.deepEqual(blamedIn(run), [FOURTH]),
  },
  async succeeded(run) {
    await run.until(() => IDS.every((id) => adoptedStates(run, id).length === 2), 'everyone has taken the release')
    return 'every hospital took what a wrong sum of keys makes of the aggregate'
  },
}
