// A ciphertext with a constant added: a value past its clip, with receipt, shares and noise in order. Lanes are bounded where they are packed, at the
// contributor, and nowhere else: no party but it ever sees them.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { sumOf } from '../evidence.ts'
import { contributes, releasedSums, rollsOf, showsReleases } from '../hospital-moves.ts'
import { addConstant } from '../moves.ts'
import { FOURTH, IDS, UPDATE } from '../scene.ts'

const LIE = 2n ** 40n

export const attack: Attack = {
  title: 'A value past its clip is released as it was sent: the protocol sees sums alone',
  by: 'hospital',
  wants: 'to move the sum by what it likes',
  defence: null,
  scene: { jobs: [UPDATE] },
  hospitals: {
    [FOURTH]: (tools) => ({
      calls: (honest) => showsReleases(tools, honest),
      work: contributes('fedavg', (made) => ({ ...made, ciphertexts: made.ciphertexts.map((c, j) => (j === 0 ? addConstant(c, LIE) : c)) })),
    }),
  },
  refused: {
    by: [],
    code: 'CONSTANT_LANES',
    entry: 'log',
    after: 'finishes',
    async also(run) {
      assert.deepEqual(rollsOf(run), [IDS, IDS, IDS])
      const [sums, truth] = [await releasedSums(run, 'fedavg'), sumOf(run, IDS, 'fedavg')]
      const moved = sums.flatMap((v, i) => (v === truth[i] ? [] : [i]))
      // The first coefficient: the lane itself, and those above it that it runs over into.
      assert(moved.length > 0 && moved.every((i) => i < 7), `moved: ${moved.length} lanes`)
    },
  },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}
