// Co-signing in the light form against a coordinator that certifies another aggregate, alone and with accomplices; and what it costs a co-signer.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Digest, HospitalId } from '../../core/ids.ts'
import { createSeededRandom, systemRandom } from '../../core/random.ts'
import { checkReleaseLight, drawMember, usableFingerprints } from '../../privacy/custodian/index.ts'
import * as privacy from '../../privacy/index.ts'
import { addResidues, packCiphertext, RESIDUES } from '../../privacy/wire.ts'
import {
  certify,
  createFederation,
  digestOf,
  type Federation,
  idsOf,
  journal,
  openWith,
  randomVector,
  runStep,
  type Site,
  signedPlanOf,
  siteOf,
  sumOf,
  type WholeStep,
} from '../support/secure-sum.ts'
import { refused } from './refused.ts'

const LANES = 9000
const federation: Federation = createFederation(4, 1, 4)
const ids = idsOf(federation) as [HospitalId, HospitalId, HospitalId, HospitalId]
const [COSIGNER, LIAR, PARTNER, HONEST] = ids
const vectors = new Map(ids.map((id, i) => [id, randomVector(LANES, i)]))
/** What the coordinator certifies in `forged`: the true sum plus 1 in the first lane. */
const OFFSET = packCiphertext(new Float64Array(RESIDUES).fill(1))

interface Certified extends Pick<WholeStep, 'checked' | 'contributions' | 'certificate' | 'aggregate' | 'opened'> {
  readonly statement: Digest
}
let honest: Certified
let forged: Certified

/** A constant polynomial is the same in every residue. */
const shifted = (aggregate: readonly Uint8Array[]): Uint8Array[] =>
  aggregate.map((bytes, j) => {
    if (j > 0) return bytes
    const residues = privacy.parseCiphertext(bytes)
    addResidues(residues, privacy.parseCiphertext(OFFSET))
    return packCiphertext(residues)
  })

function forgetStatement(site: Site): void {
  const keys = [...site.custody.keys].map(([key, held]) => [key, { ...held, statement: null, signed: false, answered: false }] as const)
  site.custody = { ...site.custody, keys: new Map(keys) }
}

beforeAll(async () => {
  const plan = signedPlanOf(federation, { cosigning: 'light' }, LANES)
  const first = await runStep(federation, plan, vectors)
  honest = { ...first, statement: privacy.statementHash(first.certificate.statement) }
  // The same step certified once more, over what the coordinator shows: as if it had been the only statement. Nobody re-adds at that point.
  for (const id of federation.roster.custodians) forgetStatement(siteOf(federation, id))
  const aggregate = shifted(first.aggregate)
  const request = { ...first.request, statement: { ...first.request.statement, aggregate: aggregate.map(privacy.ciphertextDigest) } }
  const certificate = certify(federation, first.checked, request)
  const statement = privacy.statementHash(certificate.statement)
  const answers = first.answers.map(({ body }) => privacy.signAnswer({ ...body, statement }, first.checked, siteOf(federation, body.custodian).sign.privateKey))
  const opened = await openWith(federation, first.checked, certificate, aggregate, answers)
  forged = { ...first, certificate, aggregate, opened, statement }
})

const contributionOf = (step: Certified, id: HospitalId) =>
  step.contributions.find(({ receipt }) => receipt.body.member === id) as WholeStep['contributions'][number]
/** What a member signs; `offset` is added to its first words. */
function fingerprintBy(step: Certified, id: HospitalId, offset?: BigInt64Array): privacy.Fingerprint {
  const { receipt, ciphertexts } = contributionOf(step, id)
  const words = privacy.fingerprintOf(step.statement, ciphertexts)
  if (offset) privacy.addFingerprints(words, offset)
  const body = { statement: step.statement, receipt: privacy.receiptHash(receipt.body), member: id, words }
  return privacy.signFingerprint(body, step.checked, siteOf(federation, id).sign.privateKey)
}
/** Of the offset in the aggregate: what an accomplice must add to its own. */
function offsetOf(step: Certified): BigInt64Array {
  const words = new BigInt64Array(2 * privacy.FINGERPRINT_WORDS)
  words.set(privacy.fingerprintOf(step.statement, [OFFSET]))
  return words
}
const negated = (words: BigInt64Array): BigInt64Array => words.map((word, w) => (word === 0n ? 0n : privacy.PARAMETERS.dataPrimes[(w & 1) as 0 | 1] - word))

