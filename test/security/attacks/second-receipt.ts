// A second whole contribution, signed by its member, after the first was taken.
import assert from 'node:assert/strict'
import { decode, encode } from '../../../core/codec.ts'
import type { EncryptOutput } from '../../../privacy/contributor/index.ts'
import { receiptBody, receipt as receiptCodec } from '../../../privacy/messages.ts'
import { signReceipt } from '../../../privacy/receipt.ts'
import { chunksOf } from '../../../proto/index.ts'
import type { Attack } from '../attack.ts'
import { contributes, slow, takenFrom, taskOf } from '../hospital-moves.ts'
import { FOURTH, VICTIM } from '../scene.ts'

/** The signal of the ask fires as soon as the first one is taken: nobody asks any more. */
const never = new AbortController().signal

export const attack: Attack = {
  title: 'A second contribution of the same hospital',
  by: 'hospital',
  wants: 'to be counted twice, or to change what it said',
  defence: 'one-receipt',
  hospitals: {
    [VICTIM]: slow(1_500, 'contribute'),
    [FOURTH](tools) {
      let spare: EncryptOutput | null = null
      return {
        work: contributes('describe', async (made, making) => {
          spare = await making.again()
          return made
        }),
        calls: (honest) => ({
          async contribute(key, header, offset, chunks, signal) {
            if (taskOf(tools, key) !== 'describe') return await honest.contribute(key, header, offset, chunks, signal)
            await honest.contribute(key, header, offset, chunks, never)
            if (!spare) return
            const again = encode(receiptCodec, signReceipt(decode(receiptBody, spare.receiptBody), tools.checked(key), tools.signKey()))
            const bytes = Buffer.concat([...spare.ciphertexts, ...spare.sealedShares])
            spare = null
            // Refused or not: its first one stands.
            await honest.contribute(key, again, 0, chunksOf(bytes), never).catch(() => undefined)
          },
        }),
      }
    },
  },
  refused: {
    by: ['coordinator'],
    code: 'SECOND_RECEIPT',
    entry: 'log',
    after: 'finishes',
    also: async (run) => assert.equal(takenFrom(run, FOURTH).length, 2),
  },
  async succeeded(run) {
    const all = () => takenFrom(run, FOURTH)
    await run.until(() => all().length === 3, 'three contributions to two steps are taken')
    assert.equal(all()[1]?.key, all()[2]?.key)
    return 'the second contribution took the place of the first'
  },
}
