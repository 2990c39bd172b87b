// Every codec against bytes that are nearly right: refused by code, or taken whole, so that the same bytes come out again. Nothing else is thrown,
// and nothing is allocated that a length field merely asks for.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeExtract, encodeExtract } from '../../../claims/index.ts'
import {
  blob,
  bool,
  type Codec,
  decode,
  digest,
  encode,
  f64,
  f64s,
  fixed,
  hospitalId,
  i32s,
  i64s,
  list,
  oneOf,
  openingKey,
  option,
  struct,
  text,
  u8,
  u16,
  u32,
  u32s,
  u53,
  union,
} from '../../../core/codec.ts'
import { isRefusal } from '../../../core/errors.ts'
import { parseDigest, parseHospitalId } from '../../../core/ids.ts'
import { SecretBytes } from '../../../core/secret.ts'
import { packCiphertext, parseCiphertext } from '../../../privacy/wire.ts'
import { formatInvitation, parseInvitation } from '../../../proto/invitation.ts'
import { type Corpus, makeCorpus } from './corpus.ts'
import { createDice, mutate } from './mutations.ts'

/** All tests of this file together: with the state machines' cases, above one million. */
const CASES_OF_CODECS = 900_000
const MOST_GROWTH_BYTES = 256 * 2 ** 20
/** Codes of refusals of bytes. */
const EXPECTED = new Set(['BAD_BYTES', 'TOO_LARGE', 'BAD_ID'])

let corpus: Corpus
const counts = new Map<string, { cases: number; taken: number }>()
beforeAll(async () => {
  corpus = await makeCorpus()
}, 120_000)
afterAll(() => {
  const rows = [...counts].map(([name, { cases, taken }]) => `${name.padEnd(32)} ${String(cases).padStart(8)} ${String(taken).padStart(8)} taken`)
  const all = [...counts.values()].reduce((sum, { cases }) => sum + cases, 0)
  console.info(`${rows.join('\n')}\n${'codecs, all'.padEnd(32)} ${String(all).padStart(8)}`)
})

interface Target {
  readonly name: string
  readonly samples: readonly Uint8Array[]
  /** Reads and writes again. */
  readonly again: (bytes: Uint8Array) => Uint8Array
  readonly codes: ReadonlySet<string>
}

function fuzz({ name, samples, again, codes }: Target, cases: number): void {
  const dice = createDice(0x5eed + name.length * 7919)
  const count = { cases: 0, taken: 0 }
  counts.set(name, count)
  for (let i = 0; i < cases; i++) {
    const [good, other] = [samples[dice(samples.length)], samples[dice(samples.length)]] as [Uint8Array, Uint8Array]
    const bytes = mutate(good, other, dice)
    count.cases++
    try {
      const written = again(bytes)
      count.taken++
      if (Buffer.compare(written, bytes) !== 0) expect.fail(`${name}: other bytes than were read: ${Buffer.from(bytes).toString('hex').slice(0, 400)}`)
    } catch (error) {
      if (!isRefusal(error) || !codes.has(error.code)) throw error
    }
  }
  // The untouched ones are taken, so refusals above are refusals of what was changed.
  for (const sample of samples) expect(Buffer.compare(again(sample), sample), name).toBe(0)
}
const ofCodec = (name: string, codec: Codec<never>, samples: readonly Uint8Array[]): Target => ({
  name,
  samples,
  again: (bytes) => encode(codec, decode(codec, bytes)),
  codes: EXPECTED,
})

