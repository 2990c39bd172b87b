import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '../../core/codec.ts'
import type { HospitalId } from '../../core/ids.ts'
import { systemRandom } from '../../core/random.ts'
import { applyCustody, custodyEvent, emptyCustody } from '../../privacy/custodian/index.ts'
import * as privacy from '../../privacy/index.ts'
import { subsetsFrom } from '../../privacy/roll.ts'
import { interpolateAtZero } from '../../privacy/shamir.ts'
import {
  answerOf,
  certify,
  codeOf,
  contribute,
  cosign,
  createFederation,
  decide,
  digestOf,
  idsOf,
  keyAt,
  openStep,
  openWith,
  randomVector,
  receive,
  reportAll,
  runStep,
  signedPlanOf,
  signRequestFor,
  siteOf,
  sumOf,
  type WholeStep,
} from '../support/secure-sum.ts'

const vectorsOf = (ids: readonly HospitalId[], lanes: number): Map<HospitalId, Float64Array> => new Map(ids.map((id, i) => [id, randomVector(lanes, i + 1)]))

/** The published bundle of a finished step, co-signed by the first t custodians. */
async function bundleOf(
  federation: ReturnType<typeof createFederation>,
  step: WholeStep,
  nextState: Uint8Array,
  cosigners: number,
): Promise<privacy.ReleaseBundle> {
  const { certificate, checked, opened } = step
  const request = { certificate, keySum: opened.keySum, release: opened.opened, nextState: privacy.stateHash(nextState) }
  const cosignatures: privacy.NamedSignature[] = []
  for (const id of federation.roster.custodians.slice(0, cosigners)) cosignatures.push(await cosign(federation, checked, id, request, step.contributions))
  return { plan: signedPlanOf(federation), certificate, keySum: opened.keySum, release: opened.opened, nextState, cosignatures }
}

