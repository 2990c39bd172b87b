// A custodian that is asked to co-sign signs another release. Counted, the release would go out with too few co-signatures and no hospital could take it.
import { encode } from '../../../core/codec.ts'
import { parseDigest } from '../../../core/ids.ts'
import { namedSignature } from '../../../privacy/messages.ts'
import { signCosignature } from '../../../privacy/release.ts'
import type { Attack } from '../attack.ts'
import { soon, taskOf } from '../hospital-moves.ts'
import { OTHER, STATISTIC, VICTIM } from '../scene.ts'

const ELSEWHERE = parseDigest('7'.repeat(64))

export const attack: Attack = {
  title: 'A co-signature on another release',
  by: 'hospital',
  wants: 'a release that goes out and that no hospital takes',
  defence: 'cosignature-verified',
  scene: { jobs: [soon(STATISTIC)] },
  hospitals: {
    // Among the first two who are asked in this step.
    [OTHER]: (tools) => ({
      calls: (honest) => ({
        cosign(key, bytes) {
          if (taskOf(tools, key) !== 'describe') return honest.cosign(key, bytes)
          const body = { statement: ELSEWHERE, keySum: ELSEWHERE, release: ELSEWHERE, nextState: ELSEWHERE }
          return honest.cosign(key, encode(namedSignature, signCosignature(body, tools.checked(key), tools.id, tools.signKey())))
        },
      }),
    }),
  },
  refused: { by: ['coordinator'], code: 'BAD_SIGNATURE', entry: 'log', after: 'finishes' },
  async succeeded(run) {
    await run.until(() => run.log(VICTIM).some((l) => l.code === 'FEW_COSIGNATURES'), 'a hospital refuses the release')
    return 'the release is out and nobody takes it'
  },
}
