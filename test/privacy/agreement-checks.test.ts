import { describe, expect, it } from 'vitest'
import { encode } from '../../core/codec.ts'
import type { HospitalId } from '../../core/ids.ts'
import { SecretBytes } from '../../core/secret.ts'
import * as privacy from '../../privacy/index.ts'
import { signedBytes } from '../../privacy/signatures.ts'
import {
  answerOf,
  certify,
  contribute,
  createFederation,
  digestOf,
  idsOf,
  integerLayout,
  keyAt,
  keyEpochOf,
  openStep,
  planOf,
  randomVector,
  receive,
  reportAll,
  signedPlanOf,
  signRequestFor,
  siteOf,
} from '../support/secure-sum.ts'

const code = (value: string) => expect.objectContaining({ code: value })
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
const P = 2n ** 255n - 19n
const L = 2n ** 252n + 27742317777372353535851937790883648493n
const little = (v: bigint): Uint8Array => hex(v.toString(16).padStart(64, '0')).reverse()
const fromLittle = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)

describe('a signature', () => {
  const key = privacy.createSignKey()
  const payload = new Uint8Array([1, 2, 3])
  const context = { plan: digestOf('plan'), key: keyAt(1) }
  const signature = privacy.signMessage('receipt', context, payload, key.privateKey)

  it('verifies under its own type, plan, opening key and payload, and under no other', () => {
    const verify = (type: privacy.MessageType, of: privacy.MessageContext, bytes: Uint8Array) =>
      privacy.verifyMessage(type, of, bytes, signature, key.publicKey)
    expect(verify('receipt', context, payload)).toBe(true)
    expect(verify('report', context, payload)).toBe(false)
    expect(verify('receipt', { ...context, plan: digestOf('other') }, payload)).toBe(false)
    expect(verify('receipt', { ...context, key: keyAt(2) }, payload)).toBe(false)
    expect(verify('receipt', { ...context, key: keyAt(1, 1) }, payload)).toBe(false)
    expect(verify('receipt', context, new Uint8Array([1, 2, 4]))).toBe(false)
    expect(privacy.verifyMessage('receipt', context, payload, signature, privacy.createSignKey().publicKey)).toBe(false)
    expect(() => privacy.requireSignature('report', context, payload, signature, key.publicKey, 'h01')).toThrow(code('BAD_SIGNATURE'))
  })

  it('has one form for messages of a plan and one for the others: neither is made in the place of the other', () => {
    expect(() => signedBytes('receipt', {}, payload)).toThrow(code('INTERNAL'))
    expect(() => signedBytes('plan', context, payload)).toThrow(code('INTERNAL'))
    const seen = new Set(
      privacy.MESSAGE_TYPES.map((type) =>
        Buffer.from(
          signedBytes(type, ['receipt', 'report', 'statement', 'answer', 'cosignature', 'fingerprint', 'abandonment'].includes(type) ? context : {}, payload),
        ).toString('hex'),
      ),
    )
    expect(seen.size).toBe(privacy.MESSAGE_TYPES.length)
  })

  it('is not malleable: S + L is refused, and so is a point that is not encoded canonically', () => {
    const malleated = signature.slice()
    malleated.set(little(fromLittle(signature.subarray(32)) + L), 32)
    expect(privacy.verifyMessage('receipt', context, payload, malleated, key.publicKey)).toBe(false)
    const lifted = signature.slice()
    lifted.set(little(P + 1n), 0)
    expect(privacy.verifyMessage('receipt', context, payload, lifted, key.publicKey)).toBe(false)
    for (const length of [0, 63, 65]) expect(privacy.verifyMessage('receipt', context, payload, new Uint8Array(length), key.publicKey)).toBe(false)
  })

  it('under a key of small order would fit many messages, so such keys are refused, as are those that are no canonical point', () => {
    // The eight torsion points of edwards25519 (y and sign), as listed in "Taming the many EdDSAs" (ePrint 2020/1244, table 6).
    const smallOrder = [
      '0100000000000000000000000000000000000000000000000000000000000000',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      '0000000000000000000000000000000000000000000000000000000000000000',
      '0000000000000000000000000000000000000000000000000000000000000080',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    ].map(hex)
    for (const point of smallOrder) {
      expect(() => privacy.checkSignKey(point)).toThrow(code('BAD_KEY'))
      // R = A, S = 0 satisfies the verification equation of a small-order A for some messages.
      expect(privacy.verifyMessage('receipt', context, payload, new Uint8Array([...(smallOrder[0] as Uint8Array), ...new Uint8Array(32)]), point)).toBe(false)
    }
    for (const y of [P, P + 1n, 2n ** 255n - 1n]) expect(() => privacy.checkSignKey(little(y))).toThrow(code('BAD_KEY'))
    expect(() => privacy.checkSignKey(little(2n))).toThrow(code('BAD_KEY'))
    expect(() => privacy.checkSignKey(new Uint8Array(31))).toThrow(code('BAD_KEY'))
    for (let i = 0; i < 20; i++) expect(() => privacy.checkSignKey(privacy.createSignKey().publicKey)).not.toThrow()
  })

  it('verifies the known answer of RFC 8032 (7.1, test 1) from its raw seed', () => {
    const seed = hex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')
    using secret = new SecretBytes(seed)
    expect(Buffer.from(privacy.publicSignKey(secret)).toString('hex')).toBe('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a')
    expect(String(secret)).toBe('[secret]')
  })
})

