// Audience `coordinator`: members are shown that a roll was certified and opened, and nothing of what it opened to.
import { beforeAll, describe, expect, it } from 'vitest'
import { encode } from '../../core/codec.ts'
import type { HospitalId } from '../../core/ids.ts'
import * as privacy from '../../privacy/index.ts'
import { cosign, createFederation, digestOf, idsOf, randomVector, runStep, signedPlanOf, siteOf, type WholeStep } from '../support/secure-sum.ts'
import { refused } from './refused.ts'

const federation = createFederation(4, 1, 4)
const [FIRST, SECOND] = idsOf(federation) as [HospitalId, HospitalId]
let step: WholeStep
let bundle: privacy.SealedBundle

async function sealedStep(changes: Partial<privacy.Plan>): Promise<[WholeStep, privacy.SealedBundle]> {
  const plan = signedPlanOf(federation, changes, 20)
  const run = await runStep(federation, plan, new Map(idsOf(federation).map((id, i) => [id, randomVector(20, i)])))
  const { certificate, opened, checked, contributions } = run
  const request = { certificate, keySum: opened.keySum, release: opened.opened, nextState: digestOf('whatever the coordinator says') }
  const cosignatures = [await cosign(federation, checked, FIRST, request, contributions), await cosign(federation, checked, SECOND, request, contributions)]
  return [run, { plan, certificate, sealed: privacy.sealedReleaseHash(opened.opened, opened.keySum), cosignatures }]
}

beforeAll(async () => {
  ;[step, bundle] = await sealedStep({ audience: 'coordinator' })
})

describe('a release for the coordinator', () => {
  it('is taken by members from certificate, hash and t co-signatures', () => {
    expect(privacy.checkSealedBundle(bundle, federation)).toMatchObject({ statementHash: privacy.statementHash(bundle.certificate.statement) })
  })

  it('shows neither sums nor S, nor a hash that sums could be tried against', () => {
    const bytes = Buffer.from(encode(privacy.sealedBundle, bundle)).toString('hex')
    const { opened, keySum } = step.opened
    const telling = [encode(privacy.release, opened).subarray(32), encode(privacy.keySum, keySum)].map((part) => Buffer.from(part).toString('hex'))
    for (const secret of [...telling, privacy.releaseHash(opened), privacy.keySumHash(keySum)]) expect(bytes.includes(secret)).toBe(false)
    // What is signed beside it says no more.
    expect(privacy.cosignatureOf(bundle.certificate.statement.plan, keySum, opened, null)).toMatchObject({ keySum: null, nextState: null })
  })

  it('commits to both: another sum, or another S, is another hash', () => {
    const { opened, keySum } = step.opened
    const other = { ...opened, sums: opened.sums.with(0, (opened.sums[0] as bigint) + 1n) }
    const hashes = [privacy.sealedReleaseHash(opened, keySum), privacy.sealedReleaseHash(other, keySum), privacy.sealedReleaseHash(opened, keySum.with(7, 43))]
    expect(new Set(hashes).size).toBe(3)
  })

  it.each([
    ['another hash', (b: privacy.SealedBundle) => ({ ...b, sealed: digestOf('other') }), 'FEW_COSIGNATURES'],
    ['one co-signature', (b: privacy.SealedBundle) => ({ ...b, cosignatures: b.cosignatures.slice(1) }), 'FEW_COSIGNATURES'],
    [
      'one co-signature twice',
      (b: privacy.SealedBundle) => ({ ...b, cosignatures: [b.cosignatures[0], b.cosignatures[0]] as privacy.NamedSignature[] }),
      'FEW_COSIGNATURES',
    ],
    [
      'too few signatures on the statement',
      (b: privacy.SealedBundle) => ({ ...b, certificate: { ...b.certificate, signatures: b.certificate.signatures.slice(2) } }),
      'NO_CERTIFICATE',
    ],
    ['another plan', (b: privacy.SealedBundle) => ({ ...b, plan: signedPlanOf(federation, { audience: 'coordinator', deadlineMs: 7 }, 20) }), 'OTHER_PLAN'],
  ] as const)('is refused with %s', (_, change, code) => {
    expect(() => privacy.checkSealedBundle(change(bundle), federation)).toThrow(refused(code))
  })

  it('is refused where the plan promised it to members, and the other way round: neither form passes for the other', async () => {
    const [run, open] = await sealedStep({ audience: 'members', key: { job: digestOf('job'), step: 2, group: 0 } })
    expect(() => privacy.checkSealedBundle(open, federation)).toThrow(refused('OTHER_PLAN'))
    const { opened, keySum } = step.opened
    const { sealed: _, ...proofs } = bundle
    expect(() => privacy.checkBundle({ ...proofs, keySum, release: opened, nextState: new Uint8Array([7]) }, federation)).toThrow(refused('OTHER_PLAN'))
    expect(run.checked.plan.audience).toBe('members')
  })

  it('a co-signature of the one form says nothing in the other', () => {
    const { opened, keySum } = step.opened
    const next = digestOf('state')
    const statement = privacy.statementHash(bundle.certificate.statement)
    const signature = privacy.signCosignature(
      privacy.cosignatureOf(statement, keySum, opened, next),
      step.checked,
      FIRST,
      siteOf(federation, FIRST).sign.privateKey,
    )
    expect(privacy.cosigners(privacy.cosignatureOf(statement, keySum, opened, null), [signature], step.checked).size).toBe(0)
  })
})
