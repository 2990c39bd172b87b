// A snapshot: the extract of one boundary, frozen. Its canonical bytes are what a site keeps, and what its id commits to; so
// records that come later, or are mended, never change what was declared.
import { blob, bool, decode, encode, f64, hash, list, struct, text, u32 } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import type { Digest } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import { type Extract, personsOf } from './extract.ts'

const MOST_ROWS = 2 ** 24
const MOST_BYTES = 2 ** 31 - 1
const name = text(LIMITS.nameBytes)
const column = struct({ name, unit: name, low: f64, high: f64, en: text(1024), zh: text(1024) })
const canonical = struct({
  featureSet: name,
  boundary: text(32),
  labelledOnly: bool,
  features: list(column, 4096),
  rows: u32,
  x: blob(MOST_BYTES),
  y: blob(MOST_ROWS),
  amountFen: blob(MOST_BYTES),
  ids: list(name, MOST_ROWS),
  groups: list(name, MOST_ROWS),
})

/** Which extract the bytes hold. */
export interface SnapshotFrame {
  readonly boundary: string
  readonly rows: 'labelled' | 'all'
}

/** The extract's one byte form: equal extracts have equal bytes (one NaN, no -0, little-endian). */
export function encodeExtract(extract: Extract, frame: SnapshotFrame): Uint8Array {
  return encode(canonical, {
    featureSet: extract.featureSet,
    boundary: frame.boundary,
    labelledOnly: frame.rows === 'labelled',
    features: extract.features.map(({ range: [low, high], ...rest }) => ({ ...rest, low, high })),
    rows: extract.rows,
    x: wordsOf(extract.x),
    y: extract.y,
    amountFen: wordsOf(extract.amountFen),
    ids: extract.ids,
    groups: extract.groups,
  })
}

/** Reads what encodeExtract wrote; the arrays stand on SharedArrayBuffers. @throws BAD_BYTES | TOO_LARGE. */
export function decodeExtract(bytes: Uint8Array): { readonly extract: Extract; readonly frame: SnapshotFrame } {
  const read = decode(canonical, bytes)
  const { rows } = read
  const fits =
    read.x.length === rows * read.features.length * 8 &&
    read.y.length === rows &&
    read.amountFen.length === rows * 8 &&
    read.ids.length === rows &&
    read.groups.length === rows
  if (!fits) throw refuse('BAD_BYTES', 'an extract whose columns differ in length')
  const [x, amountFen] = [canonicalWords(read.x), canonicalWords(read.amountFen)]
  const features = read.features.map(({ low, high, ...rest }) => ({ ...rest, range: [low, high] as const }))
  const extract: Extract = {
    featureSet: read.featureSet,
    features,
    rows,
    x,
    y: new Uint8Array(shared(read.y)),
    amountFen,
    persons: personsOf(read.groups),
    ids: read.ids,
    groups: read.groups,
  }
  return { extract, frame: { boundary: read.boundary, rows: read.labelledOnly ? 'labelled' : 'all' } }
}

/**
 * SHA-256 over the salt and the canonical bytes. The salt is the site's secret, at least 16 random bytes, one a snapshot: without it
 * the id tells nothing, whatever the reader guesses of the records. @throws BAD_CONFIG for a short salt.
 */
export function snapshotId(bytes: Uint8Array, salt: Uint8Array): Digest {
  if (salt.length < 16) throw refuse('BAD_CONFIG', `a salt of ${salt.length} bytes: at least 16 expected`)
  return hash('consilium/extract/1', salt, bytes)
}

function wordsOf(values: Float64Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8))
  for (const [i, v] of values.entries()) view.setFloat64(i * 8, Number.isNaN(v) ? Number.NaN : v === 0 ? 0 : v, true)
  return new Uint8Array(view.buffer)
}

const CANONICAL_NAN = 0x7ff8000000000000n
/** @throws BAD_BYTES for a -0 or another NaN than the one that wordsOf writes: two byte forms of one extract would have two ids. */
function canonicalWords(bytes: Uint8Array): Float64Array {
  const words = new Float64Array(shared(bytes))
  const bits = new BigUint64Array(words.buffer)
  for (let i = 0; i < words.length; i++) {
    const v = words[i] as number
    if ((v === 0 && bits[i] !== 0n) || (Number.isNaN(v) && bits[i] !== CANONICAL_NAN)) throw refuse('BAD_BYTES', 'an extract that is not in its canonical form')
  }
  return words
}

function shared(bytes: Uint8Array): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(bytes.length)
  new Uint8Array(buffer).set(bytes)
  return buffer
}
