// A custodian refuses whatever it is asked as one. One of four is not needed: m - g = 1 to certify, m - t = 2 to open.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { rollsOf } from '../hospital-moves.ts'
import { FOURTH, IDS } from '../scene.ts'

export const attack: Attack = {
  title: 'A custodian that refuses everything it is asked',
  by: 'hospital',
  wants: 'to stop the federation',
  defence: null,
  hospitals: {
    [FOURTH]: () => ({
      calls: (honest) => ({
        sign: (key) => honest.refuseRequest(key, 'sign', 'POLICY'),
        answer: (key) => honest.refuseRequest(key, 'answer', 'POLICY'),
        cosign: (key) => honest.refuseRequest(key, 'cosign', 'POLICY'),
      }),
    }),
  },
  refused: {
    by: ['coordinator'],
    code: 'POLICY',
    entry: 'requestRefused',
    after: 'finishes',
    also: async (run) => assert.deepEqual(rollsOf(run), [IDS, IDS]),
  },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}
