// A wrong answer in the name of a custodian that is slow to answer.
import assert from 'node:assert/strict'
import { decode, encode } from '../../../core/codec.ts'
import { signAnswer } from '../../../privacy/answer.ts'
import { answer as answerCodec } from '../../../privacy/messages.ts'
import { custodianIndex } from '../../../privacy/roster.ts'
import type { Attack } from '../attack.ts'
import { blamedIn, offByOne, slow } from '../hospital-moves.ts'
import { FOURTH, HELPER, OTHER, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: "An answer in another custodian's name",
  by: 'hospital',
  wants: 'an honest custodian to be named for a wrong answer',
  defence: 'author-of-answer',
  hospitals: {
    [VICTIM]: slow(2_000, 'answer'),
    [HELPER]: slow(1_000, 'answer'),
    [OTHER]: slow(1_000, 'answer'),
    [FOURTH]: (tools) => ({
      calls: (honest) => ({
        async answer(key, bytes) {
          const checked = tools.checked(key)
          const said = { ...offByOne(decode(answerCodec, bytes).body), custodian: VICTIM, index: custodianIndex(checked.roster, VICTIM) }
          await honest.answer(key, encode(answerCodec, signAnswer(said, checked, tools.signKey()))).catch(() => undefined)
          await honest.answer(key, bytes)
        },
      }),
    }),
  },
  refused: { by: ['coordinator'], code: 'NOT_ENROLLED', entry: 'log', after: 'finishes', also: async (run) => assert.deepEqual(blamedIn(run), []) },
  async succeeded(run) {
    await run.until(() => blamedIn(run).includes(VICTIM), 'the victim is named')
    return 'the victim is named for an answer that it never gave'
  },
}
