// More bytes than a contribution of the plan has: the disk of the coordinator belongs to everybody.
import assert from 'node:assert/strict'
import { decode } from '../../../core/codec.ts'
import { receipt as receiptCodec, receiptHash } from '../../../privacy/messages.ts'
import { contributionBytesOf } from '../../../privacy/receipt.ts'
import type { Attack } from '../attack.ts'
import { takenFrom, taskOf } from '../hospital-moves.ts'
import { FOURTH } from '../scene.ts'

const SURPLUS = new Uint8Array(256 * 1024)

export const attack: Attack = {
  title: 'An upload that goes on after its end',
  by: 'hospital',
  wants: 'to fill the disk of the coordinator',
  defence: 'contribution-bounded',
  hospitals: {
    [FOURTH]: (tools) => {
      let tried = false
      return {
        calls: (honest) => ({
          async contribute(key, header, offset, chunks, signal) {
            if (tried || taskOf(tools, key) !== 'describe') return await honest.contribute(key, header, offset, chunks, signal)
            tried = true
            const { body } = decode(receiptCodec, header)
            const whole = contributionBytesOf(body.ciphertexts.length, body.shares.length)
            await honest.contribute(key, header, offset, endless(), signal)
            async function* endless() {
              yield* chunks
              for (let i = 0; i < 16; i++) yield SURPLUS
              // Only where all of it was taken is there anything to ask.
              while (!signal.aborted) {
                const kept = await honest.contributionOffset(key, receiptHash(body))
                if (kept > whole + SURPLUS.length) return tools.show('kept', { kept, whole })
                yield SURPLUS
              }
            }
          },
        }),
      }
    },
  },
  refused: {
    by: ['coordinator'],
    code: 'TOO_LARGE',
    entry: 'log',
    after: 'finishes',
    also: async (run) => assert.equal(run.evidence.filter((e) => e.name === 'kept').length, 0),
  },
  async succeeded(run) {
    const { kept, whole } = await run.shown<{ kept: number; whole: number }>('kept', FOURTH)
    assert(kept > whole)
    assert.equal(takenFrom(run, FOURTH).length, 1)
    return `the coordinator keeps ${kept} bytes of a contribution of ${whole}`
  },
}
