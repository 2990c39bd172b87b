import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as c from '../../core/codec.ts'
import { isRefusal } from '../../core/errors.ts'
import { type HospitalId, parseDigest, parseHospitalId } from '../../core/ids.ts'
import { createSeededRandom } from '../../core/random.ts'

/** A codec with the values that it must carry. */
interface Sample {
  readonly name: string
  readonly codec: c.Codec<unknown>
  readonly values: fc.Arbitrary<unknown>
}
const sample = <T>(name: string, codec: c.Codec<T>, values: fc.Arbitrary<T>): Sample => ({ name, codec, values }) as Sample

const word = (bits: number): fc.Arbitrary<number> => fc.nat(2 ** bits - 1)
const positiveZero = (v: number): number => (v === 0 ? 0 : v)
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map(positiveZero)
const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength })
const digests = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => parseDigest(Buffer.from(b).toString('hex')))
const hospitals: fc.Arbitrary<HospitalId> = fc.stringMatching(/^[a-z][a-z0-9-]{0,63}$/).map(parseHospitalId)
const wellFormed = fc.string({ unit: 'binary', maxLength: 20 })
const kinds = c.union({ first: c.struct({ n: c.u8 }), second: c.struct({ text: c.text(80) }), third: c.struct({}) })

const SAMPLES: readonly Sample[] = [
  sample('u8', c.u8, word(8)),
  sample('u16', c.u16, word(16)),
  sample('u32', c.u32, fc.nat(0xffffffff)),
  sample('u53', c.u53, fc.maxSafeNat()),
  sample('f64', c.f64, double),
  sample('bool', c.bool, fc.boolean()),
  sample('fixed', c.fixed(9), fc.uint8Array({ minLength: 9, maxLength: 9 })),
  sample('blob', c.blob(40), bytes(40)),
  sample('text', c.text(80), wellFormed),
  sample('digest', c.digest, digests),
  sample('hospitalId', c.hospitalId, hospitals),
  sample('openingKey', c.openingKey, fc.record({ job: digests, step: word(32), group: word(32) })),
  sample('u32s', c.u32s(10), fc.uint32Array({ maxLength: 10 })),
  sample('i32s', c.i32s(10), fc.int32Array({ maxLength: 10 })),
  sample('i64s', c.i64s(10), fc.bigInt64Array({ maxLength: 10 })),
  sample(
    'f64s',
    c.f64s(10),
    fc.array(double, { maxLength: 10 }).map((v) => Float64Array.from(v)),
  ),
  sample('list', c.list(c.text(80), 5), fc.array(wellFormed, { maxLength: 5 })),
  sample('option', c.option(c.u16), fc.option(word(16))),
  sample('struct', c.struct({ a: c.u8, b: c.list(c.u16, 4), c: c.bool }), fc.record({ a: word(8), b: fc.array(word(16), { maxLength: 4 }), c: fc.boolean() })),
  sample('oneOf', c.oneOf('alpha', 'beta', 'gamma'), fc.constantFrom('alpha', 'beta', 'gamma')),
  sample(
    'union',
    kinds,
    fc.oneof(
      fc.record({ kind: fc.constant('first' as const), n: word(8) }),
      fc.record({ kind: fc.constant('second' as const), text: wellFormed }),
      fc.record({ kind: fc.constant('third' as const) }),
    ),
  ),
]

/** Structs of structs, lists and options of the samples, to any depth that chance gives. */
const { nested } = fc.letrec<{ nested: Sample }>((tie) => ({
  nested: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...SAMPLES),
    tie('nested').map((s) => sample(`list of ${s.name}`, c.list(s.codec, 4), fc.array(s.values, { maxLength: 4 }))),
    tie('nested').map((s) => sample(`option of ${s.name}`, c.option(c.struct({ some: s.codec })), fc.option(fc.record({ some: s.values })))),
    fc.array(tie('nested'), { minLength: 1, maxLength: 4 }).map(structOf),
  ),
}))
function structOf(samples: readonly Sample[]): Sample {
  const fields = samples.map((s, i) => [`field${i}`, s] as const)
  return sample(
    `struct of ${samples.map((s) => s.name).join(', ')}`,
    c.struct(Object.fromEntries(fields.map(([name, s]) => [name, s.codec]))),
    fc.record(Object.fromEntries(fields.map(([name, s]) => [name, s.values]))),
  )
}

