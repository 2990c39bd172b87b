// Many receipts of one step, each with the beginning of an upload that is never ended.
import assert from 'node:assert/strict'
import { decode, encode, hash } from '../../../core/codec.ts'
import { receipt as receiptCodec, receiptHash } from '../../../privacy/messages.ts'
import { signReceipt } from '../../../privacy/receipt.ts'
import { chunksOf } from '../../../proto/index.ts'
import type { Attack } from '../attack.ts'
import { taskOf } from '../hospital-moves.ts'
import { FOURTH } from '../scene.ts'

const UPLOADS = 12
const PART = new Uint8Array(20_000)

export const attack: Attack = {
  title: 'Many uploads that are begun and never ended',
  by: 'hospital',
  wants: 'to fill the disk of the coordinator',
  defence: 'one-upload-a-member',
  hospitals: {
    [FOURTH]: (tools) => ({
      calls: (honest) => ({
        async contribute(key, header, offset, chunks, signal) {
          if (taskOf(tools, key) === 'describe') {
            const { body } = decode(receiptCodec, header)
            const hashes = []
            for (let i = 0; i < UPLOADS; i++) {
              const other = { ...body, ciphertexts: body.ciphertexts.map((_, j) => hash('test/other', Buffer.from(`${i} ${j}`))) }
              hashes.push(receiptHash(other))
              const signed = encode(receiptCodec, signReceipt(other, tools.checked(key), tools.signKey()))
              await honest.contribute(key, signed, 0, chunksOf(PART), signal).catch(() => undefined)
            }
            let kept = 0
            for (const name of hashes) kept += await honest.contributionOffset(key, name)
            tools.show('kept', kept)
          }
          await honest.contribute(key, header, offset, chunks, signal)
        },
      }),
    }),
  },
  refused: {
    by: ['coordinator'],
    code: 'OFFSET',
    entry: 'log',
    after: 'finishes',
    async also(run) {
      assert.equal(await run.shown<number>('kept', FOURTH), PART.length)
    },
  },
  async succeeded(run) {
    assert.equal(await run.shown<number>('kept', FOURTH), UPLOADS * PART.length)
    return 'the coordinator keeps the beginning of every upload'
  },
}
