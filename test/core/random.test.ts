import { describe, expect, test } from 'vitest'
import { createSeededRandom, systemRandom, uniform } from '../../core/random.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('the seeded source', () => {
  // head -c 32 /dev/zero | openssl enc -aes-256-ctr -iv 0 -K $(printf 'consilium/random/1|known' | sha256sum | cut -c1-64) | xxd -p -c 32
  test('is AES-256-CTR under the hash of its seed', () => {
    expect(hex(createSeededRandom('known').fill(new Uint8Array(32)))).toBe('bb37be935994bf6b40d931a137f85e903119bd2a2ddc79b3036c0c3ec9f92eac')
  })

  test('gives one stream, however it is cut', () => {
    const whole = createSeededRandom('cut').fill(new Uint8Array(64))
    const random = createSeededRandom('cut')
    const parts = [1, 15, 16, 32].map((n) => random.fill(new Uint8Array(n)))
    expect(hex(Buffer.concat(parts))).toBe(hex(whole))
    const words = createSeededRandom('cut').fill(new BigUint64Array(8))
    expect(hex(new Uint8Array(words.buffer))).toBe(hex(whole))
  })

  test('fills only the view that it is given', () => {
    const buffer = new Uint8Array(12).fill(7)
    createSeededRandom('view').fill(buffer.subarray(4, 8))
    expect([...buffer.subarray(0, 4), ...buffer.subarray(8)]).toEqual(new Array(8).fill(7))
    expect(hex(buffer.subarray(4, 8))).toBe(hex(createSeededRandom('view').fill(new Uint8Array(4))))
  })

  test('overwrites what was there before', () => {
    expect(createSeededRandom('over').fill(new Uint8Array(8).fill(0xff))).toEqual(createSeededRandom('over').fill(new Uint8Array(8)))
  })

  test('differs by seed and says that it is not for keys', () => {
    expect(hex(createSeededRandom('a').fill(new Uint8Array(16)))).not.toBe(hex(createSeededRandom('b').fill(new Uint8Array(16))))
    expect(createSeededRandom('a').secure).toBe(false)
  })
})

test('the system source says that it is fit for keys, and does not repeat', () => {
  expect(systemRandom.secure).toBe(true)
  expect(hex(systemRandom.fill(new Uint8Array(16)))).not.toBe(hex(systemRandom.fill(new Uint8Array(16))))
})

describe('uniform', () => {
  test('lies in [0, 1) with the mean and variance of the uniform distribution', () => {
    const random = createSeededRandom('uniform')
    const n = 50_000
    const draws = Array.from({ length: n }, () => uniform(random))
    expect(draws.every((u) => u >= 0 && u < 1)).toBe(true)
    const mean = draws.reduce((sum, u) => sum + u, 0) / n
    const variance = draws.reduce((sum, u) => sum + (u - mean) ** 2, 0) / n
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(6 * Math.sqrt(1 / 12 / n))
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(6 * Math.sqrt(1 / 180 / n))
  })

  test('stays below 1 where every bit is set, and is 0 where none is', () => {
    const constant = (byte: number) => ({
      secure: false,
      fill<T extends Uint8Array | Uint16Array | Uint32Array | BigUint64Array>(array: T): T {
        new Uint8Array(array.buffer, array.byteOffset, array.byteLength).fill(byte)
        return array
      },
    })
    expect(uniform(constant(0xff))).toBe(1 - 2 ** -53)
    expect(uniform(constant(0))).toBe(0)
  })
})