describe('a roster', () => {
  const federation = createFederation(4, 1, 6)
  const { roster, sites } = federation
  const signedBy = (of: privacy.Roster, ids: readonly HospitalId[]) => ({
    roster: of,
    signatures: ids.map((id) => privacy.signRoster(of, id, siteOf({ sites }, id).sign.privateKey)),
  })
  const ids = idsOf(federation)

  it('in its first version is signed by every member', () => {
    expect(() => privacy.checkFirstRoster(signedBy(roster, ids))).not.toThrow()
    expect(() => privacy.checkFirstRoster(signedBy(roster, ids.slice(1)))).toThrow(code('BAD_ROSTER'))
    const other = { ...roster, federation: 'other' }
    expect(() => privacy.checkFirstRoster({ roster: other, signatures: signedBy(roster, ids).signatures })).toThrow(code('BAD_ROSTER'))
  })

  it('in a later version follows the current one and is signed by more than half of its members, each counted once', () => {
    const next = { ...roster, version: 2, previous: privacy.rosterHash(roster), custodians: roster.custodians.slice().reverse() }
    expect(() => privacy.checkNextRoster(signedBy(next, ids.slice(0, 4)), roster)).not.toThrow()
    expect(() => privacy.checkNextRoster(signedBy(next, ids.slice(0, 3)), roster)).toThrow(code('BAD_ROSTER'))
    expect(() => privacy.checkNextRoster(signedBy(next, [...ids.slice(0, 3), ids[0] as HospitalId]), roster)).toThrow(code('BAD_ROSTER'))
    const fork = { ...next, previous: digestOf('another roster') }
    expect(() => privacy.checkNextRoster(signedBy(fork, ids), roster)).toThrow(code('OTHER_ROSTER'))
    expect(() => privacy.checkNextRoster(signedBy({ ...next, version: 3 }, ids), roster)).toThrow(code('OTHER_ROSTER'))
  })

  it.each([
    ['unsorted', 'BAD_ROSTER', { members: [...roster.members].reverse() }],
    ['with a member twice', 'BAD_ROSTER', { members: [roster.members[0], ...roster.members] as privacy.Member[] }],
    [
      'with one signing key for two',
      'BAD_ROSTER',
      { members: roster.members.map((m, i) => (i === 1 ? { ...m, signKey: roster.members[0]?.signKey as Uint8Array } : m)) },
    ],
    ["whose coordinator has a member's key", 'BAD_ROSTER', { coordinatorKey: roster.members[0]?.signKey as Uint8Array }],
    ['with one TLS key for two', 'BAD_ROSTER', { members: roster.members.map((m, i) => (i === 1 ? { ...m, tlsKey: digestOf('tls h01') } : m)) }],
    ['with a key of small order', 'BAD_KEY', { members: roster.members.map((m, i) => (i === 1 ? { ...m, signKey: new Uint8Array(32) } : m)) }],
    ['with a custodian twice', 'BAD_ROSTER', { custodians: [...roster.custodians.slice(0, 3), 'h01' as HospitalId] }],
    ['with a custodian who is no member', 'BAD_ROSTER', { custodians: [...roster.custodians.slice(0, 3), 'x' as HospitalId] }],
    ['with (m, f) off the table', 'BAD_PARAMETERS', { corrupt: 2 }],
    ['of another protocol version', 'OTHER_VERSION', { protocol: 2 }],
    ['that names a previous one though it is the first', 'BAD_ROSTER', { previous: digestOf('x') }],
  ])('%s is refused with %s', (_what, expected, changes) => {
    expect(() => privacy.checkRoster({ ...roster, ...changes })).toThrow(code(expected))
  })

  it('has one key epoch: a signed sealing key a custodian, in order', () => {
    const { keyEpoch } = federation
    expect(() => privacy.checkKeyEpoch(keyEpoch, roster)).not.toThrow()
    const spoil = (change: (keys: privacy.KeyEpochSet['keys']) => privacy.KeyEpochSet['keys']) => ({ ...keyEpoch, keys: change(keyEpoch.keys) })
    expect(() =>
      privacy.checkKeyEpoch(
        spoil((keys) => keys.slice(1)),
        roster,
      ),
    ).toThrow(code('BAD_KEY'))
    expect(() =>
      privacy.checkKeyEpoch(
        spoil((keys) => [...keys].reverse()),
        roster,
      ),
    ).toThrow(code('BAD_KEY'))
    const other = keyEpochOf(roster, sites, 2)
    expect(() =>
      privacy.checkKeyEpoch(
        spoil((keys) => [other.keys[0], ...keys.slice(1)] as typeof keys),
        roster,
      ),
    ).toThrow(code('OTHER_EPOCH'))
    expect(() =>
      privacy.checkKeyEpoch(
        spoil((keys) => keys.map((k, i) => (i === 2 ? { ...k, signature: keys[0]?.signature as Uint8Array } : k))),
        roster,
      ),
    ).toThrow(code('BAD_SIGNATURE'))
    expect(() => privacy.checkKeyEpoch({ ...keyEpoch, roster: digestOf('x') }, roster)).toThrow(code('OTHER_ROSTER'))
    // A custodian that signs another's key as its own would read what is meant for that one.
    const first = keyEpoch.keys[0]?.key as privacy.SealingKey
    const copied = privacy.signSealingKey({ ...first, custodian: 'h02' as HospitalId }, siteOf({ sites }, 'h02' as HospitalId).sign.privateKey)
    expect(() =>
      privacy.checkKeyEpoch(
        spoil((keys) => keys.map((k, i) => (i === 1 ? copied : k))),
        roster,
      ),
    ).toThrow(code('BAD_KEY'))
    const zero = privacy.signSealingKey({ ...first, x25519: new Uint8Array(32) }, siteOf({ sites }, 'h01' as HospitalId).sign.privateKey)
    expect(() =>
      privacy.checkKeyEpoch(
        spoil((keys) => keys.map((k, i) => (i === 0 ? zero : k))),
        roster,
      ),
    ).toThrow(code('BAD_KEY'))
  })
})