interface Cosigned {
  readonly refetched: readonly HospitalId[]
  readonly named: readonly HospitalId[]
  readonly outcome: Awaited<ReturnType<typeof checkReleaseLight>> | { readonly refusal: unknown }
}
async function cosign(step: Certified, shown: readonly privacy.Fingerprint[], drawn: HospitalId | null, aggregate = step.aggregate): Promise<Cosigned> {
  const refetched: HospitalId[] = []
  const named: HospitalId[] = []
  const nextState = digestOf('next')
  forgetStatement(siteOf(federation, COSIGNER))
  const outcome = await checkReleaseLight(
    { certificate: step.certificate, keySum: step.opened.keySum, release: step.opened.opened, nextState },
    {
      checked: step.checked,
      custody: siteOf(federation, COSIGNER).custody,
      cipher: federation.cipher,
      receiptOf: ({ member }) => contributionOf(step, member).receipt,
      async refetch(member) {
        refetched.push(member)
        return contributionOf(step, member).ciphertexts
      },
      nextState,
      aggregate: async () => aggregate,
      fingerprints: async (statement) => ({ signed: usableFingerprints(shown, statement, step.certificate.roll, step.checked), drawn }),
      fingerprintOf: async (statement, ciphertexts) => privacy.fingerprintOf(statement, ciphertexts),
      reportFalse: async ({ body }) => void named.push(body.member),
    },
  ).catch((refusal: unknown) => ({ refusal }))
  return { refetched, named, outcome }
}
const everyone = (step: Certified): privacy.Fingerprint[] => ids.map((id) => fingerprintBy(step, id))
const AGREED = { outcome: { event: { kind: 'cosigned' } } }
const REFUSED = { outcome: { refusal: refused('AGGREGATE_MISMATCH') } }

describe('an honest step', () => {
  it('opens to the sum and is co-signed over the aggregate, the fingerprints and one contribution', async () => {
    expect([...honest.opened.opened.sums]).toEqual(sumOf(vectors.values()))
    expect(await cosign(honest, everyone(honest), HONEST)).toMatchObject({ ...AGREED, refetched: [HONEST], named: [] })
  })

  it('is co-signed whoever did not sign: these are refetched, and only these beside the drawn one', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray([...ids]), async (signers) => {
        const shown = signers.map((id) => fingerprintBy(honest, id))
        const drawn = drawMember(shown, COSIGNER, systemRandom)
        const expected = ids.filter((id) => id === drawn || !signers.includes(id))
        expect(await cosign(honest, shown, drawn)).toMatchObject({ ...AGREED, refetched: expected, named: [] })
      }),
      { numRuns: 16 },
    )
  })

  it('takes a fingerprint under another statement, receipt, name, signature or shape for none', async () => {
    const [good] = everyone(honest) as [privacy.Fingerprint]
    const { privateKey } = siteOf(federation, COSIGNER).sign
    const signed = (body: Partial<privacy.FingerprintBody>): privacy.Fingerprint =>
      privacy.signFingerprint({ ...good.body, ...body }, honest.checked, privateKey)
    const bad: readonly [privacy.Fingerprint, Parameters<typeof refused>[0]][] = [
      [signed({ statement: forged.statement }), 'OTHER_STATEMENT'],
      [signed({ receipt: digestOf('other') }), 'DIGEST_MISMATCH'],
      [signed({ member: 'h09' as HospitalId }), 'NOT_INVITED'],
      [signed({ member: HONEST, receipt: privacy.receiptHash(contributionOf(honest, HONEST).receipt.body) }), 'BAD_SIGNATURE'],
      [signed({ words: good.body.words.slice(1) }), 'BAD_BYTES'],
      [signed({ words: good.body.words.with(3, privacy.PARAMETERS.dataPrimes[1]) }), 'BAD_BYTES'],
      [signed({ words: good.body.words.with(0, -1n) }), 'BAD_BYTES'],
      [{ ...good, body: { ...good.body, words: good.body.words.with(0, 1n) } }, 'BAD_SIGNATURE'],
    ]
    const { roll } = honest.certificate
    for (const [fingerprint, code] of bad) expect(() => privacy.checkFingerprint(fingerprint, honest.statement, roll, honest.checked)).toThrow(refused(code))
    expect(
      usableFingerprints(
        bad.map(([f]) => f),
        honest.statement,
        roll,
        honest.checked,
      ),
    ).toEqual([])
    expect(usableFingerprints([good, good], honest.statement, roll, honest.checked)).toEqual([good])
  })

  it('names a contributor whose fingerprint is false, refetches the roll, and is co-signed', async () => {
    const shown = everyone(honest).map((f) => (f.body.member === LIAR ? fingerprintBy(honest, LIAR, offsetOf(honest)) : f))
    const { outcome, refetched, named } = await cosign(honest, shown, HONEST)
    expect({ outcome, named }).toMatchObject({ ...AGREED, named: [LIAR] })
    expect([...refetched].sort()).toEqual(ids)
    // Drawn itself, it is named without the others being fetched.
    expect(await cosign(honest, shown, LIAR)).toMatchObject({ ...AGREED, refetched: [LIAR], named: [LIAR] })
  })
})

