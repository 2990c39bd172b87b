import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { toDigest } from '../../core/ids.ts'
import { expand } from '../../privacy/expand.ts'
import { PRIMES, RESIDUES } from '../../privacy/wire.ts'

const plan = toDigest(new Uint8Array(32).fill(7))
const bytesOf = (residues: Float64Array): Uint8Array => new Uint8Array(BigUint64Array.from(residues, BigInt).buffer)

// Made by vectors/words.py from the docstring alone: hashlib.sha256 for the key, `openssl enc -aes-256-ctr` for the keystream, Python integers for
// the draws; the last column is SHA-256 of all 8,192 residues as little-endian u64.
test.each([
  {
    j: 0,
    first: [10561477734590, 1136951140192],
    middle: 8195331929873,
    last: 7248945820934,
    sha256: '0175e87a9331203e192eecd9f9a69128b0a39def4c283de257db7699ed2b7f0a',
  },
  {
    j: 3,
    first: [11192290724310, 24274178175696],
    middle: 14435882733049,
    last: 29326105916447,
    sha256: '2c426a6df92c0d26d4267b45947e77f38c2a2bf574a45484fab8e1b44fd9ebb8',
  },
])('a_$j of a plan is the polynomial that an independent implementation draws', ({ j, first, middle, last, sha256 }) => {
  const a = expand(plan, j)
  expect([...a.subarray(0, 2), a[4096], a[8191]]).toEqual([...first, middle, last])
  expect(createHash('sha256').update(bytesOf(a)).digest('hex')).toBe(sha256)
})

test('a_j differs from plan to plan and from j to j', () => {
  const other = toDigest(new Uint8Array(32).fill(8))
  expect(new Set([expand(plan, 0), expand(plan, 1), expand(plan, 256), expand(other, 0)].map((a) => Buffer.from(bytesOf(a)).toString('base64'))).size).toBe(4)
})

test('residues are below their prime and evenly spread', () => {
  const bins = new Float64Array(16)
  let above = 0
  for (let j = 0; j < 16; j++)
    expand(plan, j).forEach((v, i) => {
      const prime = PRIMES[i < RESIDUES / 2 ? 0 : 1]
      if (v >= prime) above++
      const bin = Math.floor((v / prime) * 16)
      bins[bin] = (bins[bin] as number) + 1
    })
  expect(above).toBe(0)
  const expected = RESIDUES
  const chiSquare = bins.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
  // 15 degrees of freedom: above 44.3 once in 10,000. The input is fixed, so it passes always or never.
  expect(chiSquare).toBeLessThan(44.3)
})
