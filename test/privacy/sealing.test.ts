import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../core/codec.ts'
import { parseHospitalId, toDigest } from '../../core/ids.ts'
import { SecretBytes } from '../../core/secret.ts'
import { P } from '../../privacy/field.ts'
import type { SealingKey } from '../../privacy/messages.ts'
import { checkSealingKey, createSealingKeyPair, openShare, SEALING_BYTES, type SealContext, sealedShareDigest, sealShare } from '../../privacy/sealing.ts'
import { SHARE_WORDS_BYTES, shareWords } from '../../privacy/share-words.ts'
import { refused } from './refused.ts'

import vector from './vectors/sealed-share.json' with { type: 'json' }

const digestOf = (byte: number) => toDigest(new Uint8Array(32).fill(byte))
const [alpha, beta] = [parseHospitalId('alpha'), parseHospitalId('beta')]
const context: SealContext = { planHash: digestOf(1), rosterHash: digestOf(2), epoch: 3, sender: alpha, receiver: beta, receiverIndex: 2 }
const pair = createSealingKeyPair()
const key: SealingKey = { roster: context.rosterHash, epoch: 3, custodian: beta, ...pair.publicKey }
const payload = new Uint8Array(SHARE_WORDS_BYTES).map((_, i) => (i * 7) & 0x7f)
const sealed = sealShare(key, context, payload)

describe('a sealed share', () => {
  test('opens for its receiver in its context, and is the payload and 1,136 bytes long', () => {
    expect(openShare(pair.privateKey, key, context, sealed)).toEqual(payload)
    expect(sealed.length).toBe(payload.length + SEALING_BYTES)
    expect(SEALING_BYTES).toBe(1136)
    expect(openShare(pair.privateKey, key, context, sealShare(key, context, new Uint8Array()))).toEqual(new Uint8Array())
  })
  test('is different each time, under another ephemeral key and encapsulation', () => {
    const again = sealShare(key, context, payload)
    expect(Buffer.from(again).subarray(0, 32).equals(sealed.subarray(0, 32))).toBe(false)
    expect(Buffer.from(again).subarray(32, 1120).equals(sealed.subarray(32, 1120))).toBe(false)
    expect(sealedShareDigest(again)).not.toBe(sealedShareDigest(sealed))
  })
  const changes: { [K in keyof SealContext]: SealContext[K] } = {
    planHash: digestOf(9),
    rosterHash: digestOf(9),
    epoch: 4,
    sender: parseHospitalId('gamma'),
    receiver: parseHospitalId('gamma'),
    receiverIndex: 1,
  }
  test.each(Object.keys(changes) as (keyof SealContext)[])('does not open under another %s, even where the receiver calls its own key so', (field) => {
    const other = { ...context, [field]: changes[field] }
    const own = { ...key, roster: other.rosterHash, epoch: other.epoch, custodian: other.receiver }
    expect(() => openShare(pair.privateKey, own, other, sealed)).toThrow(refused('SHARE_NOT_OPEN'))
    expect(() => openShare(pair.privateKey, key, other, sealed)).toThrow(refused('SHARE_NOT_OPEN'))
  })
  test.each(['x25519', 'mlkem'] as const)('does not open where the receiver names another %s public key as its own', (field) => {
    const own = { ...key, [field]: createSealingKeyPair().publicKey[field] }
    expect(() => openShare(pair.privateKey, own, context, sealed)).toThrow(refused('SHARE_NOT_OPEN'))
  })
  test('does not open with another private key, nor with half of the right one', () => {
    const other = createSealingKeyPair().privateKey
    expect(() => openShare(other, key, context, sealed)).toThrow(refused('SHARE_NOT_OPEN'))
    const [right, wrong] = [pair.privateKey.reveal(), other.reveal()]
    for (const mixed of [
      [...right.subarray(0, 33), ...wrong.subarray(33)],
      [...wrong.subarray(0, 33), ...right.subarray(33)],
      [...right.subarray(0, 96)],
      [2, ...right.subarray(1)],
      [],
    ])
      expect(() => openShare(new SecretBytes(Uint8Array.from(mixed)), key, context, sealed)).toThrow(refused('SHARE_NOT_OPEN'))
  })
  test('does not open after any change of any byte, cut or addition, and never fails otherwise', () => {
    const tampered = fc.oneof(
      fc.tuple(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 })).map(([i, x]) => sealed.map((b, k) => (k === i ? b ^ x : b))),
      fc.tuple(fc.nat(SEALING_BYTES + 20), fc.integer({ min: 1, max: 255 })).map(([i, x]) => sealed.map((b, k) => (k === i ? b ^ x : b))),
      fc.nat(sealed.length - 1).map((n) => sealed.subarray(0, n)),
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((more) => Uint8Array.from([...sealed, ...more])),
      fc.uint8Array({ maxLength: 3000 }),
    )
    fc.assert(
      fc.property(tampered, (bytes) => {
        expect(() => openShare(pair.privateKey, key, context, bytes)).toThrow(refused('SHARE_NOT_OPEN'))
      }),
      { numRuns: 300 },
    )
    expect(() => openShare(pair.privateKey, key, context, new Uint8Array(1 << 20))).toThrow(refused('SHARE_NOT_OPEN'))
  })
  test('does not open where its ephemeral key has low order', () => {
    for (const point of LOW_ORDER)
      expect(() => openShare(pair.privateKey, key, context, Uint8Array.from([...point, ...sealed.subarray(32)]))).toThrow(refused('SHARE_NOT_OPEN'))
  })
})

