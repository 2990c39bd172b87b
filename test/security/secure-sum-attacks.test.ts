// What a coordinator, a contributor or a custodian may try, and the code with which honest custodians refuse it.
import { beforeEach, describe, expect, it } from 'vitest'
import type { HospitalId } from '../../core/ids.ts'
import * as privacy from '../../privacy/index.ts'
import { addShares } from '../../privacy/shamir.ts'
import { PRIMES, packCiphertext, parseCiphertext, RESIDUES, subtractResidues } from '../../privacy/wire.ts'
import {
  answerOf,
  type Contributed,
  candidatesFor,
  certify,
  codeOf,
  contribute,
  cosign,
  craft,
  createFederation,
  decide,
  digestOf,
  type Federation,
  idsOf,
  keyAt,
  openStep,
  openWith,
  randomVector,
  receive,
  report,
  reportAll,
  signedPlanOf,
  signRequestFor,
  siteOf,
  sumOf,
} from '../support/secure-sum.ts'

const LANES = 50
const [h01, h02, h03, h04, h05] = ['h01', 'h02', 'h03', 'h04', 'h05'] as HospitalId[] as [HospitalId, HospitalId, HospitalId, HospitalId, HospitalId]
const code = (value: string) => expect.objectContaining({ code: value })
const entryOf = ({ receipt }: Contributed): privacy.RollEntry => ({ member: receipt.body.member, receipt: privacy.receiptHash(receipt.body) })

/** Five custodians, f = 2, who all contributed honestly; the coordinator may now ask for what it likes. */
interface Scene {
  readonly federation: Federation
  readonly checked: privacy.CheckedPlan
  readonly vectors: Map<HospitalId, Float64Array>
  readonly contributions: Contributed[]
}
async function sceneOf(changes: Partial<privacy.Plan> = {}): Promise<Scene> {
  const federation = createFederation(5, 2, 5)
  const checked = openStep(federation, signedPlanOf(federation, changes, LANES))
  const vectors = new Map(idsOf(federation).map((id, i) => [id, randomVector(LANES, i + 1)]))
  const contributions: Contributed[] = []
  for (const [id, vector] of vectors) contributions.push(await contribute(federation, checked, id, vector))
  return { federation, checked, vectors, contributions }
}

/** The request that the coordinator makes for any roll it likes. */
function requestFor(
  { checked, federation }: Scene,
  contributions: readonly Contributed[],
  reports: readonly privacy.Report[],
  roll: privacy.Roll,
  changes: Partial<privacy.Statement> = {},
): privacy.SignRequest {
  const statement = privacy.buildStatement(checked, { roll, answerSet: federation.roster.custodians, aggregate: [digestOf('an aggregate')] })
  return { statement: { ...statement, ...changes }, roll, receipts: contributions.map(({ receipt }) => receipt), reports }
}
/** The verdict codes of all custodians, in order. */
const verdicts = ({ federation, checked }: Scene, request: privacy.SignRequest, policy = { corrupt: 0, minCohort: 0 }): string[] =>
  federation.roster.custodians.map((id) => codeOf(decide(federation, checked, id, request, policy)))
const allSay = (text: string): string[] => [text, text, text, text, text]

