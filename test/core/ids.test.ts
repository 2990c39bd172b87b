import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromDigest, openingKeyText, parseDigest, parseHospitalId, sameOpeningKey, toDigest } from '../../core/ids.ts'

const refused = expect.objectContaining({ code: 'BAD_ID' })

describe('a hospital id', () => {
  test.each(['a', 'renmin-2', `h${'9'.repeat(63)}`])('%s is taken', (text) => expect(parseHospitalId(text)).toBe(text))
  test.each(['', 'A', '1a', '-a', 'a_b', 'a.b', 'a/b', 'a b', 'a\n', ' a', '人民', `h${'9'.repeat(64)}`, '../a', 'a\0'])('%j is refused', (text) => {
    expect(() => parseHospitalId(text)).toThrow(refused)
  })
  test('is always safe as a file name and quoted short in the refusal', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000 }), (text) => {
        try {
          expect(parseHospitalId(text)).toMatch(/^[a-z0-9-]{1,64}$/)
        } catch (error) {
          expect(error).toEqual(refused)
          expect((error as Error).message.length).toBeLessThan(700)
        }
      }),
    )
  })
})

describe('a digest', () => {
  test('goes from bytes to text and back', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => void expect(fromDigest(toDigest(bytes))).toEqual(bytes)))
  })
  test.each(['', 'ab', 'A'.repeat(64), 'g'.repeat(64), '0'.repeat(65), `${'0'.repeat(64)}\n`])('%j is refused', (text) => {
    expect(() => parseDigest(text)).toThrow(refused)
  })
  test('of other than 32 bytes is refused', () => {
    for (const n of [0, 31, 33]) expect(() => toDigest(new Uint8Array(n))).toThrow(refused)
  })
  test('is read from the view, not from the buffer under it', () => {
    const buffer = new Uint8Array(64).fill(1)
    buffer.fill(2, 32)
    expect(toDigest(buffer.subarray(32))).toBe('02'.repeat(32))
  })
})

test('two opening keys have the same text exactly where they are the same', () => {
  const job = fc.constantFrom('0'.repeat(64), '1'.repeat(64)).map(parseDigest)
  const key = fc.record({ job, step: fc.nat(12), group: fc.nat(12) })
  fc.assert(
    fc.property(key, key, (a, b) => void expect(openingKeyText(a) === openingKeyText(b)).toBe(sameOpeningKey(a, b))),
    { numRuns: 2_000 },
  )
})
