// Forms: how the arguments and results of calls lie in messages. `to` builds a message; `from` takes one from outside and refuses
// whatever is not as it should be. The memory transport uses the same forms, so that both refuse alike.
import { decode, encode } from '../../core/codec.ts'
import { isErrorCode, refuse } from '../../core/errors.ts'
import { type Digest, fromDigest, type HospitalId, type OpeningKey, parseHospitalId, toDigest } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Asks, Asks__Output } from '../gen/consilium/v1/Asks.ts'
import type { Body, Body__Output } from '../gen/consilium/v1/Body.ts'
import type { Chunk, Chunk__Output } from '../gen/consilium/v1/Chunk.ts'
import type { ContributionHeader, ContributionHeader__Output } from '../gen/consilium/v1/ContributionHeader.ts'
import type { ContributionOffsetRequest, ContributionOffsetRequest__Output } from '../gen/consilium/v1/ContributionOffsetRequest.ts'
import type { ContributionRequest, ContributionRequest__Output } from '../gen/consilium/v1/ContributionRequest.ts'
import type { Empty, Empty__Output } from '../gen/consilium/v1/Empty.ts'
import type { EpochNotice, EpochNotice__Output } from '../gen/consilium/v1/EpochNotice.ts'
import type { HashRequest, HashRequest__Output } from '../gen/consilium/v1/HashRequest.ts'
import type { Offset, Offset__Output } from '../gen/consilium/v1/Offset.ts'
import type * as wire from '../gen/consilium/v1/OpeningKey.ts'
import type { Refusal, Refusal__Output } from '../gen/consilium/v1/Refusal.ts'
import type { RequestRefusal, RequestRefusal__Output } from '../gen/consilium/v1/RequestRefusal.ts'
import type { ScoredNotice, ScoredNotice__Output } from '../gen/consilium/v1/ScoredNotice.ts'
import type { StepBody, StepBody__Output } from '../gen/consilium/v1/StepBody.ts'
import type { StepRequest, StepRequest__Output } from '../gen/consilium/v1/StepRequest.ts'
import { BODY_BYTES } from '../limits.ts'
import { type Ask, asks } from '../messages.ts'

/** A value as a message, and a message from outside as a value. */
export interface Form<T, Input, Output> {
  to(value: T): Input
  /** @throws BAD_BYTES | BAD_ID | TOO_LARGE. */
  from(message: Output): T
}

// ---- fields
/** A plain view of bytes of at most `max`. */
export function bytesField(bytes: Uint8Array | undefined, max: number): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw refuse('BAD_BYTES', 'bytes are missing')
  if (bytes.length > max) throw refuse('TOO_LARGE', `${bytes.length} bytes, at most ${max} allowed`)
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
function digestField(bytes: Uint8Array | undefined): Digest {
  const digest = bytesField(bytes, 32)
  if (digest.length !== 32) throw refuse('BAD_ID', `a digest of ${digest.length} bytes`)
  return toDigest(digest)
}
function keyField(key: wire.OpeningKey__Output | null | undefined): OpeningKey {
  if (!key) throw refuse('BAD_BYTES', 'the opening key is missing')
  return { job: digestField(key.job), step: numberField(key.step), group: numberField(key.group) }
}
function numberField(n: number | undefined): number {
  if (n === undefined || !Number.isSafeInteger(n) || n < 0) throw refuse('BAD_BYTES', 'not an integer from 0 to 2^53 - 1')
  return n
}
function textField(text: string | undefined, maxBytes: number): string {
  if (typeof text !== 'string') throw refuse('BAD_BYTES', 'text is missing')
  if (Buffer.byteLength(text, 'utf8') > maxBytes) throw refuse('TOO_LARGE', `text of more than ${maxBytes} bytes`)
  return text
}
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/
/** A later version may know more codes than this one; free text is never one. */
function codeField(code: string | undefined): string {
  if (code === undefined || !CODE.test(code)) throw refuse('BAD_BYTES', 'not an error code')
  return code
}
/** What leaves is a code of the catalog and nothing else. */
function ownCode(code: string): string {
  if (!isErrorCode(code)) throw refuse('BAD_BYTES', `${JSON.stringify(code.slice(0, 80))} is not an error code`)
  return code
}
const toKey = (key: OpeningKey): wire.OpeningKey => ({ job: fromDigest(key.job), step: numberField(key.step), group: numberField(key.group) })

