// Fingerprints against the formula in BigInt, and what they are for: they add up as ciphertexts do, and tell apart what differs anywhere.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createInlineWork } from '../../core/work/inline.ts'
import { createThreads } from '../../core/work/threads.ts'
import type { Work } from '../../core/work/work.ts'
import { addCiphertexts } from '../../privacy/cipher/add.ts'
import { addFingerprints, FINGERPRINT_WORDS, fingerprintOf, fingerprintVector, sameFingerprint } from '../../privacy/fingerprint.ts'
import { fingerprintJob } from '../../privacy/jobs.ts'
import { PARAMETERS } from '../../privacy/parameters.ts'
import { PRIMES, packCiphertext, parseCiphertext, RESIDUES } from '../../privacy/wire.ts'
import { digestOf } from '../support/secure-sum.ts'
import { refused } from './refused.ts'

const N = PARAMETERS.ringDegree
const STATEMENT = digestOf('statement')

/** Residues from a seed, some of them at the ends of their range. */
function ciphertextOf(seed: number): Uint8Array {
  let word = seed >>> 0
  const next = (): number => {
    word = (Math.imul(word, 1664525) + 1013904223) >>> 0
    return word
  }
  return packCiphertext(
    Float64Array.from({ length: RESIDUES }, (_, i) => {
      const prime = PRIMES[i < N ? 0 : 1] as number
      const kind = next() >>> 29
      return kind === 0 ? prime - 1 : kind === 1 ? 0 : ((next() >>> 3) * 2 ** 16 + (next() >>> 16)) % prime
    }),
  )
}
const EDGE = packCiphertext(Float64Array.from({ length: RESIDUES }, (_, i) => (PRIMES[i < N ? 0 : 1] as number) - 1))

/** The formula, word by word, in integers of any size. */
function byDefinition(statement: typeof STATEMENT, ciphertexts: readonly Uint8Array[]): BigInt64Array {
  const words: bigint[] = []
  for (const bytes of ciphertexts) {
    const c = parseCiphertext(bytes)
    for (let v = 0; v < 3; v++) {
      const r = fingerprintVector(statement, v)
      for (const [k, prime] of PARAMETERS.dataPrimes.entries()) {
        let sum = 0n
        for (let i = k * N; i < (k + 1) * N; i++) sum += BigInt(r[i] as number) * BigInt(c[i] as number)
        words.push(sum % prime)
      }
    }
  }
  return BigInt64Array.from(words)
}

const seeds = fc.nat(2 ** 31)

test('the words are the inner products of the definition, also at the ends of the range', () => {
  fc.assert(
    fc.property(seeds, seeds, (seed, which) => {
      const statement = digestOf(`statement ${which}`)
      expect(fingerprintOf(statement, [ciphertextOf(seed)])).toEqual(byDefinition(statement, [ciphertextOf(seed)]))
    }),
    { numRuns: 10 },
  )
  expect(fingerprintOf(STATEMENT, [EDGE, ciphertextOf(1)])).toEqual(byDefinition(STATEMENT, [EDGE, ciphertextOf(1)]))
})

test('the largest residues under the largest vector would still be exact', () => {
  // 64 terms of (2^22 - 1)(2^23 - 1) twice, and of (2^23 - 1)^2: what a block of the inner loop can reach.
  for (const sum of [64 * 2 * (2 ** 22 - 1) * (2 ** 23 - 1), 64 * (2 ** 23 - 1) ** 2]) expect(sum).toBeLessThan(2 ** 53)
  expect((N / 64) * 2 ** 45).toBeLessThan(2 ** 53)
})

test('fingerprints of contributions add up to that of their sum', () => {
  fc.assert(
    fc.property(fc.array(seeds, { minLength: 1, maxLength: 5 }), (parts) => {
      const contributions = parts.map((seed) => [ciphertextOf(seed), ciphertextOf(seed + 1)])
      const sum = new BigInt64Array(2 * FINGERPRINT_WORDS)
      for (const ciphertexts of contributions) addFingerprints(sum, fingerprintOf(STATEMENT, ciphertexts))
      expect(sameFingerprint(sum, fingerprintOf(STATEMENT, addCiphertexts(null, contributions)))).toBe(true)
    }),
    { numRuns: 10 },
  )
})

test('one residue that differs, by however little and in whichever prime, changes all three words of its prime and no other', () => {
  const c = parseCiphertext(ciphertextOf(5))
  const before = fingerprintOf(STATEMENT, [packCiphertext(c)])
  for (const [i, by] of [
    [0, 1],
    [N - 1, 2 ** 44],
    [N, 1],
    [RESIDUES - 1, 12345],
  ] as const) {
    const prime = PRIMES[i < N ? 0 : 1] as number
    const after = fingerprintOf(STATEMENT, [packCiphertext(c.with(i, ((c[i] as number) + by) % prime))])
    expect([...after].map((word, w) => word !== before[w])).toEqual([0, 1, 0, 1, 0, 1].map((k) => k === (i < N ? 0 : 1)))
  }
})

test('the vectors are residues, differ among each other, and from statement to statement', () => {
  const vectors = [0, 1, 2].map((v) => fingerprintVector(STATEMENT, v))
  for (const r of vectors) expect(r.every((x, i) => Number.isInteger(x) && x >= 0 && x < (PRIMES[i < N ? 0 : 1] as number))).toBe(true)
  const first = [...vectors, fingerprintVector(digestOf('other'), 0)].map((r) => r[0])
  expect(new Set(first).size).toBe(4)
})

test.each([
  ['in worker threads', (): Work => createThreads({ threads: 2 })],
  ['inline', createInlineWork],
] as const)('as a job %s it is the same, and malformed bytes are refused by code', { timeout: 60_000 }, async (_, createWork) => {
  await using work = createWork()
  const ciphertexts = [ciphertextOf(8), ciphertextOf(9)]
  expect(await work.run(fingerprintJob, { statement: STATEMENT, ciphertexts })).toEqual(fingerprintOf(STATEMENT, ciphertexts))
  const malformed = [new Uint8Array(46_080).fill(255)]
  await expect(work.run(fingerprintJob, { statement: STATEMENT, ciphertexts: malformed })).rejects.toThrow(refused('BAD_CIPHERTEXT'))
})
