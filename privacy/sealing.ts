// Sealing a key share to one custodian: hybrid, so that it stays closed if either X25519 or ML-KEM-768 falls.
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { decode, digest, encode, fixed, hash, hospitalId, struct, u8, u16, u32 } from '../core/codec.ts'
import { defends } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import { type Digest, fromDigest, type HospitalId } from '../core/ids.ts'
import { SecretBytes } from '../core/secret.ts'
import { PROTOCOL_VERSION, type SealingKey } from './messages.ts'

/** What a sealed share is bound to: it opens under no other context. `receiverIndex` is the custodian's x = 1..m. */
export interface SealContext {
  readonly planHash: Digest
  readonly rosterHash: Digest
  readonly epoch: number
  readonly sender: HospitalId
  readonly receiver: HospitalId
  readonly receiverIndex: number
}

const BYTES = { x25519: 32, mlkem: 1184, encapsulated: 1088, tag: 16 } as const
/** What sealing adds to a payload: ephemeral X25519 key, ML-KEM ciphertext, GCM tag. */
export const SEALING_BYTES = BYTES.x25519 + BYTES.encapsulated + BYTES.tag
const MOST_PAYLOAD_BYTES = 60 * 1024
/** The AES key serves one message, so the nonce is constant. */
const NONCE = new Uint8Array(12)

const privateKeys = struct({ version: u8, x25519: fixed(32), /** d || z of FIPS 203 */ mlkemSeed: fixed(64) })
const binding = struct({
  protocol: u16,
  plan: digest,
  roster: digest,
  epoch: u32,
  sender: hospitalId,
  receiver: hospitalId,
  receiverIndex: u8,
  x25519: fixed(BYTES.x25519),
  mlkem: fixed(BYTES.mlkem),
  ephemeral: fixed(BYTES.x25519),
  encapsulated: fixed(BYTES.encapsulated),
})

/** A custodian's keys for one key epoch, from the system's random source. `privateKey` encodes both private keys; dispose it at the epoch's end. */
export function createSealingKeyPair(): { publicKey: { x25519: Uint8Array; mlkem: Uint8Array }; privateKey: SecretBytes } {
  const [x25519, mlkem] = [generateKeyPairSync('x25519'), generateKeyPairSync('ml-kem-768')]
  const [x25519Private, mlkemSeed] = [x25519.privateKey.export({ format: 'raw-private' }), mlkem.privateKey.export({ format: 'raw-seed' })]
  const encoded = encode(privateKeys, { version: 1, x25519: x25519Private, mlkemSeed })
  wipe(x25519Private, mlkemSeed)
  return { publicKey: { x25519: raw(x25519.publicKey), mlkem: raw(mlkem.publicKey) }, privateKey: new SecretBytes(encoded) }
}

/**
 * Sealed form: ephemeral X25519 public key (32) || ML-KEM-768 ciphertext (1,088) || AES-256-GCM ciphertext || tag (16).
 * key = HKDF-SHA256(ikm = X25519 secret || ML-KEM secret, no salt, info = SHA-256 of the binding under "consilium/seal/1"), nonce 0, AAD = the binding: version, plan hash, roster
 * hash, key epoch, sender, receiver and its index, both public keys of the receiver, the ephemeral key and the ML-KEM ciphertext.
 * (The info is a hash of the binding because HKDF in Node takes 1,024 bytes of it.)
 * Security: IND-CCA if one of gap-CDH on Curve25519 and ML-KEM-768 holds, in the manner of X-Wing; the sender is not authenticated here but by its signed receipt over sealedShareDigest.
 * @throws BAD_KEY for a receiver's key that is malformed, of low order or not the context's; TOO_LARGE.
 */
export function sealShare(receiver: SealingKey, context: SealContext, payload: Uint8Array): Uint8Array {
  if (payload.length > MOST_PAYLOAD_BYTES) throw refuse('TOO_LARGE', `a payload of ${payload.length} bytes`)
  if (!isFor(receiver, context)) throw refuse('BAD_KEY', `the sealing key of ${receiver.custodian} in epoch ${receiver.epoch} is not the one of the context`)
  const keys = parsePublicKeys(receiver)
  const ephemeral = generateKeyPairSync('x25519')
  const agreed = agree(ephemeral.privateKey, keys.x25519, 'BAD_KEY')
  const { sharedKey, ciphertext: encapsulated } = encapsulate(keys.mlkem)
  const ephemeralBytes = raw(ephemeral.publicKey)
  const bound = bind(receiver, context, ephemeralBytes, encapsulated)
  const key = deriveKey(agreed, sharedKey, bound)
  const cipher = createCipheriv('aes-256-gcm', key, NONCE).setAAD(bound)
  const sealed = Buffer.concat([ephemeralBytes, encapsulated, cipher.update(payload), cipher.final(), cipher.getAuthTag()])
  wipe(key)
  return new Uint8Array(sealed)
}

