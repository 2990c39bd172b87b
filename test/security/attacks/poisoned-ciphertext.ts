// The third attack of the page: an accomplice adds a large constant to its ciphertext, to read a joint key out of what opens. There is no joint key: the view
// differs by that constant alone, and the noise is not what four honest contributions make.
import { decode, encode } from '../../../core/codec.ts'
import type { EncryptInput, EncryptOutput } from '../../../privacy/contributor/index.ts'
import { encryptJob } from '../../../privacy/jobs.ts'
import { plan as planCodec, receiptBody } from '../../../privacy/messages.ts'
import { ciphertextDigest } from '../../../privacy/wire.ts'
import type { Attack } from '../attack.ts'
import { addConstant } from '../moves.ts'
import { HELPER, hasty, STATISTIC } from '../scene.ts'

const CONSTANT = 2n ** 80n + 12345n

export const attack: Attack = {
  title: 'A contributor that poisons its ciphertext',
  by: 'hospital',
  wants: 'the coordinator and one hospital together: a key, read from what the poisoned sum opens to',
  defence: null,
  scene: { jobs: [hasty(STATISTIC)] },
  hospitals: {
    [HELPER]: () => ({
      work: (honest) => ({
        async run(job, input, options) {
          const made = await honest.run(job, input, options)
          if (job.name !== encryptJob.name || decode(planCodec, (input as unknown as EncryptInput).plan).task !== 'describe') return made
          return poisoned(made as unknown as EncryptOutput) as never
        },
        [Symbol.asyncDispose]: () => honest[Symbol.asyncDispose](),
      }),
    }),
  },
  refused: { by: ['coordinator'], code: 'NOISE_BOUND', entry: 'log', after: 'abandons' },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}

function poisoned(made: EncryptOutput): EncryptOutput {
  const ciphertexts = made.ciphertexts.map((bytes) => addConstant(bytes, CONSTANT))
  const body = decode(receiptBody, made.receiptBody)
  return { ...made, ciphertexts, receiptBody: encode(receiptBody, { ...body, ciphertexts: ciphertexts.map(ciphertextDigest) }) }
}
