import { describe, expect, test } from 'vitest'
import { parseHospitalId, toDigest } from '../../core/ids.ts'
import { systemRandom } from '../../core/random.ts'
import { checkWords } from '../../privacy/check-words.ts'
import { P } from '../../privacy/field.ts'
import type { ReceiptBody } from '../../privacy/messages.ts'
import { liesOnPolynomial, shareKey, shareMasks } from '../../privacy/shamir.ts'
import { refused } from './refused.ts'

const digestOf = (byte: number) => toDigest(new Uint8Array(32).fill(byte))
const receipt: ReceiptBody = {
  plan: digestOf(1),
  state: digestOf(2),
  member: parseHospitalId('alpha'),
  ciphertexts: [digestOf(3)],
  shares: [digestOf(4), digestOf(5)],
}

// Made by vectors/words.py, which writes the receipt's bytes by hand (struct.pack), hashes with hashlib, takes the keystream from `openssl enc -aes-256-ctr`
// and adds with Python integers.
test('the four words are those of an independent implementation', () => {
  const share = Uint32Array.from({ length: 4096 }, (_, i) => Number((BigInt(i * i) * 524287n + 11n) % BigInt(P)))
  expect([...checkWords(receipt, share, Uint32Array.of(5, 6, 7, P - 1))]).toEqual([1437518121, 2077053959, 1201132376, 367837477])
})

describe('among custodians', () => {
  const [t, m] = [3, 5]
  const key = Int32Array.from({ length: 4096 }, (_, i) => (i % 85) - 42)
  const [shares, masks] = [shareKey(key, t, m, systemRandom), shareMasks(t, m, systemRandom)]
  const onPolynomial = (words: readonly Uint32Array[]): boolean[] =>
    [0, 1, 2, 3].map((r) =>
      liesOnPolynomial(
        words.map((w, k) => ({ x: k + 1, word: w[r] as number })),
        t - 1,
      ),
    )

  test('words of honest shares lie on one polynomial of degree t - 1', () => {
    expect(onPolynomial(shares.map((share, k) => checkWords(receipt, share, masks[k] as Uint32Array)))).toEqual([true, true, true, true])
  })
  test('one changed share word moves all four of its custodian off it, wherever it is', () => {
    for (const at of [0, 2047, 4095]) {
      const words = shares.map((share, k) => checkWords(receipt, k === 2 ? share.map((v, i) => (i === at ? (v + 1) % P : v)) : share, masks[k] as Uint32Array))
      expect(onPolynomial(words)).toEqual([false, false, false, false])
    }
  })
  test('another receipt has other weights', () => {
    const other = { ...receipt, shares: [digestOf(4), digestOf(6)] }
    expect(checkWords(receipt, shares[0] as Uint32Array, masks[0] as Uint32Array)).not.toEqual(
      checkWords(other, shares[0] as Uint32Array, masks[0] as Uint32Array),
    )
  })
  test('shares of another shape are refused', () => {
    expect(() => checkWords(receipt, new Uint32Array(4095), new Uint32Array(4))).toThrow(refused('BAD_BYTES'))
    expect(() => checkWords(receipt, new Uint32Array(4096), new Uint32Array(3))).toThrow(refused('BAD_BYTES'))
  })
})