describe('a dishonest coordinator', () => {
  let scene: Scene
  let reports: privacy.Report[]
  let roll: privacy.RollEntry[]
  beforeEach(async () => {
    scene = await sceneOf()
    reports = reportAll(scene.federation, scene.checked, scene.contributions)
    roll = scene.contributions.map(entryOf)
  })
  const ask = (entries: privacy.Roll, changes: Partial<privacy.Statement> = {}) => requestFor(scene, scene.contributions, reports, entries, changes)

  it('cannot name the victim five times', () => {
    const victim = roll[0] as privacy.RollEntry
    expect(verdicts(scene, ask([victim, victim, victim, victim, victim]))).toEqual(allSay('ROLL_DUPLICATE'))
    expect(verdicts(scene, ask([...roll, victim]))).toEqual(allSay('ROLL_DUPLICATE'))
    expect(verdicts(scene, ask([...roll].reverse()))).toEqual(allSay('ROLL_UNSORTED'))
  })

  it('cannot open a small roll: not below the plan, nor c + 2, nor the site policy', () => {
    expect(verdicts(scene, ask(roll.slice(0, 3)))).toEqual(allSay('ROLL_SMALL'))
    expect(verdicts(scene, ask(roll), { corrupt: 4, minCohort: 0 })).toEqual(allSay('ROLL_SMALL'))
    expect(verdicts(scene, ask(roll), { corrupt: 2, minCohort: 6 })).toEqual(allSay('ROLL_SMALL'))
    expect(verdicts(scene, ask(roll), { corrupt: 3, minCohort: 5 })).toEqual(allSay('signed'))
  })

  it('gets one statement an opening key: a second roll is refused, the first is signed again with the same bytes', () => {
    const first = ask(roll)
    expect(verdicts(scene, first)).toEqual(allSay('signed'))
    expect(verdicts(scene, ask(roll, { aggregate: [digestOf('another aggregate')] }))).toEqual(allSay('SECOND_STATEMENT'))
    // h05 refuses the shorter roll for its own sake; the others have signed.
    expect(verdicts(scene, ask(roll.slice(0, 4)))).toEqual(allSay('SECOND_STATEMENT'))
    expect(decide(scene.federation, scene.checked, h01, first)).toEqual(decide(scene.federation, scene.checked, h01, first))
  })

  it('cannot leave out an honest custodian, whatever it did with its contribution on the way', async () => {
    expect(verdicts(scene, ask(roll.slice(1)))).toEqual(['ROLL_OMITS_ME', 'signed', 'signed', 'signed', 'signed'])
    const { federation } = scene
    const [first, ...others] = scene.contributions as [Contributed, ...Contributed[]]
    const spoilers: ((candidate: privacy.Candidate) => privacy.Candidate[])[] = [
      () => [],
      (candidate) => [{ ...candidate, share: new Uint8Array(candidate.share.length) }],
      (candidate) => [{ ...candidate, receipt: { ...candidate.receipt, signature: new Uint8Array(64) } }],
    ]
    for (const [i, spoil] of spoilers.entries()) {
      const checked = openStep(federation, signedPlanOf(federation, { key: keyAt(i + 2) }, LANES))
      const again = await Promise.all([first, ...others].map(({ receipt }) => contribute(federation, checked, receipt.body.member, randomVector(LANES, 1))))
      const spoiled = federation.roster.custodians.map((id) =>
        report(
          federation,
          checked,
          id,
          candidatesFor(federation, id, again).flatMap((candidate, k) => (k === 0 ? spoil(candidate) : [candidate])),
        ),
      )
      const here = { ...scene, checked }
      expect(verdicts(here, requestFor(here, again, spoiled, again.slice(1).map(entryOf)))).toEqual(['ROLL_OMITS_ME', 'signed', 'signed', 'signed', 'signed'])
    }
  })

  it('cannot drop, change or invent the report of the custodian that it asks', () => {
    const dropped = { ...ask(roll), reports: reports.filter(({ body }) => body.custodian !== h02) }
    expect(codeOf(decide(scene.federation, scene.checked, h02, dropped))).toBe('OTHER_REPORT')
    const own = reports[1] as privacy.Report
    const resigned = (entries: privacy.ReportBody['entries']) =>
      privacy.signReport({ ...own.body, entries }, scene.checked, siteOf(scene.federation, h02).sign.privateKey)
    const changed = own.body.entries.map((entry, i) => (i === 3 ? { ...entry, verdict: { kind: 'words', words: new Uint32Array(4) } as const } : entry))
    const withOwn = (report: privacy.Report): privacy.SignRequest => ({ ...ask(roll), reports: reports.map((r) => (r === own ? report : r)) })
    expect(codeOf(decide(scene.federation, scene.checked, h02, withOwn(resigned(changed))))).toBe('OTHER_REPORT')
    expect(codeOf(decide(scene.federation, scene.checked, h02, withOwn(resigned(own.body.entries.slice(1)))))).toBe('OTHER_REPORT')
    expect(codeOf(decide(scene.federation, scene.checked, h02, withOwn({ ...own, body: { ...own.body, entries: changed } })))).toBe('BAD_SIGNATURE')
    expect(codeOf(decide(scene.federation, scene.checked, h01, { ...ask(roll), reports: reports.slice(0, 4) }))).toBe('ROLL_EXCLUDED')
  })

  it('cannot ask a custodian outside its answer set, nor with too small a set, nor about another plan', () => {
    const answerSet = scene.federation.roster.custodians.slice(1)
    expect(codeOf(decide(scene.federation, scene.checked, h01, ask(roll, { answerSet })))).toBe('OUTSIDE_ANSWER_SET')
    expect(verdicts(scene, ask(roll, { answerSet: answerSet.slice(1) }))).toEqual(allSay('BAD_ANSWER_SET'))
    expect(verdicts(scene, ask(roll, { plan: digestOf('x') }))).toEqual(allSay('OTHER_PLAN'))
    expect(verdicts(scene, ask(roll, { roster: digestOf('x') }))).toEqual(allSay('OTHER_ROSTER'))
    expect(verdicts(scene, ask(roll, { aggregate: [] }))).toEqual(allSay('AGGREGATE_MISMATCH'))
    expect(verdicts(scene, { ...ask(roll), receipts: scene.contributions.slice(1).map(({ receipt }) => receipt) })).toEqual(allSay('DIGEST_MISMATCH'))
  })

  it('forges an aggregate in vain: custodians add shares by member name, the opening is noise, and co-signers add up themselves', async () => {
    const { federation, checked, contributions } = scene
    const victim = parseCiphertext((contributions[0] as Contributed).ciphertexts[0] as Uint8Array)
    // c_victim + T d for a short d, of the attacker's choice.
    const T = privacy.PARAMETERS.plainPrime
    const forged = packCiphertext(victim.map((v, i) => (v + Number(T % BigInt(PRIMES[i < RESIDUES / 2 ? 0 : 1]))) % PRIMES[i < RESIDUES / 2 ? 0 : 1]))
    const request = ask(roll, { aggregate: [privacy.ciphertextDigest(forged)] })
    const certificate = certify(federation, checked, request)
    const answers: privacy.Answer[] = []
    for (const id of federation.roster.custodians) answers.push(await answerOf(federation, checked, id, certificate))
    const site = siteOf(federation, h03)
    expect(answers[2]?.body.sum).toEqual(addShares(roll.map(({ member }) => (site.shares.get(member) as { share: Uint32Array }).share)))
    await expect(openWith(federation, checked, certificate, [forged], answers)).rejects.toMatchObject({ code: 'CONSTANT_LANES' })
    const honest = await federation.cipher.add(
      null,
      contributions.map(({ ciphertexts }) => ciphertexts),
    )
    const { keySum, opened } = await openWith(federation, checked, certificate, honest, answers)
    const cosignRequest = { certificate, keySum, release: opened, nextState: digestOf('next') }
    for (const id of federation.roster.custodians)
      await expect(cosign(federation, checked, id, cosignRequest, contributions)).rejects.toMatchObject({ code: 'AGGREGATE_MISMATCH' })
  })

  it('gets no co-signature on another release, another key sum, or contributions that are not those of the receipts', async () => {
    const { federation, checked, contributions } = scene
    const { request, aggregate } = await signRequestFor(federation, checked, contributions, reports)
    const certificate = certify(federation, checked, request)
    const answers: privacy.Answer[] = []
    for (const id of federation.roster.custodians) answers.push(await answerOf(federation, checked, id, certificate))
    const { keySum, opened } = await openWith(federation, checked, certificate, aggregate, answers)
    const good = { certificate, keySum, release: opened, nextState: digestOf('next') }
    const refused = async (changes: Partial<privacy.CosignRequest>, expected: string, from = contributions): Promise<void> => {
      await expect(cosign(federation, checked, h01, { ...good, ...changes }, from)).rejects.toMatchObject({ code: expected })
    }
    await refused({ release: { ...opened, sums: opened.sums.map((v, i) => (i === 3 ? v + 1n : v)) } }, 'RELEASE_MISMATCH')
    await refused({ release: { ...opened, statement: digestOf('x') } }, 'RELEASE_MISMATCH')
    await refused({ keySum: keySum.map((v, i) => (i === 9 ? v + 1 : v)) }, 'CONSTANT_LANES')
    await refused({ keySum: keySum.map((v, i) => (i === 9 ? 1000 : v)) }, 'KEY_BOUND')
    const [first, second, ...rest] = contributions as [Contributed, Contributed, ...Contributed[]]
    await refused({}, 'DIGEST_MISMATCH', [{ ...first, ciphertexts: second.ciphertexts }, second, ...rest])
    await refused({}, 'DIGEST_MISMATCH', [second, ...rest])
    await expect(cosign(federation, checked, h01, good, contributions)).resolves.toMatchObject({ signer: h01 })
  })
})