/** Every encoding of a point of small order on Curve25519 and its twist (RFC 7748; cr.yp.to/ecdh.html, "validate"). */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map((hex) => Buffer.from(hex, 'hex'))

describe('a public key', () => {
  const bad: [string, Partial<SealingKey>][] = [
    ...LOW_ORDER.map((x25519, i): [string, Partial<SealingKey>] => [`low-order point ${i}`, { x25519 }]),
    ['a short X25519 key', { x25519: new Uint8Array(31) }],
    ['a long X25519 key', { x25519: new Uint8Array(33).fill(9) }],
    ['a short ML-KEM key', { mlkem: new Uint8Array(1183) }],
    ['an empty ML-KEM key', { mlkem: new Uint8Array() }],
    ['an ML-KEM key with coefficients above 3,328', { mlkem: new Uint8Array(1184).fill(255) }],
  ]
  test.each(bad)('is refused: %s', (_, part) => {
    expect(() => checkSealingKey({ ...key, ...part })).toThrow(refused('BAD_KEY'))
    expect(() => sealShare({ ...key, ...part }, context, payload)).toThrow(refused('BAD_KEY'))
  })
  test('that is well formed is accepted', () => expect(() => checkSealingKey(key)).not.toThrow())
  test('of another custodian, roster or epoch than the context is refused before anything is sealed to it', () => {
    for (const part of [{ custodian: alpha }, { roster: digestOf(9) }, { epoch: 4 }])
      expect(() => sealShare({ ...key, ...part }, context, payload)).toThrow(refused('BAD_KEY'))
  })
})

test('a share sealed by an independent implementation opens (vectors/sealed-share.py)', () => {
  const bytes = (field: keyof typeof vector): Uint8Array => new Uint8Array(Buffer.from(vector[field], 'base64'))
  const own: SealingKey = { roster: digestOf(8), epoch: 5, custodian: beta, x25519: bytes('x25519'), mlkem: bytes('mlkem') }
  const theirs: SealContext = { planHash: digestOf(7), rosterHash: digestOf(8), epoch: 5, sender: alpha, receiver: beta, receiverIndex: 2 }
  expect(openShare(new SecretBytes(bytes('private')), own, theirs, bytes('sealed'))).toEqual(bytes('payload'))
})

test('the private key prints nothing and is gone when disposed', () => {
  const own = createSealingKeyPair()
  expect(`${own.privateKey} ${JSON.stringify(own)}`).toContain('[secret]')
  expect(own.privateKey.reveal().length).toBe(97)
  own.privateKey[Symbol.dispose]()
  expect(own.privateKey.reveal().every((b) => b === 0)).toBe(true)
})

describe('share words', () => {
  const words = { share: Uint32Array.from({ length: 4096 }, (_, i) => (i * 524287) % P), masks: Uint32Array.of(0, 1, 2, P - 1) }
  test('are 4,096 and 4 words in 16,400 bytes, and come back', () => {
    const bytes = encode(shareWords, words)
    expect(bytes.length).toBe(16_400)
    expect(decode(shareWords, bytes)).toEqual(words)
  })
  test('are refused at any other length and where a word is not below p', () => {
    const bytes = encode(shareWords, words)
    for (const other of [bytes.subarray(1), Uint8Array.from([...bytes, 0]), new Uint8Array()])
      expect(() => decode(shareWords, other)).toThrow(refused('BAD_BYTES'))
    for (const at of [0, 4095, 4096, 4099]) {
      const bad = bytes.slice()
      new DataView(bad.buffer).setUint32(4 * at, P, true)
      expect(() => decode(shareWords, bad)).toThrow(refused('BAD_BYTES'))
    }
    expect(() => encode(shareWords, { ...words, masks: new Uint32Array(3) })).toThrow(refused('BAD_BYTES'))
  })
})
