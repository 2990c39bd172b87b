// The Transport port. The coordinator implements CoordinatorService; a client holds a CoordinatorLink. gRPC and memory carry
// the same calls; bodies are canonical bytes of privacy/messages.ts and proto/messages.ts, bounded, never parsed on the way.
import type { Digest, HospitalId, OpeningKey } from '../core/ids.ts'
import type { Ask } from './messages.ts'

/** Who calls, established by the transport (mutual TLS), never by the message. */
export interface Peer {
  readonly member: HospitalId
}

/** Bytes from an offset on: chunks of at most LIMITS.chunkBytes. */
export type Chunks = AsyncIterable<Uint8Array>

/** Calls of an enrolled member. Each may reject with a ConsiliumError, whose code travels. All are idempotent. */
export interface MemberCalls {
  /** Everything that is asked of this member, again in full at each change; ends only with the connection. */
  watch(signal: AbortSignal): AsyncIterable<readonly Ask[]>
  /** The chain of agreed rosters and the proposal (proto/messages.ts `rosterBundle`). */
  fetchRoster(): Promise<Uint8Array>
  /** The caller's 64 bytes over the roster that is proposed, or over the current one where it had not signed that yet. */
  signRoster(signature: Uint8Array): Promise<void>
  /** A signed sealing key (custodians). */
  publishSealingKey(key: Uint8Array): Promise<void>
  /** A set of sealing keys that is or was in use. */
  fetchKeyEpoch(hash: Digest): Promise<Uint8Array>
  /** A custodian dropped its sealing keys up to this key epoch (restored from a backup, or fears for them): the next one is wanted. */
  giveUpEpoch(epoch: number): Promise<void>
  declareSnapshot(snapshot: Uint8Array): Promise<void>
  /** The signed job specification. */
  fetchJob(job: Digest): Promise<Uint8Array>
  /** The signed plan of an opening key. */
  fetchPlan(key: OpeningKey): Promise<Uint8Array>
  /** A member's typed refusal of a plan: code only. */
  refusePlan(key: OpeningKey, code: string): Promise<void>
  /** How many bytes of the contribution of this receipt are already there. */
  contributionOffset(key: OpeningKey, receiptHash: Digest): Promise<number>
  /** Signed receipt, then the bytes from `offset` on; resolves once whole, verified and durable. */
  contribute(key: OpeningKey, receipt: Uint8Array, offset: number, chunks: Chunks, signal: AbortSignal): Promise<void>
  /** list(candidate) for this custodian, as one stream of bytes. */
  fetchCandidates(key: OpeningKey, signal: AbortSignal): Chunks
  report(key: OpeningKey, report: Uint8Array): Promise<void>
  /** signRequest. */
  fetchSignRequest(key: OpeningKey, signal: AbortSignal): Chunks
  sign(key: OpeningKey, signature: Uint8Array): Promise<void>
  /** A custodian's typed refusal to sign, answer or co-sign: code only. */
  refuseRequest(key: OpeningKey, phase: 'sign' | 'answer' | 'cosign', code: string): Promise<void>
  fetchCertificate(key: OpeningKey, signal: AbortSignal): Chunks
  answer(key: OpeningKey, answer: Uint8Array): Promise<void>
  fetchCosignRequest(key: OpeningKey, signal: AbortSignal): Chunks
  /** The spooled ciphertexts of one member of the roll, concatenated. */
  fetchContribution(key: OpeningKey, member: HospitalId, signal: AbortSignal): Chunks
  cosign(key: OpeningKey, signature: Uint8Array): Promise<void>
  /** A contributor's signed fingerprint of its own ciphertexts (light form of co-signing). */
  fingerprint(key: OpeningKey, fingerprint: Uint8Array): Promise<void>
  /** list(fingerprint): all that have arrived. */
  fetchFingerprints(key: OpeningKey, signal: AbortSignal): Chunks
  /** The aggregate's ciphertexts, concatenated. */
  fetchAggregate(key: OpeningKey, signal: AbortSignal): Chunks
  /** releaseBundle. */
  fetchRelease(key: OpeningKey, signal: AbortSignal): Chunks
  /** The member has verified the release and taken the state. */
  adopted(key: OpeningKey): Promise<void>
  /** The member has scored its own rows with the published model of this stage (no figure travels). */
  scored(job: Digest, stage: string): Promise<void>
}

/** The same calls with their caller in front. */
export type CoordinatorService = {
  [K in keyof MemberCalls]: (peer: Peer, ...args: Parameters<MemberCalls[K]>) => ReturnType<MemberCalls[K]>
}

/** A client's connection. */
export interface CoordinatorLink extends MemberCalls, AsyncDisposable {
  /** Bytes sent and received since the link was made (payload bytes of calls; gRPC counts its frames). */
  readonly traffic: { readonly bytesUp: number; readonly bytesDown: number }
}

/** The one call of a hospital that is not enrolled yet, on its own port: TLS with the coordinator's CA pinned by the invitation. */
export interface EnrolmentService {
  enrol(request: Uint8Array): Promise<Uint8Array>
}
