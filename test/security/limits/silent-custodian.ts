// A hospital that contributes and, as a custodian, says nothing at all: m - g = 1 of four may, and every step goes on after the patience of its plan.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { rollsOf, soon } from '../hospital-moves.ts'
import { FOURTH, IDS, STATISTIC, without } from '../scene.ts'

const never = (): Promise<void> => new Promise(() => undefined)

export const attack: Attack = {
  title: 'A custodian that never says anything holds nothing up for longer than the patience of a step',
  by: 'hospital',
  wants: 'to stop the federation',
  defence: null,
  scene: { jobs: [soon(STATISTIC)] },
  hospitals: { [FOURTH]: () => ({ calls: () => ({ report: never, sign: never, answer: never, cosign: never }) }) },
  refused: {
    by: [],
    code: 'PAUSED',
    entry: 'log',
    after: 'finishes',
    async also(run) {
      assert.deepEqual(rollsOf(run), [IDS, IDS])
      for (const e of run.centre()) if (e.kind === 'stated') assert.deepEqual(e.statement.answerSet, without(FOURTH))
    },
  },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}
