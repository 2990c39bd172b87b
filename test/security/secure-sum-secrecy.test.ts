// f custodians and the coordinator together, with all that they really hold: they cannot open one contribution. The positive control
// is the same attack with one custodian more, which the design names as its limit.
import { beforeAll, describe, expect, it } from 'vitest'
import type { HospitalId } from '../../core/ids.ts'
import { systemRandom } from '../../core/random.ts'
import { sampleBinomial } from '../../privacy/binomial.ts'
import { checkWords } from '../../privacy/check-words.ts'
import { invert, multiply, P, reduce } from '../../privacy/field.ts'
import * as privacy from '../../privacy/index.ts'
import { addShares, interpolateAtZero, liesOnPolynomial } from '../../privacy/shamir.ts'
import {
  type Contributed,
  createFederation,
  type Federation,
  idsOf,
  openWords,
  randomVector,
  runStep,
  signedPlanOf,
  type WholeStep,
} from '../support/secure-sum.ts'

const LANES = 40
const N = privacy.PARAMETERS.ringDegree
const modP = (v: number): number => ((v % P) + P) % P

describe.each([
  [4, 1, 5],
  [5, 2, 6],
  [7, 3, 7],
])('m=%i custodians of which f=%i are corrupt together with the coordinator', (m, f, members) => {
  let federation: Federation
  let step: WholeStep
  let vectors: Map<HospitalId, Float64Array>
  /** The corrupt custodians, 1..f, and two honest members that they attack. */
  let corrupt: readonly HospitalId[]
  let victim: Contributed
  let other: Contributed
  const points = (ids: readonly HospitalId[], of: Contributed) =>
    ids.map((id) => ({ x: privacy.custodianIndex(federation.roster, id), words: openWords(federation, step.checked, id, of).share }))
  /** The victim's own ciphertexts under any key: a release of one, or a refusal. */
  const openVictim = (key: Int32Array): Promise<privacy.Release> =>
    privacy.openRelease(step.checked, privacy.statementHash(step.request.statement), victim.ciphertexts, key, 1, federation.cipher)

  beforeAll(async () => {
    federation = createFederation(m, f, members)
    vectors = new Map(idsOf(federation).map((id, i) => [id, randomVector(LANES, i + 1)]))
    step = await runStep(federation, signedPlanOf(federation, {}, LANES), vectors)
    corrupt = federation.roster.custodians.slice(0, f)
    ;[other, victim] = step.contributions.slice(-2) as [Contributed, Contributed]
  })

  it('cannot open the victim with the shares they hold, nor with the key sum, nor with what is left of it without their own keys', async () => {
    const own = corrupt.map((id) =>
      interpolateAtZero(
        points(federation.roster.custodians.slice(0, f + 1), step.contributions.find(({ receipt }) => receipt.body.member === id) as Contributed),
      ),
    )
    const left = step.opened.keySum.map((v, i) => own.reduce((rest, key) => rest - (key[i] as number), v))
    for (const key of [interpolateAtZero(points(corrupt, victim)), step.opened.keySum, left, new Int32Array(N)]) {
      await expect(openVictim(key)).rejects.toSatisfy((error: { code: string }) => error.code === 'KEY_BOUND' || error.code === 'CONSTANT_LANES')
    }
  })

  it('with one custodian more they can: the attack above fails for want of that share, not by accident', async () => {
    const key = interpolateAtZero(points(federation.roster.custodians.slice(0, f + 1), victim))
    const { sums } = await openVictim(key)
    expect([...sums]).toEqual([...(vectors.get(victim.receipt.body.member) as Float64Array)].map(BigInt))
  })

  it('t custodians open the agreed sum', async () => {
    const answers = step.answers.slice(-privacy.thresholds(m, f).t)
    expect(interpolateAtZero(answers.map(({ body }) => ({ x: body.index, words: body.sum })))).toEqual(step.opened.keySum)
  })

  /**
   * The whole view on keys (their f shares and masks of every member, all custodians' check words, all answers, S) is exactly the same if the
   * victim's key were any other s' and the other honest member's key made up for it. So the view says nothing on which of the two it is.
   */
  it('see exactly the same shares, words, answers and key sum whatever the key of the victim is', () => {
    const real = interpolateAtZero(points(federation.roster.custodians.slice(0, f + 1), victim))
    const supposed = sampleBinomial(N, systemRandom)
    const shift = Uint32Array.from(supposed, (v, i) => modP(v - (real[i] as number)))
    // w has degree f = t - 1, is 1 at 0 and 0 at every corrupt index.
    const w = (x: number): number => corrupt.reduce((product, _, i) => multiply(product, multiply(modP(i + 1 - x), invert(i + 1))), 1)
    const alternative = (of: Contributed, sign: 1 | -1, id: HospitalId) => {
      const { share, masks } = openWords(federation, step.checked, id, of)
      const weight = modP(sign * w(privacy.custodianIndex(federation.roster, id)))
      const moved = checkWords(of.receipt.body, shift, new Uint32Array(4))
      return {
        share: share.map((v, k) => reduce(v + multiply(weight, shift[k] as number))),
        masks: masks.map((v, r) => modP(v - multiply(weight, moved[r] as number))),
        before: { share, masks },
      }
    }
    const dealt = federation.roster.custodians.map((id) => ({
      id,
      x: privacy.custodianIndex(federation.roster, id),
      victim: alternative(victim, 1, id),
      other: alternative(other, -1, id),
    }))
    // The alternative is a right dealing of s': its shares lie on polynomials of degree t - 1 with s' at 0, its masks too.
    expect(interpolateAtZero(dealt.slice(-f - 1).map(({ x, victim }) => ({ x, words: victim.share })))).toEqual(supposed)
    for (const k of [0, 77, N - 1])
      expect(
        liesOnPolynomial(
          dealt.map(({ x, victim }) => ({ x, word: victim.share[k] as number })),
          f,
        ),
      ).toBe(true)
    for (const r of [0, 1, 2, 3])
      expect(
        liesOnPolynomial(
          dealt.map(({ x, victim }) => ({ x, word: victim.masks[r] as number })),
          f,
        ),
      ).toBe(true)
    expect(supposed).not.toEqual(real)
    for (const { id, victim: v, other: o } of dealt) {
      // What a corrupt custodian holds is unchanged; an honest one holds something else.
      expect(Buffer.compare(Buffer.from(v.share.buffer), Buffer.from(v.before.share.buffer)) === 0).toBe(corrupt.includes(id))
      if (corrupt.includes(id)) expect(v.masks).toEqual(v.before.masks)
      // Everyone's check words and everyone's answers are unchanged.
      for (const [of, dealing] of [
        [victim, v],
        [other, o],
      ] as const) {
        const reported = step.reports.find(({ body }) => body.custodian === id)?.body.entries.find(({ member }) => member === of.receipt.body.member)?.verdict
        expect(checkWords(of.receipt.body, dealing.share, dealing.masks)).toEqual(reported?.kind === 'words' ? reported.words : null)
      }
      expect(addShares([v.share, o.share])).toEqual(addShares([v.before.share, o.before.share]))
    }
  })
})
