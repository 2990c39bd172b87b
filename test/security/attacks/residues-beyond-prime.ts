// Bytes of the right length that are no residues: whoever adds them up later meets them in everybody's step. The receipt is in order, so only parsing tells.

import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { contributes, rollsOf, SOON_UPDATE } from '../hospital-moves.ts'
import { FOURTH, IDS, without } from '../scene.ts'

export const attack: Attack = {
  title: 'A contribution of garbage bytes, with residues that are not below their primes',
  by: 'hospital',
  wants: 'that the step can never be added up, and nobody is told why',
  defence: 'residues-reduced',
  scene: { jobs: [SOON_UPDATE] },
  hospitals: {
    [FOURTH]: () => ({
      work: contributes('fedavg', (made) => ({ ...made, ciphertexts: made.ciphertexts.map(({ length }) => new Uint8Array(length).fill(0xff)) })),
    }),
  },
  refused: {
    by: ['coordinator'],
    code: 'BAD_CIPHERTEXT',
    entry: 'log',
    after: 'finishes',
    also: async (run) => assert.deepEqual(rollsOf(run), [IDS, IDS, without(FOURTH)]),
  },
  async succeeded(run) {
    const stuck = () => run.log('coordinator').filter((l) => l.code === 'BAD_CIPHERTEXT' && String(l['effect']).startsWith('state '))
    await run.until(() => stuck().length >= 2, 'the coordinator fails to add up, again and again')
    assert.equal(rollsOf(run).length, 2)
    return 'the step of everybody stands for ever: its sum cannot be made'
  },
}
