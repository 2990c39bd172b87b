import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Codec, decode, encode } from '../../core/codec.ts'
import { isRefusal } from '../../core/errors.ts'
import { type HospitalId, parseDigest } from '../../core/ids.ts'
import { asks, enrolReply, enrolRequest, rosterBundle } from '../../proto/messages.ts'
import { KEY } from './federation.ts'

const CASES = 10_000
const raw = (min: number, max = min): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: min, maxLength: max })
const hospital = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/) as unknown as fc.Arbitrary<HospitalId>
const hash = raw(32).map((bytes) => parseDigest(Buffer.from(bytes).toString('hex')))
const u32 = fc.nat({ max: 2 ** 32 - 1 })
const key = fc.record({ job: hash, step: u32, group: u32 })
const name = fc.string({ maxLength: 40, unit: 'grapheme' })
const keyed = ['contribute', 'check', 'sign', 'answer', 'cosign', 'adopt'] as const
const anAsk = fc.oneof(
  fc.record({ kind: fc.constant('signRoster' as const), roster: hash }),
  fc.record({ kind: fc.constant('publishSealingKey' as const), roster: hash, epoch: u32 }),
  fc.record({ kind: fc.constant('declareSnapshot' as const), boundary: fc.string({ maxLength: 10 }) }),
  fc.record({ kind: fc.constantFrom(...keyed), key }),
  fc.record({ kind: fc.constant('score' as const), job: hash, stage: name }),
)

const aSignedRoster = fc.record({ roster: raw(0, 300), signatures: fc.array(fc.record({ signer: hospital, signature: raw(64) }), { maxLength: 6 }) })

interface Kind {
  readonly codec: Codec<unknown>
  readonly values: fc.Arbitrary<unknown>
}
const KINDS: Readonly<Record<string, Kind>> = {
  asks: { codec: asks as Codec<unknown>, values: fc.array(anAsk, { maxLength: 12 }) },
  rosterBundle: {
    codec: rosterBundle as Codec<unknown>,
    values: fc.record({ chain: fc.array(aSignedRoster, { maxLength: 4 }), proposed: fc.option(aSignedRoster) }),
  },
  enrolRequest: {
    codec: enrolRequest as Codec<unknown>,
    values: fc.record({ hospital, name, token: raw(32), signKey: raw(32), signKeyProof: raw(64), csr: raw(0, 200) }),
  },
  enrolReply: { codec: enrolReply as Codec<unknown>, values: fc.record({ certificate: raw(0, 300), address: name, coordinatorKey: raw(32) }) },
}

/** Decoding either gives a value that encodes to the same bytes, or refuses by one of the codes of malformed input. */
function holdsFor(codec: Codec<unknown>, bytes: Uint8Array): boolean {
  let value: unknown
  try {
    value = decode(codec, bytes)
  } catch (error) {
    return isRefusal(error) && ['BAD_BYTES', 'TOO_LARGE', 'BAD_ID'].includes(error.code)
  }
  return Buffer.from(encode(codec, value)).equals(bytes)
}

function damage(frame: Uint8Array, where: number, byte: number, how: 'flip' | 'cut' | 'splice' | 'extend'): Uint8Array {
  const place = frame.length === 0 ? 0 : where % frame.length
  if (how === 'flip') return frame.map((b, i) => (i === place ? b ^ (byte | 1) : b))
  if (how === 'cut') return frame.slice(0, place)
  if (how === 'splice') return Uint8Array.from(Buffer.concat([frame.slice(0, place), Uint8Array.of(byte), frame.slice(place)]))
  return Uint8Array.from(Buffer.concat([frame, Uint8Array.of(byte)]))
}

describe.each(Object.entries(KINDS))('%s', (_name, { codec, values }) => {
  test('comes back as it was sent', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(codec, encode(codec, value))).toEqual(value)
      }),
      { numRuns: 200 },
    )
  })
  test(`${CASES} random frames are refused by code or are exactly what would have been written`, () => {
    fc.assert(
      fc.property(raw(0, 120), (bytes) => holdsFor(codec, bytes)),
      { numRuns: CASES },
    )
  })
  test(`${CASES} damaged frames too: bits flipped, cut off, spliced, extended`, () => {
    const frames = fc.sample(values, 50).map((value) => encode(codec, value))
    fc.assert(
      fc.property(fc.constantFrom(...frames), fc.nat(), fc.nat({ max: 255 }), fc.constantFrom('flip', 'cut', 'splice', 'extend'), (frame, where, byte, how) =>
        holdsFor(codec, damage(frame, where, byte, how)),
      ),
      { numRuns: CASES },
    )
  })
})

test('a list that claims more items than allowed is refused before it is read', () => {
  const claimed = new Uint8Array(4)
  new DataView(claimed.buffer).setUint32(0, 4_000_000_000, true)
  expect(() => decode(asks, claimed)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }))
})

test('an opening key survives at the ends of its range', () => {
  const value = [{ kind: 'sign' as const, key: KEY }]
  expect(decode(asks, encode(asks, value))).toEqual(value)
})
