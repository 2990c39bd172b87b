import { describe, expect, test } from 'vitest'
import { decode } from '../../../core/codec.ts'
import { parseHospitalId } from '../../../core/ids.ts'
import type { LaneLayout } from '../../../core/lanes.ts'
import { checkWords } from '../../../privacy/check-words.ts'
import { createCipher } from '../../../privacy/cipher.ts'
import { prepareContribution } from '../../../privacy/contributor/index.ts'
import { unpack } from '../../../privacy/lanes.ts'
import { planHash } from '../../../privacy/messages.ts'
import { openShare, sealedShareDigest } from '../../../privacy/sealing.ts'
import { addShares, interpolateAtZero, liesOnPolynomial } from '../../../privacy/shamir.ts'
import { shareWords } from '../../../privacy/share-words.ts'
import { ciphertextDigest } from '../../../privacy/wire.ts'
import { refused } from '../refused.ts'
import { createStep, digestOf } from './step.ts'

const layout: LaneLayout = { lanesPerCoefficient: 2, laneBits: 28, valueBits: 16, segments: [{ name: 'v', length: 9000, clip: 1, rounding: 'stochastic' }] }
const subsets = (m: number, size: number, from = 0): number[][] =>
  size === 0 ? [[]] : Array.from({ length: m - from }, (_, i) => subsets(m, size - 1, from + i + 1).map((rest) => [from + i, ...rest])).flat()

describe.each([
  { cipher: 'bgv', custodians: 5, corrupt: 2 },
  { cipher: 'bgv', custodians: 4, corrupt: 1 },
  { cipher: 'clear', custodians: 7, corrupt: 3 },
] as const)('a step of seven hospitals with $custodians custodians, $corrupt corrupt, under $cipher', ({ cipher, custodians, corrupt }) => {
  const step = createStep(layout, { members: 7, custodians, corrupt })
  const vectors = step.roster.members.map((_, k) => Float64Array.from({ length: 9000 }, (_, i) => ((i * 31 + k * 977) % 65537) - 32768))
  const contributions = Promise.all(
    step.roster.members.map(({ id }, k) =>
      prepareContribution({ ...step, cipher, member: id, stateHash: step.plan.state, quantised: vectors[k] as Float64Array }),
    ),
  )
  /** words[custodian][member] */
  const opened = contributions.then((all) =>
    step.custodians.map(({ own, privateKey }, k) =>
      all.map(({ sealedShares, receiptBody }) => {
        const context = {
          planHash: planHash(step.plan),
          rosterHash: step.plan.roster,
          epoch: 1,
          sender: receiptBody.member,
          receiver: own.custodian,
          receiverIndex: k + 1,
        }
        return decode(shareWords, openShare(privateKey, own, context, sealedShares[k] as Uint8Array))
      }),
    ),
  )

  test('each receipt names exactly what was made', async () => {
    for (const [k, { ciphertexts, sealedShares, receiptBody }] of (await contributions).entries()) {
      expect(receiptBody).toEqual({
        plan: planHash(step.plan),
        state: step.plan.state,
        member: step.roster.members[k]?.id,
        ciphertexts: ciphertexts.map(ciphertextDigest),
        shares: sealedShares.map(sealedShareDigest),
      })
      expect([ciphertexts.length, sealedShares.length]).toEqual([2, custodians])
    }
  })
  test("every custodian's check words of every member lie on one polynomial of degree f", async () => {
    const [all, words] = [await contributions, await opened]
    for (const [member, { receiptBody }] of all.entries()) {
      const reports = words.map((of) => checkWords(receiptBody, of[member]?.share as Uint32Array, of[member]?.masks as Uint32Array))
      for (let r = 0; r < 4; r++) {
        const points = reports.map((report, k) => ({ x: k + 1, word: report[r] as number }))
        expect(liesOnPolynomial(points, corrupt)).toBe(true)
        expect(liesOnPolynomial(points, corrupt - 1)).toBe(false)
      }
    }
  })
  test('any f + 1 custodians open identical bytes, the exact sum; f of them get a different key sum', async () => {
    const [all, words] = [await contributions, await opened]
    const aggregate = await createCipher(cipher).add(
      null,
      all.map((c) => c.ciphertexts),
    )
    const answers = words.map((of, k) => ({ x: k + 1, words: addShares(of.map((w) => w.share)) }))
    const sums = subsets(custodians, corrupt + 1).map((ks) => interpolateAtZero(ks.map((k) => answers[k] as { x: number; words: Uint32Array })))
    expect(new Set(sums.map((S) => Buffer.from(S.buffer).toString('base64'))).size).toBe(1)
    const S = sums[0] as Int32Array
    expect(S.every((v) => Math.abs(v) <= 42 * 7)).toBe(true)
    const release = unpack(layout, await createCipher(cipher).open(planHash(step.plan), aggregate, S), 7)
    expect(release.constants).toEqual([7n, 7n])
    expect(release.sums.findIndex((sum, i) => sum !== vectors.reduce((total, q) => total + BigInt(q[i] as number), 0n))).toBe(-1)
    for (const ks of subsets(custodians, corrupt)) expect(interpolateAtZero(ks.map((k) => answers[k] as { x: number; words: Uint32Array }))).not.toEqual(S)
  })
  test('f custodians with the coordinator cannot open one contribution: their interpolation gives noise', async () => {
    if (cipher === 'clear') return
    const [[victim], words] = [await contributions, await opened]
    const stolen = interpolateAtZero(Array.from({ length: corrupt }, (_, k) => ({ x: k + 1, words: words[k]?.[0]?.share as Uint32Array })))
    const { sums } = unpack(layout, await createCipher(cipher).open(planHash(step.plan), victim?.ciphertexts as Uint8Array[], stolen), 7)
    expect(sums.filter((v, i) => v === BigInt(vectors[0]?.[i] as number)).length).toBeLessThan(5)
  })
})

describe('a contribution is refused', () => {
  const step = createStep({ ...layout, segments: [] })
  const input = { ...step, cipher: 'clear', member: parseHospitalId('hospital-00'), stateHash: digestOf('state'), quantised: new Float64Array() } as const
  test('never where everything agrees, also without any segment', async () => {
    expect((await prepareContribution(input)).ciphertexts.length).toBe(1)
  })
  test('where roster or key epoch are not the ones that the plan names', async () => {
    const other = createStep(layout)
    await expect(prepareContribution({ ...input, roster: { ...step.roster, version: 2 } })).rejects.toThrow(refused('OTHER_ROSTER'))
    await expect(prepareContribution({ ...input, keyEpoch: { ...step.keyEpoch, epoch: 2 } })).rejects.toThrow(refused('OTHER_EPOCH'))
    await expect(prepareContribution({ ...input, keyEpoch: other.keyEpoch })).rejects.toThrow(refused('OTHER_EPOCH'))
  })
  test('where the lanes do not fit the group, or the vector the lanes', async () => {
    const narrow = { ...step.plan, layout: { ...layout, laneBits: 17, segments: [] } }
    await expect(prepareContribution({ ...input, plan: narrow })).rejects.toThrow(refused('BAD_LAYOUT'))
    await expect(prepareContribution({ ...input, quantised: new Float64Array(1) })).rejects.toThrow(refused('BAD_LAYOUT'))
  })
})