/** The payload, where `sealed` was made for exactly this key and context. @throws SHARE_NOT_OPEN for every other, whatever the reason. The caller wipes the payload. */
export function openShare(privateKey: SecretBytes, own: SealingKey, context: SealContext, sealed: Uint8Array): Uint8Array {
  if (sealed.length < SEALING_BYTES || sealed.length > SEALING_BYTES + MOST_PAYLOAD_BYTES) throw refuse('SHARE_NOT_OPEN', `${sealed.length} bytes`)
  if (!isFor(own, context)) throw refuse('SHARE_NOT_OPEN', `the context names another receiver, roster or epoch than the key of ${own.custodian}`)
  try {
    return open(privateKey, own, context, sealed)
  } catch (error) {
    throw refuse('SHARE_NOT_OPEN', `a share from ${context.sender} does not open`, error)
  }
}

function open(privateKey: SecretBytes, own: SealingKey, context: SealContext, sealed: Uint8Array): Uint8Array {
  const ephemeral = sealed.subarray(0, BYTES.x25519)
  const encapsulated = sealed.subarray(BYTES.x25519, BYTES.x25519 + BYTES.encapsulated)
  const decoded = decode(privateKeys, privateKey.reveal())
  if (decoded.version !== 1) throw refuse('BAD_KEY', `private keys of version ${decoded.version}`)
  const x25519 = createPrivateKey({ key: Buffer.from(decoded.x25519), format: 'raw-private', asymmetricKeyType: 'x25519' })
  const mlkem = createPrivateKey({ key: Buffer.from(decoded.mlkemSeed), format: 'raw-seed', asymmetricKeyType: 'ml-kem-768' })
  wipe(decoded.x25519, decoded.mlkemSeed)
  const bound = bind(own, context, ephemeral, encapsulated)
  const key = deriveKey(agree(x25519, publicKey('x25519', ephemeral), 'SHARE_NOT_OPEN'), decapsulate(mlkem, encapsulated), bound)
  const cipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: BYTES.tag }).setAAD(bound)
  cipher.setAuthTag(sealed.subarray(sealed.length - BYTES.tag))
  const payload = cipher.update(sealed.subarray(BYTES.x25519 + BYTES.encapsulated, sealed.length - BYTES.tag))
  wipe(key)
  cipher.final()
  return new Uint8Array(payload)
}

/** What a receipt names a sealed share by. */
export const sealedShareDigest = (bytes: Uint8Array): Digest => hash('consilium/sealed-share/1', bytes)

/** @throws BAD_KEY for a sealing key that nothing can be sealed to: wrong length, an X25519 point of low order, ML-KEM coefficients not below 3,329. */
export function checkSealingKey(key: Pick<SealingKey, 'x25519' | 'mlkem'>): void {
  wipe(agree(generateKeyPairSync('x25519').privateKey, parsePublicKeys(key).x25519, 'BAD_KEY'))
}

const isFor = (key: SealingKey, context: SealContext): boolean =>
  key.custodian === context.receiver && key.roster === context.rosterHash && key.epoch === context.epoch

function parsePublicKeys(key: Pick<SealingKey, 'x25519' | 'mlkem'>): { x25519: KeyObject; mlkem: KeyObject } {
  if (key.x25519.length !== BYTES.x25519 || key.mlkem.length !== BYTES.mlkem)
    throw refuse('BAD_KEY', `public keys of ${key.x25519.length} and ${key.mlkem.length} bytes`)
  try {
    return { x25519: publicKey('x25519', key.x25519), mlkem: publicKey('ml-kem-768', key.mlkem) }
  } catch (error) {
    throw refuse('BAD_KEY', 'a public key that does not parse', error)
  }
}

/** @throws `code` where the other point has low order: the shared secret would be zero for everyone (RFC 7748, 6.1). */
function agree(own: KeyObject, other: KeyObject, code: 'BAD_KEY' | 'SHARE_NOT_OPEN'): Buffer {
  let secret: Buffer
  try {
    secret = diffieHellman({ privateKey: own, publicKey: other })
  } catch (error) {
    throw refuse(code, 'X25519 agrees on nothing with this key', error)
  }
  if (secret.every((byte) => byte === 0)) throw refuse(code, 'an X25519 key of low order')
  return secret
}

/** Wipes both secrets. */
function deriveKey(agreed: Buffer, encapsulated: Buffer, bound: Uint8Array): Buffer {
  const secrets = Buffer.concat([agreed, encapsulated])
  const key = Buffer.from(hkdfSync('sha256', secrets, new Uint8Array(), fromDigest(hash('consilium/seal/1', bound)), 32))
  wipe(secrets, agreed, encapsulated)
  return key
}

function bind(receiver: SealingKey, context: SealContext, ephemeral: Uint8Array, encapsulated: Uint8Array): Uint8Array {
  const { planHash: plan, rosterHash: roster, epoch, sender, receiver: to, receiverIndex } = context
  return encode(binding, {
    protocol: PROTOCOL_VERSION,
    plan,
    roster,
    epoch: defends('sealed-in-its-epoch') ? epoch : 0,
    sender: defends('sealed-by-its-sender') ? sender : to,
    receiver: to,
    receiverIndex,
    x25519: receiver.x25519,
    mlkem: receiver.mlkem,
    ephemeral,
    encapsulated,
  })
}

const publicKey = (type: 'x25519' | 'ml-kem-768', bytes: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(bytes), format: 'raw-public', asymmetricKeyType: type })
const raw = (key: KeyObject): Uint8Array => new Uint8Array(key.export({ format: 'raw-public' }))

function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0)
}
