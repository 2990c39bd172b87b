// A coordinator that shows one member something else, and a member that says something else than the honest code did: what travels is changed
// on its way, and signed anew by whoever plays the part.
import { type Codec, decode, encode } from '../../../core/codec.ts'
import { refuse } from '../../../core/errors.ts'
import { type HospitalId, type OpeningKey, openingKeyText, parseDigest } from '../../../core/ids.ts'
import { LIMITS } from '../../../core/limits.ts'
import type { SecretBytes } from '../../../core/secret.ts'
import { signAnswer } from '../../../privacy/answer.ts'
import {
  answer,
  type Certificate,
  candidates,
  certificate,
  cosignRequest,
  type Plan,
  planHash,
  type Receipt,
  receipt,
  receiptBody,
  report,
  rollHash,
  type SignRequest,
  signedPlan,
  signRequest,
  stepEnd,
} from '../../../privacy/messages.ts'
import { PARAMETERS } from '../../../privacy/parameters.ts'
import { signPlan } from '../../../privacy/plan.ts'
import { SEALED_SHARE_BYTES } from '../../../privacy/receipt.ts'
import { signReport } from '../../../privacy/report.ts'
import { sealedShareDigest } from '../../../privacy/sealing.ts'
import { signMessage } from '../../../privacy/signatures.ts'
import { ciphertextDigest } from '../../../privacy/wire.ts'
import { type Chunks, type CoordinatorService, chunksOf, collect } from '../../../proto/index.ts'
import { withCalls } from '../dishonest.ts'
import type { FalseContribution, FalseCustody, Lie } from './operations.ts'

const OTHER = parseDigest('7'.repeat(64))
async function* changed<T>(codec: Codec<T>, chunks: Chunks, change: (value: T) => T): Chunks {
  const bytes = await collect(chunks, LIMITS.stateBytes)
  yield* chunksOf(encode(codec, change(decode(codec, bytes))))
}
const resigned = (bytes: Uint8Array, change: (plan: Plan) => Plan, key: SecretBytes): Uint8Array =>
  encode(signedPlan, signPlan(change(decode(signedPlan, bytes).plan), key))
const overRoll = (request: SignRequest, roll: SignRequest['roll'], aggregate = request.statement.aggregate): SignRequest => ({
  ...request,
  roll,
  statement: { ...request.statement, roll: rollHash(roll), aggregate },
})
const certified = (held: Certificate, roll: Certificate['roll']): Certificate => ({ ...held, roll, statement: { ...held.statement, roll: rollHash(roll) } })

/** Lies still to be told, by whom they are told to. */
export interface Lies {
  tell(member: HospitalId, lie: Lie, times: number): void
  end(): void
  readonly wrap: (service: CoordinatorService) => CoordinatorService
}