// ---- requests, as the arguments of a call
export const noArguments: Form<[], Empty, Empty__Output> = { to: () => ({}), from: () => [] }
export const bodyRequest = (max: number): Form<[body: Uint8Array], Body, Body__Output> => ({
  to: ([body]) => ({ body: bytesField(body, max) }),
  from: (message) => [bytesField(message.body, max)],
})
export const hashRequest: Form<[hash: Digest], HashRequest, HashRequest__Output> = {
  to: ([hash]) => ({ hash: fromDigest(hash) }),
  from: (message) => [digestField(message.hash)],
}
export const stepRequest: Form<[key: OpeningKey], StepRequest, StepRequest__Output> = {
  to: ([key]) => ({ key: toKey(key) }),
  from: (message) => [keyField(message.key)],
}
export const stepBody = (max: number): Form<[key: OpeningKey, body: Uint8Array], StepBody, StepBody__Output> => ({
  to: ([key, body]) => ({ key: toKey(key), body: bytesField(body, max) }),
  from: (message) => [keyField(message.key), bytesField(message.body, max)],
})
export const refusal: Form<[key: OpeningKey, code: string], Refusal, Refusal__Output> = {
  to: ([key, code]) => ({ key: toKey(key), code: ownCode(code) }),
  from: (message) => [keyField(message.key), codeField(message.code)],
}
const PHASES = ['sign', 'answer', 'cosign'] as const
type Phase = (typeof PHASES)[number]
function phaseField(text: string | undefined): Phase {
  const phase = PHASES.find((known) => known === text)
  if (!phase) throw refuse('BAD_BYTES', 'not a phase')
  return phase
}
export const requestRefusal: Form<[key: OpeningKey, phase: Phase, code: string], RequestRefusal, RequestRefusal__Output> = {
  to: ([key, phase, code]) => ({ key: toKey(key), phase: phaseField(phase), code: ownCode(code) }),
  from: (message) => [keyField(message.key), phaseField(message.phase), codeField(message.code)],
}
export const contributionOffsetRequest: Form<[key: OpeningKey, receiptHash: Digest], ContributionOffsetRequest, ContributionOffsetRequest__Output> = {
  to: ([key, receiptHash]) => ({ key: toKey(key), receiptHash: fromDigest(receiptHash) }),
  from: (message) => [keyField(message.key), digestField(message.receiptHash)],
}
export const contributionRequest: Form<[key: OpeningKey, member: HospitalId], ContributionRequest, ContributionRequest__Output> = {
  to: ([key, member]) => ({ key: toKey(key), member }),
  from: (message) => [keyField(message.key), parseHospitalId(textField(message.member, 64))],
}
export const scoredNotice: Form<[job: Digest, stage: string], ScoredNotice, ScoredNotice__Output> = {
  to: ([job, stage]) => ({ job: fromDigest(job), stage: textField(stage, LIMITS.nameBytes) }),
  from: (message) => [digestField(message.job), textField(message.stage, LIMITS.nameBytes)],
}
export const epochNotice: Form<[epoch: number], EpochNotice, EpochNotice__Output> = {
  to: ([epoch]) => ({ epoch: numberField(epoch) }),
  from: (message) => [numberField(message.epoch)],
}
export interface Header {
  readonly key: OpeningKey
  readonly receipt: Uint8Array
  readonly offset: number
}
export const contributionHeader: Form<Header, ContributionHeader, ContributionHeader__Output> = {
  to: ({ key, receipt, offset }) => ({ key: toKey(key), receipt: bytesField(receipt, BODY_BYTES.receipt), offset: numberField(offset) }),
  from: (message) => ({ key: keyField(message.key), receipt: bytesField(message.receipt, BODY_BYTES.receipt), offset: numberField(message.offset) }),
}

// ---- replies
export const acknowledged: Form<void, Empty, Empty__Output> = { to: () => ({}), from: () => undefined }
export const bodyReply: Form<Uint8Array, Body, Body__Output> = {
  to: (body) => ({ body: bytesField(body, BODY_BYTES.reply) }),
  from: (message) => bytesField(message.body, BODY_BYTES.reply),
}
export const offsetReply: Form<number, Offset, Offset__Output> = {
  to: (offset) => ({ offset: numberField(offset) }),
  from: (message) => numberField(message.offset),
}
/** 1 byte to LIMITS.chunkBytes: an empty chunk would cost its receiver work and carry nothing. */
export function chunkField(bytes: Uint8Array | undefined): Uint8Array {
  const chunk = bytesField(bytes, LIMITS.chunkBytes)
  if (chunk.length === 0) throw refuse('BAD_BYTES', 'an empty chunk')
  return chunk
}
export const chunkReply: Form<Uint8Array, Chunk, Chunk__Output> = {
  to: (chunk) => ({ chunk: chunkField(chunk) }),
  from: (message) => chunkField(message.chunk),
}
export const asksReply: Form<readonly Ask[], Asks, Asks__Output> = {
  to: (value) => ({ asks: bytesField(encode(asks, value), BODY_BYTES.reply) }),
  from: (message) => decode(asks, bytesField(message.asks, BODY_BYTES.reply)),
}
