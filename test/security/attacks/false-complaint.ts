// A custodian complains about an honest member's share, signed. The answer set is chosen without the complainer, who stands against the others: the
// victim stays in the roll. Up to m - g complainers can be left out, which is f wherever m >= 3f + 1.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { reportsOtherwise, rollsOf } from '../hospital-moves.ts'
import { FOURTH, IDS, UPDATE, VICTIM, without } from '../scene.ts'

export const attack: Attack = {
  title: 'A false complaint about an honest member',
  by: 'hospital',
  wants: 'a hospital of its choice out of the sum, as if it had sealed garbage',
  defence: 'members-before-custodians',
  scene: { jobs: [UPDATE] },
  hospitals: {
    [FOURTH]: (tools) =>
      reportsOtherwise(tools, (body) => ({
        ...body,
        entries: body.entries.map((entry) => (entry.member === VICTIM ? { ...entry, verdict: { kind: 'complaint', code: 'share-does-not-open' } } : entry)),
      })),
  },
  refused: {
    by: ['coordinator'],
    code: 'OUTSIDE_ANSWER_SET',
    entry: 'log',
    after: 'finishes',
    async also(run) {
      assert.deepEqual(rollsOf(run), [IDS, IDS, IDS])
      for (const e of run.centre()) if (e.kind === 'stated') assert.deepEqual(e.statement.answerSet, without(FOURTH))
    },
  },
  async succeeded(run) {
    await run.until(() => rollsOf(run).length > 0, 'a step is stated')
    assert(!rollsOf(run)[0]?.includes(VICTIM))
    return 'the victim is out of the roll on the word of one custodian'
  },
}