export function createLies(coordinatorKey: SecretBytes): Lies {
  const pending = new Map<string, number>()
  /** Whether this lie is told now; it is counted as told. */
  const tells = (member: HospitalId, lie: Lie): boolean => {
    const left = pending.get(`${member} ${lie}`) ?? 0
    if (left > 0) pending.set(`${member} ${lie}`, left - 1)
    return left > 0
  }
  const older = new Map<string, Uint8Array>()
  const wrap = withCalls((honest) => ({
    async fetchPlan(peer, key) {
      const bytes = await honest.fetchPlan(peer, key)
      if (tells(peer.member, 'another plan')) return resigned(bytes, (p) => ({ ...p, deadlineMs: p.deadlineMs + 1 }), coordinatorKey)
      if (tells(peer.member, 'another state')) return resigned(bytes, (p) => ({ ...p, state: OTHER }), coordinatorKey)
      if (tells(peer.member, 'a plan without one')) return resigned(bytes, withoutOne(peer.member), coordinatorKey)
      return bytes
    },
    fetchCandidates(peer, key, signal) {
      const shown = honest.fetchCandidates(peer, key, signal)
      if (tells(peer.member, 'no candidates')) return changed(candidates, shown, () => [])
      if (!tells(peer.member, 'swapped candidates')) return shown
      return changed(candidates, shown, (all) => all.map((one, i) => ({ ...one, share: all[(i + 1) % all.length]?.share ?? one.share })))
    },
    fetchSignRequest(peer, key, signal) {
      const shown = honest.fetchSignRequest(peer, key, signal)
      if (tells(peer.member, 'a roll without one')) return changed(signRequest, shown, (r) => overRoll(r, r.roll.slice(1)))
      if (tells(peer.member, 'a roll that repeats one'))
        return changed(signRequest, shown, (r) =>
          overRoll(
            r,
            r.roll.map((e, i) => r.roll[Math.max(i, 1)] ?? e),
          ),
        )
      if (tells(peer.member, 'an empty roll')) return changed(signRequest, shown, (r) => overRoll(r, [], []))
      if (!tells(peer.member, 'a smaller answer set')) return shown
      return changed(signRequest, shown, (r) => {
        const gone = r.statement.answerSet.find((c) => c !== peer.member)
        return { ...r, statement: { ...r.statement, answerSet: r.statement.answerSet.filter((c) => c !== gone) } }
      })
    },
    fetchCertificate(peer, key, signal) {
      const shown = honest.fetchCertificate(peer, key, signal)
      if (tells(peer.member, 'a certificate without signatures')) return changed(certificate, shown, (c) => ({ ...c, signatures: c.signatures.slice(2) }))
      if (tells(peer.member, 'a certificate signed twice by one'))
        return changed(certificate, shown, (c) => ({ ...c, signatures: c.signatures.map(() => c.signatures[0] as (typeof c.signatures)[number]) }))
      if (tells(peer.member, 'a certificate over fewer')) return changed(certificate, shown, (c) => certified(c, c.roll.slice(1)))
      return shown
    },
    fetchCosignRequest(peer, key, signal) {
      const shown = honest.fetchCosignRequest(peer, key, signal)
      if (tells(peer.member, 'another release to co-sign'))
        return changed(cosignRequest, shown, (r) => ({ ...r, release: { ...r.release, sums: r.release.sums.map((v) => v + 1n) } }))
      return tells(peer.member, 'another state to co-sign') ? changed(cosignRequest, shown, (r) => ({ ...r, nextState: OTHER })) : shown
    },
    async *fetchAggregate(peer, key, signal) {
      const lies = tells(peer.member, 'another aggregate')
      for await (const chunk of honest.fetchAggregate(peer, key, signal)) yield lies ? chunk.map((b, i) => (i === 0 ? b ^ 1 : b)) : chunk
    },
    async *fetchRelease(peer, key, signal) {
      const bytes = await collect(honest.fetchRelease(peer, key, signal), LIMITS.stateBytes)
      const before = older.get(key.job)
      older.set(key.job, bytes)
      if (before && tells(peer.member, 'an older release')) return yield* chunksOf(before)
      if (!tells(peer.member, 'another release')) return yield* chunksOf(bytes)
      const end = decode(stepEnd, bytes)
      if (end.kind !== 'released') return yield* chunksOf(bytes)
      const release = { ...end.bundle.release, sums: end.bundle.release.sums.map((v) => v + 1n) }
      yield* chunksOf(encode(stepEnd, { ...end, bundle: { ...end.bundle, release } }))
    },
  }))
  return {
    tell: (member, lie, times) => void pending.set(`${member} ${lie}`, (pending.get(`${member} ${lie}`) ?? 0) + times),
    end: () => pending.clear(),
    wrap,
  }
}

function withoutOne(shown: HospitalId): (plan: Plan) => Plan {
  return (p) => {
    const gone = p.groups[0]?.find((id) => id !== shown)
    const less = (members: readonly HospitalId[]): readonly HospitalId[] => members.filter((id) => id !== gone)
    return { ...p, groups: p.groups.map(less), blocks: p.blocks.map(less), snapshots: p.snapshots.filter((s) => s.member !== gone) }
  }
}

/** What the corrupt member does in place of what its daemon does. */
export interface Corruption {
  readonly contributor: FalseContribution | null
  readonly custodian: FalseCustody | null
}
export interface CorruptMember {
  readonly id: HospitalId
  readonly corruption: () => Corruption
  readonly signKey: () => SecretBytes
}