/** What decode makes of the bytes; throws where it throws anything but its three codes. */
function attempt(codec: c.Codec<unknown>, frame: Uint8Array): { value: unknown } | null {
  // Most frames are refused, and taking a stack is most of what a refusal costs.
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return { value: c.decode(codec, frame) }
  } catch (error) {
    if (isRefusal(error) && ['BAD_BYTES', 'TOO_LARGE', 'BAD_ID'].includes(error.code)) return null
    throw new Error(`${Buffer.from(frame).toString('hex')}: ${String(error)}`, { cause: error })
  } finally {
    Error.stackTraceLimit = limit
  }
}

/** Canonical: what decodes is exactly what encode would write. */
function checkFrame(codec: c.Codec<unknown>, frame: Uint8Array): boolean {
  const read = attempt(codec, frame)
  if (read === null) return false
  const again = c.encode(codec, read.value)
  // Compared before it is asserted: an assertion costs more than a decoding, and there are a quarter of a million.
  if (Buffer.compare(again, frame) !== 0) expect(Buffer.from(again).toString('hex')).toBe(Buffer.from(frame).toString('hex'))
  return true
}

const CASES = 4_000

describe.each(SAMPLES)('$name', ({ name, codec, values }) => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(values, (value) => void expect(c.decode(codec, c.encode(codec, value))).toEqual(value)),
      { numRuns: 500 },
    )
  })

  test(`refuses by code, or reads canonically, ${3 * CASES} random, truncated and mutated frames`, () => {
    const random = createSeededRandom(`codec ${name}`)
    const below = (n: number): number => (random.fill(new Uint32Array(1))[0] as number) % n
    const valid = fc.sample(values, { numRuns: 200, seed: 7 }).map((value) => c.encode(codec, value))
    for (let i = 0; i < CASES; i++) checkFrame(codec, random.fill(new Uint8Array(below(60))))
    for (let i = 0; i < CASES; i++) {
      const frame = valid[below(valid.length)] as Uint8Array
      if (frame.length > 0) checkFrame(codec, frame.subarray(0, below(frame.length)))
      const mutated = frame.slice()
      if (mutated.length > 0) mutated[below(mutated.length)] = below(256)
      checkFrame(codec, mutated)
    }
  })

  test('never reads a strict prefix, nor a byte more', () => {
    for (const value of fc.sample(values, { numRuns: 50, seed: 8 })) {
      const frame = c.encode(codec, value)
      for (let n = 0; n < frame.length; n++) expect(attempt(codec, frame.subarray(0, n))).toBeNull()
      expect(attempt(codec, Uint8Array.from([...frame, 0]))).toBeNull()
    }
  })
})

test('any composition of codecs comes back as it was written', () => {
  const pairs = nested.chain(({ name, codec, values }) => values.map((value) => ({ name, codec, value })))
  fc.assert(
    fc.property(pairs, ({ codec, value }) => void expect(c.decode(codec, c.encode(codec, value))).toEqual(value)),
    { numRuns: 2_000 },
  )
})

test('any composition of codecs refuses random bytes by code', () => {
  fc.assert(
    fc.property(nested, fc.uint8Array({ maxLength: 80 }), ({ codec }, frame) => void checkFrame(codec, frame)),
    { numRuns: 10_000 },
  )
})

describe('lengths', () => {
  const huge = 2 ** 31
  const lying = Uint8Array.from([0xff, 0xff, 0xff, 0x7f, 1, 2, 3])
  test.each([
    ['blob', c.blob(huge)],
    ['text', c.text(huge)],
    ['u32s', c.u32s(huge)],
    ['i64s', c.i64s(huge)],
    ['f64s', c.f64s(huge)],
    ['list', c.list(c.u32, huge)],
  ])('a %s that claims more than is there is refused before anything is allocated', (_, codec) => {
    const before = process.memoryUsage().arrayBuffers
    for (let i = 0; i < 100; i++) expect(() => c.decode<unknown>(codec, lying)).toThrow(expect.objectContaining({ code: 'BAD_BYTES' }))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20)
  })

  test.each([
    ['blob', c.blob(3), new Uint8Array(4)],
    ['text', c.text(3), '四字'],
    ['u32s', c.u32s(3), new Uint32Array(4)],
    ['list', c.list(c.u8, 3), [1, 2, 3, 4]],
  ] as const)('a %s over its limit is neither written nor read', (name, codec, value) => {
    expect(() => c.encode(codec as c.Codec<unknown>, value)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }))
    const roomy = { blob: c.blob(99), text: c.text(99), u32s: c.u32s(99), list: c.list(c.u8, 99) }[name] as c.Codec<unknown>
    expect(() => c.decode<unknown>(codec, c.encode(roomy, value))).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }))
  })
})