describe('a step of the secure sum', () => {
  it.each(CASES())('with m=%i custodians, f=%i corrupt opens exactly the sum, and any t of the answers open the same bytes', async (m, f) => {
    const federation = createFederation(m, f, m + 1)
    const { t, g } = privacy.thresholds(m, f)
    // Two ciphertexts: more lanes than one holds.
    const vectors = vectorsOf(idsOf(federation), 8200)
    const step = await runStep(federation, signedPlanOf(federation, {}, 8200), vectors)
    expect([...step.opened.opened.sums]).toEqual(sumOf(vectors.values()))
    expect(step.certificate.signatures.length).toBeGreaterThanOrEqual(g)
    const points = step.answers.map(({ body }) => ({ x: body.index, words: body.sum }))
    for (const subset of subsetsFrom(points, t).filter((some) => some.length === t)) expect(interpolateAtZero(subset)).toEqual(step.opened.keySum)
    const least = await openWith(federation, step.checked, step.certificate, step.aggregate, step.answers.slice(-t))
    expect(privacy.releaseHash(least.opened)).toBe(privacy.releaseHash(step.opened.opened))
    await expect(openWith(federation, step.checked, step.certificate, step.aggregate, step.answers.slice(0, t - 1))).rejects.toMatchObject({
      code: 'FEW_ANSWERS',
    })
  })

  it('counts each hospital once: one-hot contributions open to exactly one a lane', async () => {
    const federation = createFederation(4, 1, 6)
    const ids = idsOf(federation)
    const oneHot = new Map(ids.map((id, i) => [id, Float64Array.from({ length: ids.length }, (_, lane) => (lane === i ? 1 : 0))]))
    const { opened } = await runStep(federation, signedPlanOf(federation, {}, ids.length), oneHot)
    expect([...opened.opened.sums]).toEqual(ids.map(() => 1n))
  })

  it('adds whatever integers the hospitals hold', async () => {
    const federation = createFederation(4, 1, 4)
    let step = 0
    const lane = fc.integer({ min: -(2 ** 19), max: 2 ** 19 })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(lane, { minLength: 9, maxLength: 9 }), { minLength: 3, maxLength: 4 }), async (rows) => {
        step++
        const vectors = new Map(rows.map((row, i) => [idsOf(federation)[i] as HospitalId, Float64Array.from(row)]))
        const { opened } = await runStep(federation, signedPlanOf(federation, { key: keyAt(step) }, 9), vectors)
        expect([...opened.opened.sums]).toEqual(sumOf(vectors.values()))
      }),
      { numRuns: 12 },
    )
  })

  it('goes on without a member that never contributed, and without m - g custodians', async () => {
    const federation = createFederation(5, 2, 7)
    const checked = openStep(federation, signedPlanOf(federation))
    const present = idsOf(federation).filter((id) => id !== 'h02' && id !== 'h07')
    const vectors = vectorsOf(present, 100)
    const contributions = await Promise.all([...vectors].map(([id, vector]) => contribute(federation, checked, id, vector)))
    const reports = reportAll(federation, checked, contributions, present.slice(0, 4))
    const { request, aggregate } = await signRequestFor(federation, checked, contributions, reports)
    expect(request.statement.answerSet).toEqual(['h01', 'h03', 'h04', 'h05'])
    const certificate = certify(federation, checked, request)
    // After certification, t answers are enough.
    const answers = [
      await answerOf(federation, checked, 'h01' as HospitalId, certificate),
      await answerOf(federation, checked, 'h03' as HospitalId, certificate),
      await answerOf(federation, checked, 'h05' as HospitalId, certificate),
    ]
    const { opened } = await openWith(federation, checked, certificate, aggregate, answers)
    expect([...opened.sums]).toEqual(sumOf(vectors.values()))
  })

  it('retires an opening key by a certificate over the empty roll, which opens nothing and binds like any other', async () => {
    const federation = createFederation(4, 1, 4)
    const checked = openStep(federation, signedPlanOf(federation))
    const contributions = [await contribute(federation, checked, 'h01' as HospitalId, randomVector(100, 1))]
    const reports = reportAll(federation, checked, contributions)
    const full = await signRequestFor(federation, checked, contributions, reports)
    const answerSet = federation.roster.custodians
    const retire = { statement: privacy.buildStatement(checked, { roll: [], answerSet, aggregate: [] }), roll: [], receipts: [], reports: [] }
    const certificate = certify(federation, checked, retire)
    expect(privacy.checkCertificate(certificate, checked)).toBe(privacy.statementHash(retire.statement))
    await expect(answerOf(federation, checked, 'h01' as HospitalId, certificate)).rejects.toMatchObject({ code: 'ROLL_SMALL' })
    const roll = [...full.request.roll, { member: 'h02' as HospitalId, receipt: digestOf('x') }, { member: 'h03' as HospitalId, receipt: digestOf('y') }]
    const statement = privacy.buildStatement(checked, { roll, answerSet, aggregate: [digestOf('sum')] })
    expect(codeOf(decide(federation, checked, 'h01' as HospitalId, { ...full.request, statement, roll }))).toBe('SECOND_STATEMENT')
  })

  it('begins a job with common randomness: constant lanes alone, from which draws differ by use and by step', async () => {
    const federation = createFederation(4, 1, 5)
    const nothing = new Map(idsOf(federation).map((id) => [id, new Float64Array()]))
    const zero = { key: keyAt(0), stage: 'randomness', task: 'randomness' }
    const first = await runStep(federation, signedPlanOf(federation, zero, 0), nothing)
    const other = await runStep(federation, signedPlanOf(federation, { ...zero, key: keyAt(0, 0, 'another job') }, 0), nothing)
    expect(first.opened.opened.sums.length).toBe(0)
    const draws = [
      privacy.draw('init', first.opened.keySum, first.request.statement),
      privacy.draw('groups', first.opened.keySum, first.request.statement),
      privacy.draw('init', other.opened.keySum, other.request.statement),
      privacy.draw('init', other.opened.keySum, first.request.statement),
    ].map((bytes) => Buffer.from(bytes).toString('hex'))
    expect(new Set(draws).size).toBe(4)
    expect(draws.every((text) => text.length === 64)).toBe(true)
    expect(Buffer.from(privacy.draw('init', first.opened.keySum, first.request.statement)).toString('hex')).toBe(draws[0])
  })
})

function CASES(): [number, number][] {
  return privacy.CUSTODIES.map(([m, f]) => [m, f])
}

