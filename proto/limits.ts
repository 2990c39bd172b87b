// Bounds on what one call carries, in bytes. What is larger is a stream of chunks.
import { LIMITS } from '../core/limits.ts'

export const BODY_BYTES = {
  /** A namedSignature, a co-signature, a snapshot. */
  small: 1024,
  sealingKey: 4096,
  /** 1,024 digests of ciphertexts, 10 of shares. */
  receipt: 64 * 1024,
  /** 4,096 words. */
  answer: 32 * 1024,
  /** 6 words of 8 bytes for each of 1,024 ciphertexts. */
  fingerprint: 64 * 1024,
  enrolment: 16 * 1024,
  message: LIMITS.messageBytes,
  /** Answers of the coordinator: a roster of 10,000 members with all their signatures. */
  reply: 2 * LIMITS.messageBytes,
} as const

/** Streamed bytes travel in parts of this size: small enough that the 16 messages which gRPC holds back are 4 MiB. */
export const FRAME_BYTES = 256 * 1024
/** Tags, lengths and keys around a body. */
export const ENVELOPE_BYTES = 4096