describe('a plan', () => {
  const federation = createFederation(4, 1, 8)
  const ids = idsOf(federation)
  const two = [ids.slice(0, 4), ids.slice(4)]

  it('that keeps the rules passes, in one group or in several', () => {
    expect(privacy.checkPlan(signedPlanOf(federation), federation)).toMatchObject({ t: 2, g: 3, group: ids, ciphertexts: 1 })
    expect(privacy.checkPlan(signedPlanOf(federation, { groups: two, blocks: two, key: keyAt(1, 1) }), federation).group).toEqual(two[1])
  })

  it('opens a group over one or more blocks of at least f + 2 members, none of them in two groups', () => {
    const [a, b] = [ids.slice(0, 3), ids.slice(3)]
    expect(privacy.checkPlan(signedPlanOf(federation, { disclosure: 'statistic', blocks: [a, b] }), federation).group).toEqual(ids)
    const crossing = { disclosure: 'statistic' as const, groups: two, blocks: [ids.slice(0, 5), ids.slice(5)] }
    expect(() => privacy.checkPlan(signedPlanOf(federation, crossing), federation)).toThrow(code('BAD_PLAN'))
  })

  it.each<[string, string, Partial<privacy.Plan>]>([
    ['of another protocol version', 'OTHER_VERSION', { protocol: 2 }],
    ['for another roster', 'OTHER_ROSTER', { roster: digestOf('x') }],
    ['for another key epoch', 'OTHER_EPOCH', { keyEpoch: digestOf('x') }],
    ['with a member in two groups', 'BAD_PLAN', { groups: [ids.slice(0, 5), ids.slice(4)] }],
    ['with a stranger', 'OFF_THE_ROSTER', { groups: [[...ids, 'x' as HospitalId]] }],
    ['with an unsorted group', 'BAD_PLAN', { groups: [[...ids].reverse()] }],
    ['with a small group beside its own', 'BAD_PLAN', { groups: [ids.slice(0, 6), ids.slice(6)] }],
    ['whose least cohort is below f + 2', 'BAD_PLAN', { minCohort: 2 }],
    ['whose least cohort passes its group', 'BAD_PLAN', { minCohort: 9 }],
    ['for a group it does not have', 'BAD_PLAN', { key: keyAt(1, 1) }],
    ['with a block below f + 2', 'BAD_PLAN', { blocks: [ids.slice(0, 2), ids.slice(2)] }],
    ['with blocks that share a member', 'BAD_PLAN', { blocks: [ids.slice(0, 5), ids.slice(4)] }],
    ['with blocks out of order', 'BAD_PLAN', { blocks: [ids.slice(4), ids.slice(0, 4)] }],
    ['whose rolls may vary, with blocks of its own', 'BAD_PLAN', { disclosure: 'update', blocks: two }],
    ['with a block that is not the group', 'BAD_PLAN', { blocks: [ids.slice(1)] }],
    ['without blocks', 'BAD_PLAN', { blocks: [] }],
    ['with a snapshot missing', 'BAD_PLAN', { snapshots: planOf(federation).snapshots.slice(1) }],
    [
      "with a member's snapshot twice",
      'BAD_PLAN',
      { snapshots: [...planOf(federation).snapshots.slice(0, 7), planOf(federation).snapshots[0]] as privacy.Snapshot[] },
    ],
    [
      'with a snapshot of another boundary',
      'BAD_PLAN',
      { snapshots: planOf(federation).snapshots.map((s, i) => (i === 3 ? { ...s, boundary: '2026-02' } : s)) },
    ],
    ['that promises noise nobody adds', 'POLICY', { privacy: 'dp' }],
    ['whose lanes cannot hold the sum', 'BAD_LAYOUT', { layout: { ...integerLayout(10), laneBits: 21 } }],
    ['with more lanes than a vector may have', 'BAD_LAYOUT', { layout: integerLayout(2 ** 32 - 1) }],
    ['with data in step 0', 'BAD_PLAN', { key: keyAt(0) }],
    ['with constant lanes alone outside step 0', 'BAD_PLAN', { layout: integerLayout(0), snapshots: [] }],
  ])('%s is refused with %s', (_what, expected, changes) => {
    expect(() => privacy.checkPlan(signedPlanOf(federation, changes), federation)).toThrow(code(expected))
  })

  it('is taken from the coordinator alone', () => {
    const forged = privacy.signPlan(planOf(federation), siteOf(federation, ids[0] as HospitalId).sign.privateKey)
    expect(() => privacy.checkPlan(forged, federation)).toThrow(code('BAD_SIGNATURE'))
    expect(() => privacy.checkPlan({ ...signedPlanOf(federation), plan: planOf(federation, { deadlineMs: 5 }) }, federation)).toThrow(code('BAD_SIGNATURE'))
  })
})

