// The second attack of the page: an accomplice contributes minus the sum of all others but the victim, so that the aggregate is the victim's own ciphertext. The
// coordinator hands it the others' ciphertexts. The others' keys stay in the sum of keys: what opens is noise.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { decode, encode } from '../../../core/codec.ts'
import { createCipher } from '../../../privacy/cipher.ts'
import type { EncryptInput, EncryptOutput } from '../../../privacy/contributor/index.ts'
import { encryptJob } from '../../../privacy/jobs.ts'
import { unpack } from '../../../privacy/lanes.ts'
import { plan as planCodec, receiptBody, receiptHash } from '../../../privacy/messages.ts'
import { interpolateAtZero } from '../../../privacy/shamir.ts'
import { ciphertextDigest, PRIMES, packCiphertext, parseCiphertext, RESIDUES } from '../../../privacy/wire.ts'
import type { Attack } from '../attack.ts'
import { vectorOf } from '../evidence.ts'
import { FOURTH, HELPER, hasty, OTHER, STATISTIC, VICTIM } from '../scene.ts'

const FILE = 'others'

export const attack: Attack = {
  title: 'A contributor that cancels everyone but the victim',
  by: 'hospital',
  wants: "the coordinator and one hospital together: the aggregate is the victim's ciphertext",
  defence: null,
  scene: { jobs: [hasty(STATISTIC)] },
  coordinator: ({ coordinator, store, collusion, show }) => ({
    async run() {
      const step = () => [...coordinator.state.steps.values()].find((s) => s.plan.task === 'describe')
      const until = (condition: () => boolean): Promise<void> =>
        new Promise((resolve) => {
          const stop = coordinator.subscribe(() => look())
          const look = (): void => {
            if (!condition()) return
            stop()
            resolve()
          }
          look()
        })
      await until(() => [OTHER, FOURTH].every((id) => step()?.receipts.has(id)))
      const { key, receipts, plan, planHash } = step() as NonNullable<ReturnType<typeof step>>
      const spooled = async (id: typeof OTHER): Promise<Uint8Array> => {
        const hash = receiptHash(receipts.get(id)?.body as never)
        return await store.readBlob(`spool.${key.job}.${key.step}.${key.group}.${id}.${hash.slice(0, 16)}`, 0, 46_080)
      }
      const sum = await createCipher('bgv').add(null, [[await spooled(OTHER)], [await spooled(FOURTH)]])
      writeFileSync(join(collusion, `${FILE}.half`), sum[0] as Uint8Array)
      renameSync(join(collusion, `${FILE}.half`), join(collusion, FILE))
      const answers = () => {
        const phase = step()?.phase
        return phase?.kind === 'opening' ? phase.answers : []
      }
      await until(() => answers().length >= 2)
      const keySum = interpolateAtZero(
        answers()
          .slice(0, 2)
          .map(({ body }) => ({ x: body.index, words: body.sum })),
      )
      // What it holds now, without any check: the victim's ciphertext under the sum of four keys.
      const hash = receiptHash(step()?.receipts.get(VICTIM)?.body as never)
      const victim = await store.readBlob(`spool.${key.job}.${key.step}.${key.group}.${VICTIM}.${hash.slice(0, 16)}`, 0, 46_080)
      show('view', [...unpack(plan.layout, await createCipher('bgv').open(planHash, [victim], keySum), 4).sums].map(Number))
    },
  }),
  hospitals: {
    [HELPER]: ({ collusion }) => ({
      work: (honest) => ({
        async run(job, input, options) {
          const made = await honest.run(job, input, options)
          if (job.name !== encryptJob.name || decode(planCodec, (input as unknown as EncryptInput).plan).task !== 'describe') return made
          while (!existsSync(join(collusion, FILE))) await pause(50)
          return cancelling(made as unknown as EncryptOutput, new Uint8Array(readFileSync(join(collusion, FILE)))) as never
        },
        [Symbol.asyncDispose]: () => honest[Symbol.asyncDispose](),
      }),
    }),
  },
  refused: {
    by: ['coordinator'],
    code: 'CONSTANT_LANES',
    entry: 'log',
    after: 'abandons',
    also: async (run) => {
      const [view, truth] = [await run.shown<number[]>('view', 'coordinator'), vectorOf(run, VICTIM, 'describe')]
      assert.deepEqual(
        view.filter((v, i) => v === truth[i]),
        [],
      )
    },
  },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}

function cancelling(made: EncryptOutput, others: Uint8Array): EncryptOutput {
  const minus = packCiphertext(
    parseCiphertext(others).map((v, i) => {
      const prime = PRIMES[i < RESIDUES / 2 ? 0 : 1]
      return v === 0 ? 0 : prime - v
    }),
  )
  const body = decode(receiptBody, made.receiptBody)
  return { ...made, ciphertexts: [minus], receiptBody: encode(receiptBody, { ...body, ciphertexts: [ciphertextDigest(minus)] }) }
}
