import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { isRefusal } from '../../core/errors.ts'
import { toDigest } from '../../core/ids.ts'
import { createSeededRandom } from '../../core/random.ts'
import { createCipher } from '../../privacy/cipher.ts'
import { PARAMETERS } from '../../privacy/parameters.ts'
import { addResidues, ciphertextDigest, PRIMES, packCiphertext, parseCiphertext, RESIDUES, subtractResidues } from '../../privacy/wire.ts'
import { refused } from './refused.ts'

const sealLoads = vi.hoisted(() => ({ count: 0 }))
vi.mock('node-seal/allows', async (original) => {
  const real = await original<typeof import('node-seal/allows')>()
  const initialize: typeof real.initialize = (options) => {
    sealLoads.count++
    return real.initialize(options)
  }
  return { ...real, initialize }
})

const BYTES = PARAMETERS.ciphertextBytes
const PLAN = toDigest(createHash('sha256').update('a plan').digest())
const primeAt = (i: number): number => PRIMES[i < RESIDUES / 2 ? 0 : 1]

/** Uniform residues of a seed. */
function residuesOf(seed: number): Float64Array {
  const words = createSeededRandom(`wire ${seed}`).fill(new BigUint64Array(RESIDUES))
  return Float64Array.from(words, (word, i) => Number(word % BigInt(primeAt(i))))
}
/** The format written down a second time, slowly: one integer of 8,192 x 45 bits. */
function packByBigInt(residues: Float64Array): Uint8Array {
  const hex = [...residues]
    .reverse()
    .map((v) => v.toString(2).padStart(45, '0'))
    .join('')
  return Uint8Array.from({ length: BYTES }, (_, i) => Number.parseInt(hex.slice(hex.length - 8 * (i + 1), hex.length - 8 * i), 2))
}
const withResidue = (bytes: Uint8Array, i: number, v: number): Uint8Array => {
  const bits = BigInt(v) << BigInt((45 * i) & 7)
  const out = bytes.slice()
  const at = (45 * i) >>> 3
  const mask = ((1n << 45n) - 1n) << BigInt((45 * i) & 7)
  for (let k = 0; k < 7 && at + k < BYTES; k++) {
    const [m, b] = [Number((mask >> BigInt(8 * k)) & 0xffn), Number((bits >> BigInt(8 * k)) & 0xffn)]
    out[at + k] = ((out[at + k] as number) & ~m) | b
  }
  return out
}

describe('the wire form of a ciphertext', () => {
  test('is the little-endian bit stream of 45-bit residues, 46,080 bytes', () => {
    for (const seed of [1, 2, 3]) {
      const residues = residuesOf(seed)
      expect(Buffer.from(packCiphertext(residues)).equals(packByBigInt(residues))).toBe(true)
    }
  })
  test('holds the extreme residues 0 and prime - 1 everywhere', () => {
    for (const residues of [new Float64Array(RESIDUES), new Float64Array(RESIDUES).map((_, i) => primeAt(i) - 1)])
      expect(parseCiphertext(packCiphertext(residues))).toEqual(residues)
  })
  test('refuses to write what is no residue', () => {
    for (const bad of [-1, 0.5, Number.NaN, PRIMES[0]])
      expect(() => packCiphertext(new Float64Array(RESIDUES).fill(bad, 7, 8))).toThrow(refused('BAD_CIPHERTEXT'))
    expect(() => packCiphertext(new Float64Array(RESIDUES - 1))).toThrow(refused('BAD_CIPHERTEXT'))
  })
  test('is read from a view into a larger buffer, at any offset', () => {
    const residues = residuesOf(4)
    for (const offset of [0, 1, 3]) {
      const larger = new Uint8Array(BYTES + 10)
      larger.set(packCiphertext(residues), offset)
      expect(parseCiphertext(larger.subarray(offset, offset + BYTES))).toEqual(residues)
    }
  })
  test('has a digest that names every byte', () => {
    const bytes = packCiphertext(residuesOf(5))
    const names = new Set([ciphertextDigest(bytes), ...[0, 1000, BYTES - 1].map((i) => ciphertextDigest(bytes.map((b, k) => (k === i ? b ^ 1 : b))))])
    expect(names.size).toBe(4)
  })
  test('adds and subtracts as integers modulo each prime', () => {
    const [a, b] = [residuesOf(6), residuesOf(7)]
    const sum = a.slice()
    addResidues(sum, b)
    expect(sum.every((v, i) => BigInt(v) === (BigInt(a[i] as number) + BigInt(b[i] as number)) % BigInt(primeAt(i)))).toBe(true)
    expect(subtractResidues(sum, b)).toEqual(a)
  })
})

describe('hostile bytes', () => {
  const valid = packCiphertext(residuesOf(8))
  const hostile = fc.oneof(
    // A residue at or above its prime, at a random place: the only thing that is wrong.
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.nat(RESIDUES - 1), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))
        .map(([i, x]) => withResidue(valid, i, primeAt(i) + Math.floor(x * (2 ** 45 - primeAt(i))))),
    },
    { weight: 2, arbitrary: fc.nat(BYTES - 1).map((n) => valid.subarray(0, n)) },
    { weight: 2, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 64 }).map((more) => new Uint8Array(Buffer.concat([valid, more]))) },
    { weight: 3, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        new Uint8Array(BYTES).fill(255),
        new Uint8Array(2 * BYTES),
        new Uint8Array(BYTES - 1),
        new Uint8Array(BYTES + 1),
        new Uint8Array(),
      ),
    },
  )
  test('are refused by code in 10,000 cases, by everything that takes ciphertexts, and none wakes SEAL', { timeout: 60_000 }, async () => {
    const [cipher, keySum] = [createCipher('bgv'), new Int32Array(PARAMETERS.ringDegree)]
    await fc.assert(
      fc.asyncProperty(hostile, async (bytes) => {
        const outcomes = await Promise.allSettled([cipher.add(null, [[bytes]]), cipher.open(PLAN, [bytes], keySum)])
        for (const outcome of outcomes)
          if (outcome.status === 'fulfilled' || !isRefusal(outcome.reason, 'BAD_CIPHERTEXT')) throw new Error(`taken: ${bytes.length} bytes`)
      }),
      { numRuns: 10_000, endOnFailure: true },
    )
    expect(sealLoads.count).toBe(0)
    // The counter counts: a well-formed ciphertext does wake it.
    await cipher.open(PLAN, [valid], keySum)
    expect(sealLoads.count).toBe(1)
  })
  test('that parse are exactly what would have been written: one byte form a ciphertext', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(BYTES - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }), (edits) => {
        const bytes = valid.slice()
        for (const [i, b] of edits) bytes[i] = b
        let parsed: Float64Array
        try {
          parsed = parseCiphertext(bytes)
        } catch (error) {
          expect(error).toEqual(refused('BAD_CIPHERTEXT'))
          return
        }
        expect(Buffer.from(packCiphertext(parsed)).equals(bytes)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
