import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeExtract, type Extract, encodeExtract, snapshotId } from '../../claims/index.ts'

const salt = new Uint8Array(16).fill(7)
const frame = { boundary: '2024-03', rows: 'labelled' } as const
const extractOf = (x: readonly number[]): Extract => ({
  featureSet: 'test/1',
  features: [{ name: 'a', unit: 'x', range: [0, 1], en: 'a', zh: '甲' }],
  rows: x.length,
  x: Float64Array.from(x),
  y: Uint8Array.from(x, () => 1),
  amountFen: Float64Array.from(x, (_, i) => i),
  persons: Int32Array.from(x, (_, i) => i % 2),
  ids: x.map((_, i) => `c${i}`),
  groups: x.map((_, i) => `p${i % 2}`),
})

describe('snapshots', () => {
  test('what is frozen is read back, with missing values missing', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(Number.NaN)), { maxLength: 20 }), (x) => {
        const extract = extractOf(x)
        const read = decodeExtract(encodeExtract(extract, frame))
        expect(read.frame).toEqual(frame)
        expect([...read.extract.x]).toEqual(x.map((v) => (v === 0 ? 0 : v)))
        expect(read.extract.x.buffer).toBeInstanceOf(SharedArrayBuffer)
        expect({ ...read.extract, x: [], y: [...read.extract.y], amountFen: [...read.extract.amountFen] }).toEqual({
          ...extract,
          x: [],
          y: [...extract.y],
          amountFen: [...extract.amountFen],
        })
      }),
    )
  })

  test('equal extracts have equal bytes, whatever the sign of zero or the payload of a NaN', () => {
    const odd = new Float64Array(new BigUint64Array([0x8000000000000000n, 0x7ff8000000000123n, 0xfff8000000000000n]).buffer)
    const bytes = encodeExtract({ ...extractOf([0, Number.NaN, Number.NaN]), x: odd }, frame)
    expect(Buffer.from(bytes).equals(Buffer.from(encodeExtract(extractOf([0, Number.NaN, Number.NaN]), frame)))).toBe(true)
  })

  test('and other bytes of an equal extract are refused when read: a -0, another NaN', () => {
    const good = encodeExtract(extractOf([0.5, 0.25]), frame)
    const at = Buffer.from(good).indexOf(Buffer.from(Float64Array.of(0.5).buffer))
    for (const bits of [0x8000000000000000n, 0x7ff8000000000123n, 0xfff8000000000000n]) {
      const odd = good.slice()
      new DataView(odd.buffer).setBigUint64(at, bits, true)
      expect(() => decodeExtract(odd)).toThrow(expect.objectContaining({ code: 'BAD_BYTES' }))
    }
  })

  test('the id changes with any value, label, boundary or salt', () => {
    const id = (change: Partial<Extract>, frameChange = {}, salted = salt) =>
      snapshotId(encodeExtract({ ...extractOf([1, 2]), ...change }, { ...frame, ...frameChange }), salted)
    const ids = [
      id({}),
      id({ x: Float64Array.of(1, 2 + Number.EPSILON * 2) }),
      id({ y: Uint8Array.of(1, 0) }),
      id({ ids: ['c0', 'c2'] }),
      id({}, { boundary: '2024-04' }),
      id({}, { rows: 'all' }),
      id({}, {}, new Uint8Array(16)),
    ]
    expect(new Set(ids).size).toBe(ids.length)
    expect(id({})).toBe(ids[0])
  })

  test('a short salt is refused, and so are bytes that are not an extract', () => {
    const bytes = encodeExtract(extractOf([1, 2]), frame)
    expect(() => snapshotId(bytes, new Uint8Array(15))).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (cut) => {
        expect(() => decodeExtract(bytes.subarray(0, cut))).toThrow(expect.objectContaining({ code: expect.stringMatching(/^(BAD_BYTES|TOO_LARGE)$/) }))
      }),
    )
    expect(() => decodeExtract(encodeExtract({ ...extractOf([1, 2]), ids: ['c0'] }, frame))).toThrow(expect.objectContaining({ code: 'BAD_BYTES' }))
  })
})
