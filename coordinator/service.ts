// The calls of members. Each is checked here (author, signature, digests, shape) before an event is made; each is idempotent:
// what is there already is answered with success, so a client may repeat any call whose reply it lost.
import { decode, encode } from '../core/codec.ts'
import { defend } from '../core/defences.ts'
import { isErrorCode, isRefusal, refuse } from '../core/errors.ts'
import type { Digest, HospitalId, OpeningKey } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import type { Runner } from '../core/machine.ts'
import { checkAnswer } from '../privacy/answer.ts'
import {
  answer,
  certificate,
  cosignRequest,
  jobSpec,
  keySum,
  namedSignature,
  receipt,
  receiptHash,
  release,
  report,
  signedPlan,
  signedSnapshot,
  signRequest,
  snapshot,
} from '../privacy/messages.ts'
import { PARAMETERS } from '../privacy/parameters.ts'
import { cosigners } from '../privacy/release.ts'
import { checkReport } from '../privacy/report.ts'
import { memberOf } from '../privacy/roster.ts'
import { requireSignature } from '../privacy/signatures.ts'
import { verifyStatementSignature } from '../privacy/statement.ts'
import { type Ask, asks } from '../proto/messages.ts'
import type { Chunks, CoordinatorService, Peer } from '../proto/service.ts'
import { asksFor } from './asks.ts'
import { blobs, type CoordinatorContext } from './context.ts'
import type { CoordinatorEvent } from './events.ts'
import { fingerprintsOf, receiveFingerprint } from './fingerprint-calls.ts'
import { currentRoster, membershipCalls } from './membership-service.ts'
import { candidatesOf, receiveContribution, spoolOffset } from './spool.ts'
import type { CoordinatorState, JobState, StepState } from './state.ts'
import { certificateOf } from './step.ts'
import { checkedPlan, cosignatureBodyOf, endOf, phaseAt, stepAt } from './steps.ts'

export function createService(context: CoordinatorContext, runner: Runner<CoordinatorState, CoordinatorEvent>): CoordinatorService {
  const step = (key: OpeningKey): StepState => stepAt(context, key)
  return {
    watch: (peer, signal) => watch(runner, peer, signal),
    ...membershipCalls(context),
    async declareSnapshot(peer, bytes) {
      const declared = decode(signedSnapshot, bytes)
      sameMember(peer, declared.snapshot.member)
      requireSignature(
        'snapshot',
        {},
        encode(snapshot, declared.snapshot),
        declared.signature,
        memberOf(currentRoster(context.state()), peer.member).signKey,
        peer.member,
      )
      defend('said-once', () => requireAskedFor(context.state(), declared.snapshot.boundary))
      await context.post({ kind: 'snapshotDeclared', ...declared })
    },
    async fetchJob(_, hash) {
      const job = jobOf(context, hash)
      return new Uint8Array(Buffer.concat([encode(jobSpec, job.spec), job.signature]))
    },
    fetchPlan: async (_, key) => encode(signedPlan, step(key).signed),
    async refusePlan(peer, key, code) {
      await context.post({ kind: 'planRefused', key, member: invited(step(key), peer), code: knownCode(code) })
    },
    contributionOffset: async (peer, key, hash) => await spoolOffset(context, step(key), invited(step(key), peer), hash),
    async contribute(peer, key, header, offset, chunks, signal) {
      const body = decode(receipt, header)
      defend('author-of-receipt', () => sameMember(peer, body.body.member))
      await receiveContribution(context, step(key), body, offset, chunks, signal)
    },
    fetchCandidates: (peer, key) => candidatesOf(context, step(key), peer.member),
    async report(peer, key, bytes) {
      const body = decode(report, bytes)
      defend('author-of-report', () => sameMember(peer, body.body.custodian))
      const found = step(key)
      checkReport(body, checkedPlan(context, found))
      await once(context.post({ kind: 'reported', key, report: body }), found.phase.kind !== 'checking')
    },
    async *fetchSignRequest(_, key) {
      const found = step(key)
      const { statement, roll, reports } = phaseAt(found, 'certifying')
      yield* slices(encode(signRequest, { statement, roll, receipts: [...found.receipts.values()], reports }))
    },
    async sign(peer, key, bytes) {
      const signature = decode(namedSignature, bytes)
      sameMember(peer, signature.signer)
      const found = step(key)
      if (found.phase.kind !== 'certifying') return
      const { statement } = found.phase
      defend('statement-signature', () => {
        if (!verifyStatementSignature(statement, checkedPlan(context, found), signature))
          throw refuse('BAD_SIGNATURE', `${peer.member} on the statement of step ${key.step}`)
      })
      await context.post({ kind: 'signed', key, signature })
    },
    async refuseRequest(peer, key, phase, code) {
      custodian(context, peer)
      context.log.warn({ step: key.step, member: peer.member, phase, code }, 'a custodian refuses')
      await context.post({ kind: 'requestRefused', key, phase, member: peer.member, code: knownCode(code) })
    },
    async *fetchCertificate(_, key) {
      const found = step(key)
      if (found.phase.kind === 'released' || found.phase.kind === 'abandoned') throw refuse('CANCELLED', `step ${key.step} is ${found.phase.kind} by now`)
      const made = certificateOf(found)
      if (!made) throw refuse('NO_CERTIFICATE', `step ${key.step} has no certificate`)
      yield* slices(encode(certificate, made))
    },
    async answer(peer, key, bytes) {
      const body = decode(answer, bytes)
      defend('author-of-answer', () => sameMember(peer, body.body.custodian))
      const found = step(key)
      if (found.phase.kind !== 'opening') return
      checkAnswer(body, { statement: found.phase.statement, roll: found.phase.roll, signatures: found.phase.signatures }, checkedPlan(context, found))
      await context.post({ kind: 'answered', key, answer: body })
    },
    async *fetchCosignRequest(_, key) {
      const found = step(key)
      const phase = phaseAt(found, 'cosigning')
      const body = {
        certificate: { statement: phase.statement, roll: phase.roll, signatures: phase.signatures },
        keySum: decode(keySum, await context.store.readBlob(blobs.keySum(phase.keySum))),
        release: decode(release, await context.store.readBlob(blobs.release(phase.release))),
        nextState: phase.nextState,
      }
      yield* slices(encode(cosignRequest, body))
    },
    async *fetchContribution(peer, key, member) {
      custodian(context, peer)
      const found = step(key)
      const phase = phaseAt(found, 'cosigning')
      const entry = phase.roll.find((e) => e.member === member)
      const held = found.receipts.get(member)
      if (!entry || !held) throw refuse('NOT_FOUND', `${member} is not in the roll of step ${key.step}`)
      yield* blobSlices(context, blobs.spool(key, member, receiptHash(held.body)), checkedPlan(context, found).ciphertexts)
    },
    async cosign(peer, key, bytes) {
      const signature = decode(namedSignature, bytes)
      sameMember(peer, signature.signer)
      const found = step(key)
      if (found.phase.kind !== 'cosigning') return
      const body = await cosignatureBodyOf(context, found)
      defend('cosignature-verified', () => {
        if (!cosigners(body, [signature], checkedPlan(context, found)).has(peer.member))
          throw refuse('BAD_SIGNATURE', `${peer.member}'s co-signature of step ${key.step}`)
      })
      await context.post({ kind: 'cosigned', key, signature })
    },
    fingerprint: (peer, key, bytes) => receiveFingerprint(context, key, peer, bytes),
    async *fetchFingerprints(peer, key) {
      custodian(context, peer)
      yield* slices(await fingerprintsOf(context, key))
    },
    async *fetchAggregate(peer, key) {
      custodian(context, peer)
      yield* wholeBlob(context, blobs.aggregate(phaseAt(step(key), 'cosigning').statementHash))
    },
    async *fetchRelease(_, key) {
      yield* slices(await endOf(context, key))
    },
    adopted: async (peer, key) => await context.post({ kind: 'adopted', key, member: peer.member }),
    scored: async (peer, job, stage) => await context.post({ kind: 'scored', job, stage, member: peer.member }),
  }
}

