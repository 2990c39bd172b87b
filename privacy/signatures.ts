// Ed25519 over a domain label and the canonical bytes of (version, type, plan hash, opening key, payload): a signature made for
// one purpose, plan or opening key says nothing under another. Raw 32-byte keys; verification is strict (RFC 8032, section 5.1.7).
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { blob, digest, encode, hash, oneOf, openingKey, struct, text, u16 } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { type Digest, fromDigest, type OpeningKey, parseDigest } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import { SecretBytes } from '../core/secret.ts'
import { PROTOCOL_VERSION } from './messages.ts'

/** What a signature can be about. The order is part of the format: append, never reorder. */
export const MESSAGE_TYPES = [
  'plan',
  'job',
  'roster',
  'sealing-key',
  'snapshot',
  'receipt',
  'report',
  'statement',
  'answer',
  'cosignature',
  'enrolment',
  'fingerprint',
  'abandonment',
] as const
export type MessageType = (typeof MESSAGE_TYPES)[number]
/** The plan and opening key that a message belongs to; `{}` for messages outside a plan (the plan itself is one of them). */
export interface MessageContext {
  readonly plan?: Digest
  readonly key?: OpeningKey
}
const OF_A_PLAN: ReadonlySet<MessageType> = new Set<MessageType>(['receipt', 'report', 'statement', 'answer', 'cosignature', 'fingerprint', 'abandonment'])

const ZERO_DIGEST = parseDigest('0'.repeat(64))
const ZERO_KEY: OpeningKey = { job: ZERO_DIGEST, step: 0, group: 0 }
const LABEL = 'consilium/signature/1'
const signedMessage = struct({ label: text(64), protocol: u16, type: oneOf(...MESSAGE_TYPES), plan: digest, key: openingKey, payload: blob(LIMITS.stateBytes) })

/** What is signed. @throws INTERNAL where a message of a plan comes without its context, or another with one. */
export function signedBytes(type: MessageType, context: MessageContext, payload: Uint8Array): Uint8Array {
  const inside = context.plan !== undefined && context.key !== undefined
  if (inside !== OF_A_PLAN.has(type) || (!inside && (context.plan ?? context.key)))
    throw refuse('INTERNAL', `a ${type} ${inside ? 'signed inside' : 'signed outside'} a plan`)
  return encode(signedMessage, { label: LABEL, protocol: PROTOCOL_VERSION, type, plan: context.plan ?? ZERO_DIGEST, key: context.key ?? ZERO_KEY, payload })
}

// ---- keys. DER prefixes of RFC 8410: SubjectPublicKeyInfo and PKCS #8 of a raw Ed25519 key.
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Parsed public keys by their bytes: a roster's worth, met again in every step. */
const parsed = new Map<string, KeyObject>()
const MOST_PARSED = 20_000
function publicObject(raw: Uint8Array): KeyObject {
  const name = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('latin1')
  const known = parsed.get(name)
  if (known) return known
  const key = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' })
  if (parsed.size >= MOST_PARSED) parsed.clear()
  parsed.set(name, key)
  return key
}
function privateObject(privateKey: SecretBytes): KeyObject {
  const der = Buffer.concat([PKCS8, privateKey.reveal()])
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  } finally {
    der.fill(0)
  }
}
const rawPublic = (key: KeyObject): Uint8Array => new Uint8Array(key.export({ format: 'der', type: 'spki' }).subarray(SPKI.length))

export interface SignKey {
  readonly publicKey: Uint8Array
  readonly privateKey: SecretBytes
}

/** A fresh key from the operating system's random source. The private key is the 32-byte seed of RFC 8032. */
export function createSignKey(): SignKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const der = privateKey.export({ format: 'der', type: 'pkcs8' })
  const seed = new Uint8Array(der.subarray(PKCS8.length))
  der.fill(0)
  return { publicKey: rawPublic(publicKey), privateKey: new SecretBytes(seed) }
}

/** The public key of a stored seed. */
export const publicSignKey = (privateKey: SecretBytes): Uint8Array => rawPublic(createPublicKey(privateObject(privateKey)))

// ---- points and scalars
const P = 2n ** 255n - 19n
/** Order of the prime subgroup (RFC 8032, section 5.1). */
const L = 2n ** 252n + 27742317777372353535851937790883648493n
/** y of the points of order 1, 2, 4 and 8 (two of order 8, negatives of each other); the sign of x does not matter. */
const ORDER_8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022n
const smallOrderY = (y: bigint): boolean => y <= 1n || y === P - 1n || y === ORDER_8 || y === P - ORDER_8

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex') || '0'}`)
}
/** y of an encoded point without its sign bit; canonical iff below p. */
const encodedY = (point: Uint8Array): bigint => littleEndian(point) & (2n ** 255n - 1n)

function power(base: bigint, exponent: bigint): bigint {
  let out = 1n
  for (let e = exponent, b = base % P; e > 0n; e >>= 1n, b = (b * b) % P) if (e & 1n) out = (out * b) % P
  return out
}
const D = ((P - 121665n) * power(121666n, P - 2n)) % P
/** x^2 = (y^2 - 1) / (d y^2 + 1) has a root iff (y^2 - 1)(d y^2 + 1) is a square (Euler's criterion). */
function onCurve(y: bigint): boolean {
  const y2 = (y * y) % P
  return power(((y2 + P - 1n) * (D * y2 + 1n)) % P, (P - 1n) / 2n) === 1n
}

/** @throws BAD_KEY unless the bytes are the canonical encoding of a point of the curve that is not of small order. */
export function checkSignKey(key: Uint8Array): void {
  if (key.length !== 32) throw refuse('BAD_KEY', `${key.length} bytes where an Ed25519 key has 32`)
  const y = encodedY(key)
  if (y >= P) throw refuse('BAD_KEY', 'a point that is not encoded canonically')
  if (smallOrderY(y)) throw refuse('BAD_KEY', 'a point of small order: any message would verify')
  if (!onCurve(y)) throw refuse('BAD_KEY', 'not a point of the curve')
}

/** S < L and both points canonical, A not of small order: each (key, message) has then one valid encoding of one signature only. */
function canonical(publicKey: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  const y = encodedY(publicKey)
  return y < P && !smallOrderY(y) && encodedY(signature.subarray(0, 32)) < P && littleEndian(signature.subarray(32)) < L
}

export function signMessage(type: MessageType, context: MessageContext, payload: Uint8Array, privateKey: SecretBytes): Uint8Array {
  return new Uint8Array(sign(null, signedBytes(type, context, payload), privateObject(privateKey)))
}

export function verifyMessage(type: MessageType, context: MessageContext, payload: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  const bytes = signedBytes(type, context, payload)
  if (!canonical(publicKey, signature)) return false
  try {
    return verify(null, bytes, publicObject(publicKey), signature)
  } catch {
    return false
  }
}

/** @throws BAD_SIGNATURE. `who` is for the local log. */
export function requireSignature(
  type: MessageType,
  context: MessageContext,
  payload: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
  who: string,
): void {
  if (!verifyMessage(type, context, payload, signature, publicKey)) throw refuse('BAD_SIGNATURE', `the signature of ${who} on a ${type} does not verify`)
}

/** What a site's proof of possession at enrolment is over: its name, the token (by hash) and its certificate request. */
export const enrolmentProof = (hospital: string, token: Uint8Array, csr: Uint8Array): Uint8Array =>
  fromDigest(hash('consilium/enrolment/1', Buffer.from(hospital, 'utf8'), fromDigest(hash('consilium/token/1', token)), csr))