describe('a release', () => {
  it('is taken with t co-signatures over its statement, key sum, sums and next state, and refused with any of them changed', async () => {
    const federation = createFederation(4, 1, 4)
    const step = await runStep(federation, signedPlanOf(federation), vectorsOf(idsOf(federation), 100))
    const nextState = new Uint8Array([1, 2, 3])
    const bundle = decode(privacy.releaseBundle, encode(privacy.releaseBundle, await bundleOf(federation, step, nextState, 2)))
    // A plan's signature is deterministic, so the bundle's plan is the step's.
    const { statementHash, stateHash } = privacy.checkBundle(bundle, federation)
    expect(statementHash).toBe(privacy.statementHash(step.request.statement))
    expect(stateHash).toBe(privacy.stateHash(nextState))
    const { sums } = bundle.release
    const spoiled: [string, privacy.ReleaseBundle][] = [
      ['FEW_COSIGNATURES', { ...bundle, cosignatures: bundle.cosignatures.slice(1) }],
      ['FEW_COSIGNATURES', { ...bundle, cosignatures: [bundle.cosignatures[0], bundle.cosignatures[0]] as privacy.NamedSignature[] }],
      ['FEW_COSIGNATURES', { ...bundle, nextState: new Uint8Array([1, 2, 4]) }],
      ['FEW_COSIGNATURES', { ...bundle, release: { ...bundle.release, sums: sums.map((v, i) => (i === 0 ? v + 1n : v)) } }],
      ['FEW_COSIGNATURES', { ...bundle, keySum: bundle.keySum.map((v, i) => (i === 0 && v !== 0 ? 0 : v === 0 ? 1 : v)) }],
      ['KEY_BOUND', { ...bundle, keySum: bundle.keySum.map((v, i) => (i === 7 ? 42 * 4 + 1 : v)) }],
      ['RELEASE_MISMATCH', { ...bundle, release: { ...bundle.release, sums: sums.slice(1) } }],
      ['OTHER_STATEMENT', { ...bundle, release: { ...bundle.release, statement: digestOf('other') } }],
      ['NO_CERTIFICATE', { ...bundle, certificate: { ...bundle.certificate, signatures: bundle.certificate.signatures.slice(0, 2) } }],
      ['OTHER_PLAN', { ...bundle, plan: signedPlanOf(federation, { deadlineMs: 2000 }) }],
    ]
    for (const [code, changed] of spoiled) expect(() => privacy.checkBundle(changed, federation), code).toThrow(expect.objectContaining({ code }))
  })

  it('is co-signed once only, and only if its state is the one this custodian computed', async () => {
    const federation = createFederation(4, 1, 4)
    const step = await runStep(federation, signedPlanOf(federation), vectorsOf(idsOf(federation), 100))
    const request = { certificate: step.certificate, keySum: step.opened.keySum, release: step.opened.opened, nextState: digestOf('next') }
    const id = 'h01' as HospitalId
    const first = await cosign(federation, step.checked, id, request, step.contributions)
    expect(await cosign(federation, step.checked, id, request, step.contributions)).toEqual(first)
    await expect(cosign(federation, step.checked, id, { ...request, nextState: digestOf('another') }, step.contributions)).rejects.toMatchObject({
      code: 'RELEASE_MISMATCH',
    })
  })
})

describe('the noise bound', () => {
  it('admits the right key sum over messages of any size, and no other, however near: what constant lanes alone cannot promise', async () => {
    const cipher = privacy.createCipher('bgv')
    const plan = digestOf('plan')
    const most = privacy.PARAMETERS.plainPrime / 2n
    const contributions: Uint8Array[][] = []
    const keySum = new Int32Array(4096)
    for (let i = 0; i < 3; i++) {
      const message = new BigUint64Array(4096).fill(i === 2 ? most + 1n : most)
      const { ciphertexts, key } = await cipher.encrypt(plan, [message], systemRandom)
      contributions.push(ciphertexts)
      key.forEach((v, k) => {
        keySum[k] = (keySum[k] as number) + v
      })
    }
    const aggregate = await cipher.add(null, contributions)
    expect((await cipher.open(plan, aggregate, keySum, 3))[0]?.[9]).toBe(most)
    for (const [at, by] of [
      [0, 1],
      [2048, -1],
      [4095, 2],
    ] as const) {
      const near = keySum.slice()
      near[at] = (near[at] as number) + by
      await expect(cipher.open(plan, aggregate, near, 3)).rejects.toMatchObject({ code: 'NOISE_BOUND' })
    }
  })
})