describe('exact statistics', () => {
  it('open over the whole block or not at all: nobody can be left out to see a difference', async () => {
    const scene = await sceneOf({ disclosure: 'statistic', privacy: 'exact' })
    const reports = reportAll(scene.federation, scene.checked, scene.contributions)
    const roll = scene.contributions.map(entryOf)
    expect(verdicts(scene, requestFor(scene, scene.contributions, reports, roll.slice(0, 4)))).toEqual(allSay('ROLL_NOT_BLOCKS'))
    expect(verdicts(scene, requestFor(scene, scene.contributions, reports, roll))).toEqual(allSay('signed'))
  })

  it('pause with an empty roll where a member is missing', async () => {
    const scene = await sceneOf({ disclosure: 'statistic', privacy: 'exact' })
    const present = scene.contributions.slice(0, 4)
    const reports = reportAll(scene.federation, scene.checked, present)
    expect(
      privacy.chooseRoll(
        present.map(({ receipt }) => receipt),
        reports,
        scene.checked,
      ).roll,
    ).toEqual([])
  })
})

describe('a dishonest contributor', () => {
  let scene: Scene
  /** Everyone but h05, who plays false. */
  let honest: Contributed[]
  beforeEach(async () => {
    scene = await sceneOf()
    honest = scene.contributions.slice(0, 4)
    siteOf(scene.federation, h05).own = null
  })
  const complaints = (reports: readonly privacy.Report[], member: HospitalId): (string | undefined)[] =>
    reports
      .map(({ body }) => body.entries.find((entry) => entry.member === member)?.verdict)
      .map((verdict) => (verdict?.kind === 'complaint' ? verdict.code : verdict?.kind))
  /** The honest four go on; a roll that names the false one too is refused with `expected` by all. */
  async function stepGoesOn(all: readonly Contributed[], reports: readonly privacy.Report[], expected: string): Promise<void> {
    const { federation, checked, vectors } = scene
    expect(verdicts(scene, requestFor(scene, all, reports, [...honest.map(entryOf), entryOf(all.at(-1) as Contributed)]))).toEqual(allSay(expected))
    const { request, aggregate } = await signRequestFor(federation, checked, honest, reports)
    expect(request.roll.map(({ member }) => member)).toEqual([h01, h02, h03, h04])
    expect(request.statement.answerSet).toEqual(federation.roster.custodians)
    const certificate = certify(federation, checked, request)
    const answers: privacy.Answer[] = []
    for (const id of [h01, h02, h03, h04]) answers.push(await answerOf(federation, checked, id, certificate))
    const { opened, blamed } = await openWith(federation, checked, certificate, aggregate, answers)
    expect([...opened.sums]).toEqual(sumOf([...vectors.values()].slice(0, 4)))
    expect(blamed).toEqual([])
  }

  it("that copies another's ciphertexts and sealed shares under its own receipt is found by every custodian: the seals name their sender", async () => {
    const { federation, checked } = scene
    const victim = honest[0] as Contributed
    const receipt = privacy.signReceipt({ ...victim.receipt.body, member: h05 }, checked, siteOf(federation, h05).sign.privateKey)
    const copy = { ...victim, receipt }
    receive(checked, copy)
    const reports = reportAll(federation, checked, [...honest, copy])
    expect(complaints(reports, h05)).toEqual(allSay('share-does-not-open'))
    await stepGoesOn([...honest, copy], reports, 'ROLL_EXCLUDED')
  })

  it('cannot bring a receipt for another model, plan or member', async () => {
    const { federation, checked } = scene
    const other = await contribute(federation, checked, h05, randomVector(LANES, 9), digestOf('another model'))
    siteOf(federation, h05).own = null
    expect(() => receive(checked, other)).toThrow(code('OTHER_STATE'))
    const { body } = (scene.contributions[4] as Contributed).receipt
    const elsewhere = {
      ...(scene.contributions[4] as Contributed),
      receipt: privacy.signReceipt(
        { ...body, plan: digestOf('another plan') },
        { ...checked, planHash: digestOf('another plan') },
        siteOf(federation, h05).sign.privateKey,
      ),
    }
    expect(() => receive(checked, elsewhere)).toThrow(code('OTHER_PLAN'))
    const reports = reportAll(federation, checked, [...honest, other])
    expect(complaints(reports, h05)).toEqual(allSay('other-state'))
    expect(verdicts(scene, requestFor(scene, [...honest, elsewhere], reports, honest.map(entryOf)))).toEqual(allSay('OTHER_PLAN'))
    await stepGoesOn([...honest, other], reports, 'OTHER_STATE')
  })

  it('that signs two receipts under one opening key is excluded by both', async () => {
    const { federation, checked } = scene
    const first = scene.contributions[4] as Contributed
    const second = await contribute(federation, checked, h05, randomVector(LANES, 10))
    siteOf(federation, h05).own = null
    const reports = reportAll(federation, checked, [...honest, first, second])
    expect(complaints(reports, h05)).toEqual(allSay('second-receipt'))
    await stepGoesOn([...honest, first, second], reports, 'SECOND_RECEIPT')
  })

  it('cannot show the custodians one receipt and the roll another, though the coordinator hides the first', async () => {
    const { federation, checked } = scene
    const first = scene.contributions[4] as Contributed
    const second = await contribute(federation, checked, h05, randomVector(LANES, 10))
    siteOf(federation, h05).own = null
    const reports = reportAll(federation, checked, [...honest, first])
    expect(verdicts(scene, requestFor(scene, [...honest, second], reports, [...honest, second].map(entryOf)))).toEqual(allSay('ROLL_EXCLUDED'))
  })

  it('that deals shares of no polynomial is excluded by the check words, and nobody honest is blamed', async () => {
    const { federation, checked } = scene
    const wrong = craft(federation, checked, h05, {
      ciphertexts: (scene.contributions[4] as Contributed).ciphertexts,
      spoil: (share, index) => {
        if (index <= 2) share[1234] = ((share[1234] as number) + 1) % 2147483647
      },
    })
    receive(checked, wrong)
    const reports = reportAll(federation, checked, [...honest, wrong])
    expect(complaints(reports, h05)).toEqual(allSay('words'))
    expect(
      privacy.excludedMembers(
        [...honest, wrong].map(({ receipt }) => receipt),
        reports,
        federation.roster.custodians,
        checked,
      ),
    ).toEqual(new Map([[h05, 'words']]))
    await stepGoesOn([...honest, wrong], reports, 'ROLL_EXCLUDED')
  })

  it("that submits minus the others' sum to isolate a victim leaves noise: the others' keys stay in the sum of keys", async () => {
    const { federation, checked, vectors } = scene
    const others = parseCiphertext(
      (
        await federation.cipher.add(
          null,
          honest.slice(1).map(({ ciphertexts }) => ciphertexts),
        )
      )[0] as Uint8Array,
    )
    const minus = packCiphertext(subtractResidues(new Float64Array(RESIDUES), others))
    const cancelling = craft(federation, checked, h05, { ciphertexts: [minus] })
    receive(checked, cancelling)
    const all = [...honest, cancelling]
    const reports = reportAll(federation, checked, all)
    const { request, aggregate } = await signRequestFor(federation, checked, all, reports)
    // It worked as intended so far: the aggregate is the victim's own ciphertext.
    expect(request.roll.length).toBe(5)
    expect(aggregate).toEqual((honest[0] as Contributed).ciphertexts)
    const certificate = certify(federation, checked, request)
    const answers: privacy.Answer[] = []
    for (const id of request.statement.answerSet) answers.push(await answerOf(federation, checked, id, certificate))
    await expect(openWith(federation, checked, certificate, aggregate, answers)).rejects.toMatchObject({ code: 'CONSTANT_LANES' })
    // And what the lanes hold is not the victim's vector.
    const { keySum } = await privacy.recoverKeySum(answers, certificate, checked, async () => null)
    const coefficients = await federation.cipher.open(checked.planHash, aggregate, keySum)
    const { sums } = privacy.unpack(checked.plan.layout, coefficients, 5)
    const victim = [...(vectors.get(h01) as Float64Array)].map(BigInt)
    expect(victim.filter((v, i) => v === sums[i])).toEqual([])
  })

  it('that adds a large constant to its ciphertext shows the coordinator that constant and nothing more', async () => {
    const { federation, checked } = scene
    const plain = scene.contributions[4] as Contributed
    const constant = 2n ** 80n + 12345n
    const residues = parseCiphertext(plain.ciphertexts[0] as Uint8Array)
    const primeOf = (i: number): bigint => BigInt(PRIMES[i < RESIDUES / 2 ? 0 : 1])
    const poisonedBytes = packCiphertext(residues.map((v, i) => Number((BigInt(v) + constant) % primeOf(i))))
    const poisoned: Contributed = {
      ...plain,
      ciphertexts: [poisonedBytes],
      receipt: privacy.signReceipt(
        { ...plain.receipt.body, ciphertexts: [privacy.ciphertextDigest(poisonedBytes)] },
        checked,
        siteOf(federation, h05).sign.privateKey,
      ),
    }
    receive(checked, poisoned)
    const all = [...honest, poisoned]
    const reports = reportAll(federation, checked, all)
    const { request, aggregate } = await signRequestFor(federation, checked, all, reports)
    const certificate = certify(federation, checked, request)
    const answers: privacy.Answer[] = []
    for (const id of request.statement.answerSet) answers.push(await answerOf(federation, checked, id, certificate))
    // The constant lane is untouched; the noise is not what five honest contributions make.
    await expect(openWith(federation, checked, certificate, aggregate, answers)).rejects.toMatchObject({ code: 'NOISE_BOUND' })
    const { keySum } = await privacy.recoverKeySum(answers, certificate, checked, async () => null)
    const without = await federation.cipher.add(
      null,
      scene.contributions.map(({ ciphertexts }) => ciphertexts),
    )
    const [seen, expected] = [parseCiphertext(aggregate[0] as Uint8Array), parseCiphertext(without[0] as Uint8Array)]
    expect([...subtractResidues(seen, expected)].every((v, i) => BigInt(v) === constant % primeOf(i))).toBe(true)
    // The same key sum opens both, so the two views differ by the constant at coefficient 0 alone.
    const [[dirty], [clean]] = [
      await federation.cipher.open(checked.planHash, aggregate, keySum),
      await federation.cipher.open(checked.planHash, without, keySum),
    ] as [[BigUint64Array], [BigUint64Array]]
    const T = privacy.PARAMETERS.plainPrime
    const differs = [...dirty].map((v, i) => (v - (clean[i] as bigint) + T) % T)
    expect(differs[0]).toBe(constant % T)
    expect(differs.slice(1).every((v) => v === 0n)).toBe(true)
  })
})