export function corruptService(corrupt: CorruptMember): (service: CoordinatorService) => CoordinatorService {
  /** What others uploaded: what the corrupt one may copy. */
  const seen = new Map<string, Uint8Array>()
  const isMine = (member: HospitalId): boolean => member === corrupt.id
  return withCalls((honest) => ({
    async contribute(peer, key, header, offset, chunks, signal) {
      const how = isMine(peer.member) ? corrupt.corruption().contributor : null
      if (how === null && offset > 0) return await honest.contribute(peer, key, header, offset, chunks, signal)
      if (how !== null && offset > 0) throw refuse('OFFSET', 'what was begun honestly')
      const bytes = await collect(chunks, LIMITS.stateBytes)
      if (how === null) {
        if (!isMine(peer.member)) seen.set(openingKeyText(key), bytes)
        return await honest.contribute(peer, key, header, offset, chunksOf(bytes), signal)
      }
      const first = decode(receipt, header)
      const made = falseContribution(how, first, bytes, seen.get(openingKeyText(key)))
      if (how === 'two receipts') await honest.contribute(peer, key, header, 0, chunksOf(bytes), signal)
      await honest.contribute(peer, key, encode(receipt, signedBy(corrupt.signKey(), made.body, first, key)), 0, chunksOf(made.bytes), signal)
    },
    async report(peer, key, bytes) {
      if (!isMine(peer.member) || corrupt.corruption().custodian !== 'false report') return await honest.report(peer, key, bytes)
      const { body } = decode(report, bytes)
      const entries = body.entries.map((e, i) => (i > 0 ? e : { ...e, verdict: { kind: 'words' as const, words: new Uint32Array([1, 2, 3, 4]) } }))
      await honest.report(peer, key, encode(report, signReport({ ...body, entries }, { plan: { key }, planHash: body.plan } as never, corrupt.signKey())))
    },
    async sign(peer, key, bytes) {
      const how = isMine(peer.member) ? corrupt.corruption().custodian : null
      if (how === 'silent') throw refuse('UNAVAILABLE', 'silent')
      if (how === 'refuses') return await honest.refuseRequest(peer, key, 'sign', 'POLICY')
      await honest.sign(peer, key, bytes)
    },
    async answer(peer, key, bytes) {
      const how = isMine(peer.member) ? corrupt.corruption().custodian : null
      if (how === 'silent') throw refuse('UNAVAILABLE', 'silent')
      if (how === 'refuses') return await honest.refuseRequest(peer, key, 'answer', 'POLICY')
      if (how !== 'wrong answer') return await honest.answer(peer, key, bytes)
      const plan = decode(signedPlan, await honest.fetchPlan(peer, key)).plan
      const { body } = decode(answer, bytes)
      const wrong = { ...body, sum: body.sum.map((word, i) => (i === 7 ? (word + 1) % PARAMETERS.sharePrime : word)) }
      await honest.answer(peer, key, encode(answer, signAnswer(wrong, { plan, planHash: planHash(plan) } as never, corrupt.signKey())))
    },
  }))
}

function falseContribution(
  how: FalseContribution,
  { body }: Receipt,
  bytes: Uint8Array,
  another: Uint8Array | undefined,
): { readonly body: Receipt['body']; readonly bytes: Uint8Array } {
  const start = body.ciphertexts.length * PARAMETERS.ciphertextBytes
  const out = bytes.slice()
  switch (how) {
    // Residues that are numbers below their primes and no message.
    case 'garbage':
      out.fill(0x11, 0, start)
      break
    case 'a false sum':
    case 'two receipts':
      out[0] = (out[0] as number) ^ 1
      break
    case 'a copy':
      if (another) out.set(another)
      break
    case 'spoilt shares':
      for (let at = start + 2000; at < out.length; at += SEALED_SHARE_BYTES) out[at] = (out[at] as number) ^ 1
      break
    default:
      how satisfies never
  }
  const ciphertexts = body.ciphertexts.map((_, j) => ciphertextDigest(out.subarray(j * PARAMETERS.ciphertextBytes, (j + 1) * PARAMETERS.ciphertextBytes)))
  const shares = body.shares.map((_, k) => sealedShareDigest(out.subarray(start + k * SEALED_SHARE_BYTES, start + (k + 1) * SEALED_SHARE_BYTES)))
  return { body: { ...body, ciphertexts, shares }, bytes: out }
}
const signedBy = (key: SecretBytes, body: Receipt['body'], first: Receipt, at: OpeningKey): Receipt => ({
  body,
  signature: signMessage('receipt', { plan: first.body.plan, key: at }, encode(receiptBody, body), key),
})
