// A custodian signs another statement than it was shown. A hospital alone has no second statement to give anyone: its signature certifies nothing, and
// two valid ones of one opening key would be proof against it (a coordinator that helps: two-rolls).
import { encode } from '../../../core/codec.ts'
import { namedSignature } from '../../../privacy/messages.ts'
import { buildStatement, signStatement } from '../../../privacy/statement.ts'
import type { Attack } from '../attack.ts'
import { slow, taskOf } from '../hospital-moves.ts'
import { FOURTH, OTHER, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'A signature on another statement',
  by: 'hospital',
  wants: 'a certificate that nobody else believes: the step is certified for the coordinator alone, and lost',
  defence: 'statement-signature',
  hospitals: {
    [OTHER]: slow(1_000, 'sign'),
    [FOURTH]: (tools) => ({
      calls: (honest) => ({
        sign(key, bytes) {
          if (taskOf(tools, key) !== 'describe') return honest.sign(key, bytes)
          const checked = tools.checked(key)
          const other = buildStatement(checked, { roll: [], answerSet: checked.roster.custodians, aggregate: [] })
          return honest.sign(key, encode(namedSignature, signStatement(other, checked, tools.id, tools.signKey())))
        },
      }),
    }),
  },
  refused: { by: ['coordinator'], code: 'BAD_SIGNATURE', entry: 'log', after: 'finishes' },
  async succeeded(run) {
    await run.until(() => run.log(VICTIM).some((l) => l.code === 'NO_CERTIFICATE'), 'an honest custodian finds no certificate')
    return 'the coordinator counts a signature that no custodian accepts: the step is lost'
  },
}