/** One of each combinator, inside each other. */
const everything = struct({
  numbers: struct({ a: u8, b: u16, c: u32, d: u53, e: f64 }),
  flags: list(bool, 9),
  texts: list(text(40), 6),
  bytes: blob(64),
  word: fixed(5),
  id: hospitalId,
  hash: digest,
  key: openingKey,
  arrays: struct({ u: u32s(8), i: i32s(8), l: i64s(8), f: f64s(8) }),
  choice: union({ left: struct({ x: option(u32) }), right: struct({ y: oneOf('one', 'two', 'three') }), neither: struct({}) }),
  deep: option(list(option(list(u16, 4)), 4)),
})
const EVERYTHING = encode(everything, {
  numbers: { a: 1, b: 2, c: 3, d: 2 ** 40, e: -1.5 },
  flags: [true, false],
  texts: ['', 'a', '医院'],
  bytes: new Uint8Array([1, 2, 3]),
  word: new Uint8Array(5),
  id: parseHospitalId('alpha'),
  hash: parseDigest('a'.repeat(64)),
  key: { job: parseDigest('b'.repeat(64)), step: 3, group: 0 },
  arrays: { u: new Uint32Array([1, 2]), i: new Int32Array([-1]), l: new BigInt64Array([-5n]), f: new Float64Array([0.5]) },
  choice: { kind: 'right', y: 'two' },
  deep: [null, [1, 2]],
})

test('every codec of the protocol, the wire, the journals and their combinators', () => {
  const targets = [...corpus.codecs].map(([name, { codec, samples }]) => ofCodec(name, codec, samples))
  targets.push(ofCodec('combinators', everything as Codec<never>, [EVERYTHING]))
  const before = process.memoryUsage().rss
  for (const target of targets) fuzz(target, Math.ceil(CASES_OF_CODECS / (targets.length + 2)))
  expect(process.memoryUsage().rss - before).toBeLessThan(MOST_GROWTH_BYTES)
}, 600_000)

test('ciphertexts: exact length, every residue below its prime', () => {
  expect(corpus.ciphertexts.length).toBeGreaterThan(0)
  fuzz(
    {
      name: 'ciphertext',
      samples: corpus.ciphertexts,
      again: (bytes) => packCiphertext(parseCiphertext(bytes)),
      codes: new Set(['BAD_BYTES', 'TOO_LARGE', 'BAD_CIPHERTEXT']),
    },
    12_000,
  )
}, 300_000)

test('frozen extracts', () => {
  const column = { name: 'f0', unit: '', range: [-1, 1] as const, en: 'f', zh: '特' }
  const extract = {
    featureSet: 'synthetic/1',
    features: [column],
    rows: 2,
    x: new Float64Array([0.25, Number.NaN]),
    y: new Uint8Array([0, 1]),
    amountFen: new Float64Array([100, 200]),
    ids: ['a', 'b'],
    groups: ['g', 'g'],
    persons: new Int32Array([0, 1]),
  }
  const sample = encodeExtract(extract, { boundary: '2026-01', rows: 'labelled' })
  const again = (bytes: Uint8Array): Uint8Array => {
    const { extract: read, frame } = decodeExtract(bytes)
    return encodeExtract(read, frame)
  }
  fuzz({ name: 'extract', samples: [sample], again, codes: EXPECTED }, 30_000)
}, 120_000)

test('invitations: text that is nearly one', () => {
  const invitation = {
    federation: 'test',
    hospital: parseHospitalId('alpha'),
    enrolmentAddress: 'localhost:7001',
    caPem: `-----BEGIN CERTIFICATE-----\n${'QUJD\n'.repeat(8)}-----END CERTIFICATE-----\n`,
    token: new SecretBytes(new Uint8Array(32).fill(7)),
  }
  const good = Buffer.from(formatInvitation(invitation))
  const dice = createDice(99)
  const count = { cases: 0, taken: 0 }
  counts.set('invitation', count)
  for (let i = 0; i < 10_000; i++) {
    count.cases++
    try {
      const read = parseInvitation(Buffer.from(mutate(good, good, dice)).toString('utf8'))
      count.taken++
      expect(formatInvitation(parseInvitation(formatInvitation(read)))).toBe(formatInvitation(read))
    } catch (error) {
      if (!isRefusal(error, 'BAD_CONFIG')) throw error
    }
  }
}, 120_000)