/** All that is asked of the member, again at each change; two equal lists are sent once. */
async function* watch(runner: Runner<CoordinatorState, CoordinatorEvent>, peer: Peer, signal: AbortSignal): AsyncIterable<readonly Ask[]> {
  let wake: () => void = () => undefined
  const stop = runner.subscribe(() => wake())
  const abort = (): void => wake()
  signal.addEventListener('abort', abort)
  let last: Uint8Array | null = null
  try {
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve
      })
      const now = asksFor(runner.state, peer.member)
      const bytes = encode(asks, now)
      if (last === null || Buffer.compare(bytes, last) !== 0) {
        last = bytes
        yield now
      } else await changed
    }
  } finally {
    stop()
    signal.removeEventListener('abort', abort)
  }
}

async function* slices(bytes: Uint8Array): Chunks {
  for (let at = 0; at < bytes.length; at += LIMITS.chunkBytes) yield bytes.subarray(at, at + LIMITS.chunkBytes)
}
async function* wholeBlob(context: CoordinatorContext, name: string): Chunks {
  const size = (await context.store.blobSize(name)) ?? 0
  for (let at = 0; at < size; at += LIMITS.chunkBytes) yield await context.store.readBlob(name, at, LIMITS.chunkBytes)
}
async function* blobSlices(context: CoordinatorContext, name: string, ciphertexts: number): Chunks {
  const size = ciphertexts * PARAMETERS.ciphertextBytes
  for (let at = 0; at < size; at += LIMITS.chunkBytes) yield await context.store.readBlob(name, at, Math.min(LIMITS.chunkBytes, size - at))
}

/** Each extract is an entry of the journal: only those that a job names are taken. @throws NOT_FOUND. */
function requireAskedFor({ jobs }: CoordinatorState, boundary: string): void {
  for (const { spec } of jobs.values()) if (spec.stages.some((stage) => stage.inputs.boundary === boundary)) return
  throw refuse('NOT_FOUND', `no job asks for the extract of ${boundary}`)
}
function sameMember(peer: Peer, claimed: HospitalId): void {
  if (peer.member !== claimed) throw refuse('NOT_ENROLLED', `${peer.member} speaks in the name of ${claimed}`)
}
function invited(found: StepState, peer: Peer): HospitalId {
  if (!found.plan.groups[found.key.group]?.includes(peer.member)) throw refuse('NOT_INVITED', `${peer.member} is not in the cohort of step ${found.key.step}`)
  return peer.member
}
function custodian(context: CoordinatorContext, peer: Peer): void {
  const { roster: r } = context.state()
  if (r.kind !== 'agreed' || !r.roster.custodians.includes(peer.member)) throw refuse('NOT_A_CUSTODIAN', peer.member)
}
function knownCode(code: string): string {
  if (!isErrorCode(code)) throw refuse('BAD_BYTES', 'an unknown refusal code')
  return code
}
function jobOf(context: CoordinatorContext, hash: Digest): JobState {
  const job = context.state().jobs.get(hash)
  if (!job) throw refuse('NOT_FOUND', `no job ${hash.slice(0, 12)}`)
  return job
}
/** A repeated call whose first reply was lost: success where the phase has moved on. */
async function once(posting: Promise<void>, late: boolean): Promise<void> {
  await posting.catch((error: unknown) => {
    if (!late && !isRefusal(error, 'SECOND_REPORT')) throw error
  })
}
