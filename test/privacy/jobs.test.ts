import { expect, test } from 'vitest'
import { decode, encode } from '../../core/codec.ts'
import type { LaneLayout } from '../../core/lanes.ts'
import { createInlineWork } from '../../core/work/inline.ts'
import { createThreads } from '../../core/work/threads.ts'
import type { Work } from '../../core/work/work.ts'
import { addJob, encryptJob, openJob } from '../../privacy/jobs.ts'
import { unpack } from '../../privacy/lanes.ts'
import { keyEpoch, plan, planHash, receiptBody, roster } from '../../privacy/messages.ts'
import { openShare } from '../../privacy/sealing.ts'
import { addShares, interpolateAtZero } from '../../privacy/shamir.ts'
import { shareWords } from '../../privacy/share-words.ts'
import { createStep } from './contributor/step.ts'
import { refused } from './refused.ts'

const layout: LaneLayout = { lanesPerCoefficient: 3, laneBits: 18, valueBits: 10, segments: [{ name: 'v', length: 100, clip: 1, rounding: 'stochastic' }] }

test.each([
  ['in worker threads', (): Work => createThreads({ threads: 2 })],
  ['inline', createInlineWork],
] as const)('a whole step runs as jobs %s: encrypt, add, open', { timeout: 60_000 }, async (_, createWork) => {
  await using work = createWork()
  const step = createStep(layout)
  const bytes = { plan: encode(plan, step.plan), roster: encode(roster, step.roster), keyEpoch: encode(keyEpoch, step.keyEpoch) }
  const quantised = (k: number): Float64Array => Float64Array.from({ length: 100 }, (_, i) => i - 50 + k)
  const sent = await Promise.all(
    step.roster.members.map(({ id }, k) => work.run(encryptJob, { cipher: 'bgv', ...bytes, stateHash: step.plan.state, member: id, quantised: quantised(k) })),
  )
  const partial = await work.run(addJob, { cipher: 'bgv', partial: null, contributions: sent.slice(0, 3).map((s) => s.ciphertexts) })
  const aggregate = await work.run(addJob, { cipher: 'bgv', partial, contributions: sent.slice(3).map((s) => s.ciphertexts) })
  const answers = step.custodians.slice(0, 3).map(({ own, privateKey }, k) => ({
    x: k + 1,
    words: addShares(
      sent.map((s) => {
        const sender = decode(receiptBody, s.receiptBody).member
        const context = { planHash: planHash(step.plan), rosterHash: step.plan.roster, epoch: 1, sender, receiver: own.custodian, receiverIndex: k + 1 }
        return decode(shareWords, openShare(privateKey, own, context, s.sealedShares[k] as Uint8Array)).share
      }),
    ),
  }))
  const coefficients = await work.run(openJob, { cipher: 'bgv', planHash: planHash(step.plan), aggregate, keySum: interpolateAtZero(answers) })
  const { sums, constants } = unpack(layout, coefficients, 5)
  expect(constants).toEqual([5n])
  expect([...sums]).toEqual(Array.from({ length: 100 }, (_, i) => BigInt(5 * (i - 50) + 10)))
  // A refusal crosses the border with its code.
  await expect(work.run(addJob, { cipher: 'bgv', partial: null, contributions: [[new Uint8Array(3)]] })).rejects.toThrow(refused('BAD_CIPHERTEXT'))
})