describe('nothing is written that could not be read back', () => {
  const unwritable: readonly (readonly [string, c.Codec<never>, unknown])[] = [
    ['a negative u8', c.u8 as c.Codec<never>, -1],
    ['a u8 of 256', c.u8 as c.Codec<never>, 256],
    ['a fraction', c.u32 as c.Codec<never>, 1.5],
    ['a u53 over 2^53', c.u53 as c.Codec<never>, 2 ** 53],
    ['NaN', c.f64 as c.Codec<never>, Number.NaN],
    ['an infinite double among others', c.f64s(3) as c.Codec<never>, Float64Array.of(1, Number.POSITIVE_INFINITY)],
    ['fixed bytes of another length', c.fixed(4) as c.Codec<never>, new Uint8Array(5)],
    ['a lone surrogate', c.text(20) as c.Codec<never>, 'a\ud800'],
    ['a word off the list', c.oneOf('a', 'b') as c.Codec<never>, 'c'],
    ['an unknown variant', kinds as c.Codec<never>, { kind: 'toString' }],
  ]
  test.each(unwritable)('%s', (_, codec, value) => {
    expect(() => c.encode(codec as c.Codec<unknown>, value)).toThrow(expect.objectContaining({ code: 'BAD_BYTES' }))
  })
  test.each([
    ['a short digest', c.digest, 'ab'],
    ['a hospital id with capitals', c.hospitalId, 'Hospital'],
  ] as const)('%s', (_, codec, value) => {
    expect(() => c.encode(codec as c.Codec<unknown>, value)).toThrow(expect.objectContaining({ code: 'BAD_ID' }))
  })
})

test('-0 and 0 have the same bytes, and the bytes of -0 are refused', () => {
  expect(c.encode(c.f64, -0)).toEqual(c.encode(c.f64, 0))
  expect(c.encode(c.f64s(2), Float64Array.of(-0, 1))).toEqual(c.encode(c.f64s(2), Float64Array.of(0, 1)))
  const minusZero = Buffer.alloc(8)
  minusZero.writeDoubleLE(-0)
  expect(attempt(c.f64, minusZero)).toBeNull()
})

test('decoded bytes are copies: a later change of the frame does not reach them', () => {
  const frame = c.encode(c.struct({ raw: c.blob(8), words: c.u32s(2) }), { raw: Uint8Array.of(1, 2), words: Uint32Array.of(3) })
  const value = c.decode(c.struct({ raw: c.blob(8), words: c.u32s(2) }), frame)
  frame.fill(0xff)
  expect(value).toEqual({ raw: Uint8Array.of(1, 2), words: Uint32Array.of(3) })
})

test('the bytes of a frame are those of the documented form', () => {
  const form = c.struct({ a: c.u16, b: c.text(9), c: c.option(c.bool), d: c.i32s(2), e: c.oneOf('x', 'y'), f: kinds })
  const value = { a: 0x0102, b: 'é', c: true, d: Int32Array.of(-1), e: 'y', f: { kind: 'second', text: '' } } as const
  expect(Buffer.from(c.encode(form, value)).toString('hex')).toBe(`0201${'02000000c3a9'}${'0101'}${'01000000ffffffff'}01${'0100000000'}`)
})

describe('hash', () => {
  // printf '\x01\0\0\0\0\0\0\0a\x02\0\0\0\0\0\0\0bc' | sha256sum
  test('is SHA-256 over the length-prefixed tag and parts', () => {
    expect(c.hash('a', Buffer.from('bc'))).toBe('9a8acca1b6c6c0befd3fbc756aed625da998c998f7252e738c4ef061906b9b21')
  })
  test('no two ways to cut the same bytes agree', () => {
    const cuts = [c.hash('ab', Buffer.from('c')), c.hash('a', Buffer.from('bc')), c.hash('a', Buffer.from('b'), Buffer.from('c')), c.hash('abc')]
    expect(new Set(cuts).size).toBe(cuts.length)
  })
})