describe("a custodian's journal", () => {
  it('replayed gives the same state, entry by entry', async () => {
    const federation = createFederation(4, 1, 4)
    const step = await runStep(federation, signedPlanOf(federation), vectorsOf(idsOf(federation), 100))
    await bundleOf(federation, step, new Uint8Array(), 4)
    for (const id of federation.roster.custodians) {
      const { journal, custody } = siteOf(federation, id)
      expect(journal.map((bytes) => decode(custodyEvent, bytes).kind)).toEqual(['planBound', 'reported', 'statementSigned', 'answered', 'cosigned'])
      expect(journal.map((bytes) => decode(custodyEvent, bytes)).reduce(applyCustody, emptyCustody)).toEqual(custody)
    }
  })

  it('binds one plan an opening key, one partition a step, one report a member, one statement ever', () => {
    const key = keyAt(1)
    const bound = applyCustody(emptyCustody, { kind: 'planBound', key, plan: digestOf('p'), partition: digestOf('g'), epoch: 1 })
    const entry = { member: 'h01' as HospitalId, receipt: digestOf('r'), verdict: { kind: 'complaint', code: 'share-does-not-open' } as const }
    const reported = applyCustody(bound, {
      kind: 'reported',
      key,
      report: { body: { plan: digestOf('p'), custodian: 'h02' as HospitalId, entries: [entry] }, signature: new Uint8Array(64) },
    })
    const signed = applyCustody(reported, { kind: 'statementSigned', key, statement: digestOf('s') })
    const wiped = applyCustody(signed, { kind: 'sharesWiped', key })
    const code = (value: string) => expect.objectContaining({ code: value })
    expect(() => applyCustody(bound, { kind: 'planBound', key, plan: digestOf('q'), partition: digestOf('g'), epoch: 1 })).toThrow(code('OTHER_PLAN'))
    expect(() => applyCustody(bound, { kind: 'planBound', key: keyAt(1, 1), plan: digestOf('q'), partition: digestOf('other groups'), epoch: 1 })).toThrow(
      code('OTHER_PLAN'),
    )
    expect(() => applyCustody(emptyCustody, { kind: 'statementSigned', key, statement: digestOf('s') })).toThrow(code('OTHER_PLAN'))
    expect(() =>
      applyCustody(reported, {
        kind: 'reported',
        key,
        report: { body: { plan: digestOf('p'), custodian: 'h02' as HospitalId, entries: [entry] }, signature: new Uint8Array(64) },
      }),
    ).toThrow(code('SECOND_REPORT'))
    expect(() => applyCustody(signed, { kind: 'statementSigned', key, statement: digestOf('t') })).toThrow(code('SECOND_STATEMENT'))
    expect(() => applyCustody(signed, { kind: 'answered', key, statement: digestOf('t') })).toThrow(code('SECOND_STATEMENT'))
    expect(applyCustody(signed, { kind: 'statementSigned', key, statement: digestOf('s') })).toEqual(signed)
    expect(() => applyCustody(wiped, { kind: 'answered', key, statement: digestOf('s') })).toThrow(code('SHARES_WIPED'))
    expect(applyCustody(bound, { kind: 'planBound', key: keyAt(1, 1), plan: digestOf('q'), partition: digestOf('g'), epoch: 1 }).keys.size).toBe(2)
  })

  it('answered before it signed, a custodian signs no other statement', () => {
    const key = keyAt(1)
    const bound = applyCustody(emptyCustody, { kind: 'planBound', key, plan: digestOf('p'), partition: digestOf('g'), epoch: 1 })
    const answered = applyCustody(bound, { kind: 'answered', key, statement: digestOf('s') })
    expect(() => applyCustody(answered, { kind: 'statementSigned', key, statement: digestOf('t') })).toThrow(
      expect.objectContaining({ code: 'SECOND_STATEMENT' }),
    )
  })

  it('refuses the rest of the key epoch once the site was restored from a backup', () => {
    const key = keyAt(1)
    const bound = applyCustody(emptyCustody, { kind: 'planBound', key, plan: digestOf('p'), partition: digestOf('g'), epoch: 3 })
    const restored = applyCustody(bound, { kind: 'restored', epoch: 3 })
    const refused = expect.objectContaining({ code: 'OTHER_EPOCH' })
    expect(() => applyCustody(restored, { kind: 'statementSigned', key, statement: digestOf('s') })).toThrow(refused)
    expect(() => applyCustody(restored, { kind: 'answered', key, statement: digestOf('s') })).toThrow(refused)
    expect(() => applyCustody(restored, { kind: 'planBound', key: keyAt(2), plan: digestOf('q'), partition: digestOf('g'), epoch: 3 })).toThrow(refused)
    expect(applyCustody(restored, { kind: 'planBound', key: keyAt(2), plan: digestOf('q'), partition: digestOf('g'), epoch: 4 }).keys.size).toBe(2)
  })
})

