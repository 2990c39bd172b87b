// Every codec of the protocol against 10,000 hostile inputs: whatever the bytes, a value that encodes back to them, or one of three codes.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Codec, decode, encode } from '../../core/codec.ts'
import { isRefusal } from '../../core/errors.ts'
import type { HospitalId } from '../../core/ids.ts'
import { type CustodyEvent, custodyEvent } from '../../privacy/custodian/index.ts'
import * as privacy from '../../privacy/index.ts'
import { candidatesFor, cosign, createFederation, digestOf, idsOf, keyAt, randomVector, runStep, signedPlanOf } from '../support/secure-sum.ts'

const CASES = 10_000
const ALLOWED = new Set(['BAD_BYTES', 'TOO_LARGE', 'BAD_ID'])

/** Codes counted over all cases; throws on anything that a decoder must not do. */
function survives<T>(codec: Codec<T>, bytes: Uint8Array): string {
  let value: T
  try {
    value = decode(codec, bytes)
  } catch (error) {
    if (isRefusal(error) && ALLOWED.has(error.code)) return error.code
    throw error
  }
  if (Buffer.compare(encode(codec, value), bytes) !== 0) throw new Error('two byte forms of one value')
  return 'accepted'
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Random bytes; a valid encoding cut, extended, with bytes changed, with a length blown up, or with a piece doubled. */
function hostile(valid: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.nat(Math.max(0, valid.length - 1))
  const edit = (change: (bytes: Uint8Array, i: number, v: number) => Uint8Array): fc.Arbitrary<Uint8Array> =>
    fc.tuple(at, fc.nat(255)).map(([i, v]) => change(valid, i, v))
  return fc.oneof(
    fc.uint8Array({ maxLength: 600 }),
    edit((bytes, i) => bytes.slice(0, i)),
    edit((bytes, i, v) => joined(bytes.subarray(0, i), Uint8Array.of(v), bytes.subarray(i))),
    edit((bytes, i, v) => bytes.with(i, v)),
    // The first bytes hold most lengths and tags: change them more often.
    fc.tuple(fc.nat(Math.min(299, valid.length - 1)), fc.nat(255)).map(([i, v]) => valid.with(i, v)),
    edit((bytes, i) => {
      const out = bytes.slice()
      out.fill(0xff, i, i + 4)
      return out
    }),
    fc.tuple(at, at).map(([i, j]) => joined(valid.subarray(0, Math.max(i, j)), valid.subarray(Math.min(i, j)))),
  )
}

const id = 'h01' as HospitalId
const bytesOf = new Map<string, Uint8Array>()
const CODECS = {
  member: privacy.member,
  roster: privacy.roster,
  sealingKey: privacy.sealingKey,
  keyEpoch: privacy.keyEpoch,
  snapshot: privacy.snapshot,
  stage: privacy.stage,
  jobSpec: privacy.jobSpec,
  plan: privacy.plan,
  signedPlan: privacy.signedPlan,
  receiptBody: privacy.receiptBody,
  receipt: privacy.receipt,
  candidate: privacy.candidate,
  verdict: privacy.verdict,
  reportBody: privacy.reportBody,
  report: privacy.report,
  roll: privacy.roll,
  statement: privacy.statement,
  signRequest: privacy.signRequest,
  certificate: privacy.certificate,
  answerBody: privacy.answerBody,
  answer: privacy.answer,
  release: privacy.release,
  keySum: privacy.keySum,
  cosignatureBody: privacy.cosignatureBody,
  cosignRequest: privacy.cosignRequest,
  releaseBundle: privacy.releaseBundle,
  sealedBundle: privacy.sealedBundle,
  fingerprint: privacy.fingerprint,
  fingerprints: privacy.fingerprints,
  namedSignature: privacy.namedSignature,
  custodyEvent,
}
type Name = keyof typeof CODECS
const NAMES = Object.keys(CODECS) as Name[]

beforeAll(async () => {
  const federation = createFederation(4, 1, 4)
  const vectors = new Map(idsOf(federation).map((member, i) => [member, randomVector(20, i)]))
  const signedPlan = signedPlanOf(federation, {}, 20)
  const step = await runStep(federation, signedPlan, vectors)
  const { certificate, checked, contributions, reports, request, answers, opened } = step
  const nextState = new Uint8Array([7])
  const cosignRequest = { certificate, keySum: opened.keySum, release: opened.opened, nextState: privacy.stateHash(nextState) }
  const cosignature = await cosign(federation, checked, id, cosignRequest, contributions)
  const stage = { name: 'train', task: 'logistic', params: new Uint8Array(3), upstream: ['describe'], privacy: 'none', inputs: checked.plan.inputs, publish: 1 }
  const columns = [{ name: 'amount', unit: 'fen', low: 0, high: 1e6, en: 'amount', zh: '金额' }]
  const jobSpec = {
    protocol: 1,
    federation: 'test',
    roster: digestOf('r'),
    nonce: new Uint8Array(16),
    draws: ['init'],
    featureSets: [{ name: 'test/1', columns }],
    stages: [stage],
  }
  const event: CustodyEvent = { kind: 'reported', key: keyAt(1), report: reports[0] as privacy.Report }
  const fingerprintBy = privacy.signFingerprint(
    { statement: digestOf('s'), receipt: digestOf('r'), member: id, words: new BigInt64Array(6) },
    checked,
    federation.coordinator.privateKey,
  )
  const all: Record<Name, unknown> = {
    ...{ member: federation.roster.members[0], roster: federation.roster, sealingKey: federation.keyEpoch.keys[0]?.key, keyEpoch: federation.keyEpoch },
    ...{ snapshot: checked.plan.snapshots[0], stage, jobSpec, plan: checked.plan, signedPlan },
    ...{ receiptBody: contributions[0]?.receipt.body, receipt: contributions[0]?.receipt, candidate: candidatesFor(federation, id, contributions)[0] },
    ...{
      verdict: reports[0]?.body.entries[0]?.verdict,
      reportBody: reports[0]?.body,
      report: reports[0],
      roll: request.roll,
      statement: request.statement,
      signRequest: request,
      certificate,
    },
    ...{
      answerBody: answers[0]?.body,
      answer: answers[0],
      release: opened.opened,
      keySum: opened.keySum,
      cosignRequest,
      namedSignature: cosignature,
      custodyEvent: event,
    },
    cosignatureBody: privacy.cosignatureOf(digestOf('s'), opened.keySum, opened.opened, null),
    sealedBundle: { plan: signedPlan, certificate, sealed: digestOf('sealed'), cosignatures: [cosignature] },
    fingerprint: fingerprintBy,
    fingerprints: [fingerprintBy],
    releaseBundle: { plan: signedPlan, certificate, keySum: opened.keySum, release: opened.opened, nextState, cosignatures: [cosignature] },
  }
  for (const name of NAMES) {
    bytesOf.set(name, encode(codecOf(name), all[name]))
  }
})
const codecOf = (name: Name): Codec<unknown> => CODECS[name] as Codec<unknown>

describe('decoding', () => {
  it.each(NAMES)(`of a %s gives back what was encoded, and of ${CASES} hostile inputs nothing but a value or a code`, (name) => {
    const codec = codecOf(name)
    const valid = bytesOf.get(name) as Uint8Array
    expect(encode(codec, decode(codec, valid))).toEqual(valid)
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(hostile(valid), (bytes) => {
        const outcome = survives(codec, bytes)
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
      }),
      { numRuns: CASES },
    )
    expect([...seen.values()].reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(CASES)
    expect(seen.get('BAD_BYTES') ?? 0).toBeGreaterThan(CASES / 10)
  })

  it('refuses a length over its limit before it allocates', () => {
    const huge = new Uint8Array(8).fill(0xff)
    for (const codec of [privacy.roll, privacy.keySum] as Codec<unknown>[])
      expect(() => decode(codec, huge)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }))
  })

  it('refuses check words, answers and key sums of another length than the protocol knows', () => {
    const words = (n: number) => ({ kind: 'words' as const, words: new Uint32Array(n) })
    for (const n of [0, 3, 5]) expect(() => encode(privacy.verdict, words(n))).toThrow()
    expect(() => encode(privacy.keySum, new Int32Array(4095))).toThrow(expect.objectContaining({ code: 'BAD_BYTES' }))
    expect(() => decode(privacy.keySum, new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]))).toThrow(expect.objectContaining({ code: 'BAD_BYTES' }))
  })
})