describe('a coordinator that certified another aggregate', () => {
  it('is refused although the release opens from it within all bounds', async () => {
    expect(forged.opened.opened.sums[0]).toBe((sumOf(vectors.values())[0] as bigint) + 1n)
    const { outcome, refetched, named } = await cosign(forged, everyone(forged), HONEST)
    expect({ outcome, named }).toMatchObject({ ...REFUSED, named: [] })
    expect([...refetched].sort()).toEqual(ids)
  })

  it('is refused for an offset that was made after the statement, whatever an accomplice signs: the digests are fixed', async () => {
    const shown = everyone(honest).map((f) => (f.body.member === LIAR ? fingerprintBy(honest, LIAR, offsetOf(honest)) : f))
    const late = await cosign(honest, shown, HONEST, shifted(honest.aggregate))
    expect(late).toMatchObject({ ...REFUSED, refetched: [] })
  })

  it('is refused if the accomplice is drawn, and the accomplice is named', async () => {
    const shown = everyone(forged).map((f) => (f.body.member === LIAR ? fingerprintBy(forged, LIAR, offsetOf(forged)) : f))
    const { outcome, named } = await cosign(forged, shown, LIAR)
    expect({ outcome, named }).toMatchObject({ ...REFUSED, named: [LIAR] })
  })

  it('with an accomplice that is not drawn shifts the sum by the offset it fixed before the answers: the documented limit, as by a false vector', async () => {
    const shown = everyone(forged).map((f) => (f.body.member === LIAR ? fingerprintBy(forged, LIAR, offsetOf(forged)) : f))
    expect(await cosign(forged, shown, HONEST)).toMatchObject({ ...AGREED, refetched: [HONEST], named: [] })
  })

  it('two whose false fingerprints cancel change nothing in an honest sum, and each is named when drawn', async () => {
    const by = new Map([
      [LIAR, offsetOf(honest)],
      [PARTNER, negated(offsetOf(honest))],
    ])
    const shown = ids.map((id) => fingerprintBy(honest, id, by.get(id)))
    expect(await cosign(honest, shown, HONEST)).toMatchObject({ ...AGREED, named: [] })
    // One of the pair recomputed, the sum no longer comes out: everyone is refetched, both are named, and the true sum stands.
    expect(await cosign(honest, shown, PARTNER)).toMatchObject({ ...AGREED, named: [PARTNER, LIAR] })
  })
})

describe('the draw', () => {
  it('is uniform over the others who signed, never the co-signer itself, and nobody where nobody else signed', () => {
    const random = createSeededRandom('draw')
    const shown = everyone(honest)
    const counts = new Map<HospitalId | null, number>()
    for (let i = 0; i < 3000; i++) {
      const drawn = drawMember(shown, COSIGNER, random)
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual([LIAR, PARTNER, HONEST].sort())
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130)
    expect(drawMember(shown.slice(0, 1), COSIGNER, random)).toBe(null)
    expect(drawMember([], COSIGNER, random)).toBe(null)
  })

  it('is journalled once: another list or another member is refused, the same is the same', () => {
    const site = siteOf(federation, HONEST)
    const { key } = honest.checked.plan
    const statement = site.custody.keys.values().next().value?.statement ?? honest.statement
    const event = { kind: 'fingerprintsDrawn', key, statement, fingerprints: digestOf('list'), drawn: LIAR } as const
    journal(site, event)
    journal(site, event)
    expect(() => journal(site, { ...event, drawn: PARTNER })).toThrow(refused('SECOND_STATEMENT'))
    expect(() => journal(site, { ...event, fingerprints: digestOf('other list') })).toThrow(refused('SECOND_STATEMENT'))
    expect(() => journal(site, { ...event, statement: digestOf('other') })).toThrow(refused('SECOND_STATEMENT'))
  })
})