describe('the coordinator', () => {
  it('keeps members first and drops the custodian whose report is bad, while g remain; the same from the same reports in any order', async () => {
    const federation = createFederation(5, 2, 6)
    const checked = openStep(federation, signedPlanOf(federation))
    const contributions = await Promise.all([...vectorsOf(idsOf(federation), 100)].map(([id, vector]) => contribute(federation, checked, id, vector)))
    for (const contribution of contributions) receive(checked, contribution)
    const receipts = contributions.map(({ receipt }) => receipt)
    const honest = reportAll(federation, checked, contributions)
    const liar = honest[1] as privacy.Report
    const lies = liar.body.entries.map((entry) => ({ ...entry, verdict: { kind: 'words', words: new Uint32Array([1, 2, 3, 4]) } as const }))
    const reports = honest.map((r) =>
      r === liar ? privacy.signReport({ ...liar.body, entries: lies }, checked, siteOf(federation, liar.body.custodian).sign.privateKey) : r,
    )
    const chosen = privacy.chooseRoll(receipts, reports, checked)
    expect(chosen.roll.length).toBe(6)
    expect(chosen.answerSet).toEqual(['h01', 'h03', 'h04', 'h05'])
    expect(chosen.excluded.size).toBe(0)
    expect(privacy.chooseRoll([...receipts].reverse(), [...reports].reverse(), checked)).toEqual(chosen)
    expect(() => privacy.chooseRoll(receipts, reports.slice(0, 3), checked)).toThrow(expect.objectContaining({ code: 'FEW_ANSWERS' }))
  })

  it('finds a wrong answer among more than t, and blames it only where m >= 3f+1', async () => {
    for (const [m, f] of [
      [4, 1],
      [5, 2],
    ] as const) {
      const federation = createFederation(m, f, m)
      const vectors = vectorsOf(idsOf(federation), 100)
      const { checked, certificate, aggregate, answers } = await runStep(federation, signedPlanOf(federation), vectors)
      const wrong = answers[0] as privacy.Answer
      const changed = privacy.signAnswer(
        { ...wrong.body, sum: wrong.body.sum.map((v, i) => (i === 4000 ? (v + 1) % 2147483647 : v)) },
        checked,
        siteOf(federation, wrong.body.custodian).sign.privateKey,
      )
      privacy.checkAnswer(changed, certificate, checked)
      const all = [changed, ...answers.slice(1)]
      const found = await openWith(federation, checked, certificate, aggregate, all)
      expect([...found.opened.sums]).toEqual(sumOf(vectors.values()))
      expect(found.blamed).toEqual(m >= 3 * f + 1 ? [wrong.body.custodian] : [])
      const { t } = privacy.thresholds(m, f)
      // One word off by one moves S by a small number: only the opening shows it. Random words pass the bound at once.
      await expect(openWith(federation, checked, certificate, aggregate, all.slice(0, t))).rejects.toMatchObject({ code: 'CONSTANT_LANES' })
      const wild = privacy.signAnswer(
        { ...wrong.body, sum: wrong.body.sum.map((v) => (v * 3 + 12345) % 2147483647) },
        checked,
        siteOf(federation, wrong.body.custodian).sign.privateKey,
      )
      await expect(openWith(federation, checked, certificate, aggregate, [wild, ...answers.slice(1, t)])).rejects.toMatchObject({ code: 'KEY_BOUND' })
    }
  })
})