describe('what is received and agreed', () => {
  it('a contribution is held against its receipt: sizes first, then digests; the receipt against its author and plan', async () => {
    const federation = createFederation(4, 1, 4)
    const checked = openStep(federation, signedPlanOf(federation))
    const made = await contribute(federation, checked, 'h01' as HospitalId, randomVector(100, 1))
    receive(checked, made)
    const [c] = made.ciphertexts as [Uint8Array]
    const [s, ...others] = made.sealedShares as [Uint8Array, ...Uint8Array[]]
    const flip = (bytes: Uint8Array): Uint8Array => bytes.map((v, i) => (i === 100 ? v ^ 1 : v))
    const check = (ciphertexts: readonly Uint8Array[], shares: readonly Uint8Array[]) => () => privacy.checkContribution(made.receipt, ciphertexts, shares)
    expect(check([flip(c)], made.sealedShares)).toThrow(code('DIGEST_MISMATCH'))
    expect(check([c], [flip(s), ...others])).toThrow(code('DIGEST_MISMATCH'))
    expect(check([c, c], made.sealedShares)).toThrow(code('DIGEST_MISMATCH'))
    expect(check([c], others)).toThrow(code('DIGEST_MISMATCH'))
    expect(check([new Uint8Array(c.length + 1)], made.sealedShares)).toThrow(code('TOO_LARGE'))
    expect(check([c.subarray(1)], made.sealedShares)).toThrow(code('DIGEST_MISMATCH'))
    const { body } = made.receipt
    const resigned = (changes: Partial<privacy.ReceiptBody>) =>
      privacy.signReceipt({ ...body, ...changes }, checked, siteOf(federation, 'h01' as HospitalId).sign.privateKey)
    expect(() => privacy.checkReceipt(resigned({ plan: digestOf('x') }), checked)).toThrow(code('OTHER_PLAN'))
    expect(() => privacy.checkReceipt(resigned({ state: digestOf('x') }), checked)).toThrow(code('OTHER_STATE'))
    expect(() => privacy.checkReceipt(resigned({ member: 'h02' as HospitalId }), checked)).toThrow(code('BAD_SIGNATURE'))
    expect(() => privacy.checkReceipt(resigned({ member: 'x' as HospitalId }), checked)).toThrow(code('OFF_THE_ROSTER'))
    expect(() => privacy.checkReceipt(resigned({ ciphertexts: [] }), checked)).toThrow(code('DIGEST_MISMATCH'))
    expect(() => privacy.checkReceipt({ ...made.receipt, signature: flip(new Uint8Array(200)).subarray(0, 64) }, checked)).toThrow(code('BAD_SIGNATURE'))
  })

  it('a certificate needs g distinct signatures of its answer set over exactly its statement and roll', async () => {
    const federation = createFederation(5, 2, 5)
    const checked = openStep(federation, signedPlanOf(federation))
    const contributions = await Promise.all(idsOf(federation).map((id, i) => contribute(federation, checked, id, randomVector(100, i))))
    const { request } = await signRequestFor(
      federation,
      checked,
      contributions,
      reportAll(federation, checked, contributions, federation.roster.custodians.slice(0, 4)),
    )
    const certificate = certify(federation, checked, request)
    expect(privacy.checkCertificate(certificate, checked)).toBe(privacy.statementHash(request.statement))
    const [first, ...rest] = certificate.signatures as [privacy.NamedSignature, ...privacy.NamedSignature[]]
    const spoil = (changes: Partial<privacy.Certificate>) => () => privacy.checkCertificate({ ...certificate, ...changes }, checked)
    expect(spoil({ signatures: rest })).toThrow(code('NO_CERTIFICATE'))
    expect(spoil({ signatures: [...rest, rest[0] as privacy.NamedSignature] })).toThrow(code('NO_CERTIFICATE'))
    const outside = privacy.signStatement(request.statement, checked, 'h05' as HospitalId, siteOf(federation, 'h05' as HospitalId).sign.privateKey)
    expect(spoil({ signatures: [...rest, outside] })).toThrow(code('NO_CERTIFICATE'))
    expect(spoil({ signatures: [...rest, { ...first, signer: 'h05' as HospitalId }] })).toThrow(code('NO_CERTIFICATE'))
    expect(spoil({ statement: { ...request.statement, aggregate: [digestOf('x')] } })).toThrow(code('NO_CERTIFICATE'))
    expect(spoil({ statement: { ...request.statement, aggregate: [] } })).toThrow(code('AGGREGATE_MISMATCH'))
    expect(spoil({ statement: { ...request.statement, answerSet: request.statement.answerSet.slice(1) } })).toThrow(code('BAD_ANSWER_SET'))
    expect(spoil({ statement: { ...request.statement, answerSet: [...request.statement.answerSet].reverse() } })).toThrow(code('BAD_ANSWER_SET'))
    expect(spoil({ statement: { ...request.statement, roster: digestOf('x') } })).toThrow(code('OTHER_ROSTER'))
    expect(spoil({ statement: { ...request.statement, key: keyAt(9) } })).toThrow(code('OTHER_PLAN'))
    expect(spoil({ roll: request.roll.slice(1) })).toThrow(code('DIGEST_MISMATCH'))
    // The one outside A may not answer; one of A may, though it was never asked to sign.
    await expect(answerOf(federation, checked, 'h05' as HospitalId, certificate)).rejects.toMatchObject({ code: 'OUTSIDE_ANSWER_SET' })
    const without = { ...certificate, signatures: rest }
    await expect(answerOf(federation, checked, 'h01' as HospitalId, without)).rejects.toMatchObject({ code: 'NO_CERTIFICATE' })
    const answer = await answerOf(federation, checked, 'h01' as HospitalId, certificate)
    expect(encode(privacy.answer, await answerOf(federation, checked, 'h01' as HospitalId, certificate))).toEqual(encode(privacy.answer, answer))
  })

  it('an answer is taken from a member of A, under its own index, about this statement', async () => {
    const federation = createFederation(4, 1, 4)
    const checked = openStep(federation, signedPlanOf(federation))
    const contributions = await Promise.all(idsOf(federation).map((id, i) => contribute(federation, checked, id, randomVector(100, i))))
    const { request } = await signRequestFor(federation, checked, contributions, reportAll(federation, checked, contributions))
    const certificate = certify(federation, checked, request)
    const { body } = await answerOf(federation, checked, 'h01' as HospitalId, certificate)
    const spoil =
      (changes: Partial<privacy.AnswerBody>, signer = 'h01') =>
      () =>
        privacy.checkAnswer(
          privacy.signAnswer({ ...body, ...changes }, checked, siteOf(federation, signer as HospitalId).sign.privateKey),
          certificate,
          checked,
        )
    expect(spoil({})).not.toThrow()
    expect(spoil({ index: 2 })).toThrow(code('BAD_BYTES'))
    expect(spoil({ statement: digestOf('x') })).toThrow(code('OTHER_STATEMENT'))
    expect(spoil({ sum: body.sum.map((v, i) => (i === 0 ? 2147483647 : v)) })).toThrow(code('BAD_BYTES'))
    expect(spoil({ custodian: 'x' as HospitalId })).toThrow(code('OUTSIDE_ANSWER_SET'))
    expect(spoil({}, 'h02')).toThrow(code('BAD_SIGNATURE'))
  })
})
