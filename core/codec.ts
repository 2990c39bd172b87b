// The canonical byte form: fixed order, length-prefixed, little-endian. What is hashed, signed, journalled or sent is this
// form and no other (never protobuf). Every codec refuses what it would not itself have written: trailing bytes, lengths over
// their limit (checked before anything is allocated), unknown variants, malformed text.
import { createHash } from 'node:crypto'
import { isRefusal, refuse } from './errors.ts'
import { type Digest, fromDigest, type HospitalId, type OpeningKey, parseDigest, parseHospitalId, toDigest } from './ids.ts'

export interface Codec<T> {
  write(to: ByteWriter, value: T): void
  read(from: ByteReader): T
}
export type Decoded<C> = C extends Codec<infer T> ? T : never

export class ByteWriter {
  #bytes = Buffer.allocUnsafe(256)
  #length = 0
  /** Grows the buffer by `n` bytes and returns the offset at which they begin. */
  reserve(n: number): { at: number; in: Buffer } {
    const at = this.#length
    if (at + n > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, at + n))
      this.#bytes.copy(grown, 0, 0, at)
      this.#bytes = grown
    }
    this.#length = at + n
    return { at, in: this.#bytes }
  }
  append(bytes: Uint8Array): void {
    const place = this.reserve(bytes.length)
    place.in.set(bytes, place.at)
  }
  finish(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#length))
  }
}

export class ByteReader {
  readonly #bytes: Buffer
  #at = 0
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }
  get remaining(): number {
    return this.#bytes.length - this.#at
  }
  take(n: number): Buffer {
    if (n > this.remaining) throw refuse('BAD_BYTES', `truncated: ${n} bytes expected at offset ${this.#at}, ${this.remaining} there`)
    this.#at += n
    return this.#bytes.subarray(this.#at - n, this.#at)
  }
}

/** The canonical bytes. @throws BAD_BYTES | TOO_LARGE | BAD_ID where `decode` would refuse them: nothing is written that cannot be read back. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  const writer = new ByteWriter()
  codec.write(writer, value)
  return writer.finish()
}

/** Reads exactly one value. @throws BAD_BYTES | TOO_LARGE | BAD_ID. Never throws anything else, whatever the bytes. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const reader = new ByteReader(bytes)
  let value: T
  try {
    value = codec.read(reader)
  } catch (error) {
    if (isRefusal(error)) throw error
    throw refuse('BAD_BYTES', 'not a valid encoding', error)
  }
  if (reader.remaining !== 0) throw refuse('BAD_BYTES', `${reader.remaining} bytes too many`)
  return value
}

/** SHA-256 over a domain tag and the canonical bytes; the tag's length is prefixed, so no two tags run into each other. */
export function hash(tag: string, ...parts: readonly Uint8Array[]): Digest {
  const h = createHash('sha256')
  for (const part of [Buffer.from(tag, 'utf8'), ...parts]) {
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(part.length))
    h.update(length).update(part)
  }
  return toDigest(h.digest())
}
export const hashOf = <T>(tag: string, codec: Codec<T>, value: T): Digest => hash(tag, encode(codec, value))

// ---- numbers
const number = (size: number, put: (b: Buffer, v: number, at: number) => void, get: (b: Buffer) => number): Codec<number> => ({
  write(to, value) {
    const place = to.reserve(size)
    put(place.in, value, place.at)
  },
  read: (from) => get(from.take(size)),
})
function integerUpTo(max: number, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0 || value > max) throw refuse('BAD_BYTES', `${value} where an integer from 0 to ${max} is expected`)
  return value
}
export const u8 = number(
  1,
  (b, v, at) => b.writeUInt8(integerUpTo(0xff, v), at),
  (b) => b.readUInt8(0),
)
export const u16 = number(
  2,
  (b, v, at) => b.writeUInt16LE(integerUpTo(0xffff, v), at),
  (b) => b.readUInt16LE(0),
)
export const u32 = number(
  4,
  (b, v, at) => b.writeUInt32LE(integerUpTo(0xffffffff, v), at),
  (b) => b.readUInt32LE(0),
)
/** A non-negative safe integer (times in ms, byte counts). */
export const u53 = number(
  8,
  (b, v, at) => b.writeBigUInt64LE(BigInt(integerUpTo(Number.MAX_SAFE_INTEGER, v)), at),
  (b) => integerUpTo(Number.MAX_SAFE_INTEGER, Number(b.readBigUInt64LE(0))),
)
/** A finite double; -0 is written as 0, so that equal numbers have equal bytes. */
export const f64 = number(
  8,
  (b, v, at) => {
    if (!Number.isFinite(v)) throw refuse('BAD_BYTES', 'a number that is not finite')
    b.writeDoubleLE(v === 0 ? 0 : v, at)
  },
  (b) => {
    const v = b.readDoubleLE(0)
    if (!Number.isFinite(v) || Object.is(v, -0)) throw refuse('BAD_BYTES', 'a number that is not finite')
    return v
  },
)
export const bool: Codec<boolean> = {
  write: (to, value) => u8.write(to, value ? 1 : 0),
  read(from) {
    const v = u8.read(from)
    if (v > 1) throw refuse('BAD_BYTES', 'a boolean other than 0 or 1')
    return v === 1
  },
}

// ---- bytes and text
/** Exactly `n` bytes, without a length. */
export const fixed = (n: number): Codec<Uint8Array> => ({
  write(to, value) {
    if (value.length !== n) throw refuse('BAD_BYTES', `${value.length} bytes where ${n} are expected`)
    to.append(value)
  },
  read: (from) => new Uint8Array(from.take(n)),
})
function boundedLength(from: ByteReader, max: number, what: string): number {
  const n = u32.read(from)
  if (n > max) throw refuse('TOO_LARGE', `${what} of ${n}, at most ${max} allowed`)
  return n
}
/** At most `max` bytes. */
export const blob = (max: number): Codec<Uint8Array> => ({
  write(to, value) {
    if (value.length > max) throw refuse('TOO_LARGE', `${value.length} bytes, at most ${max} allowed`)
    u32.write(to, value.length)
    to.append(value)
  },
  read: (from) => new Uint8Array(from.take(boundedLength(from, max, 'bytes'))),
})
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** UTF-8 text of at most `max` bytes. */
export const text = (max: number): Codec<string> => ({
  write(to, value) {
    // A lone surrogate has no UTF-8 form: it would come back as another text.
    if (!value.isWellFormed()) throw refuse('BAD_BYTES', 'text that is not well-formed')
    blob(max).write(to, Buffer.from(value, 'utf8'))
  },
  read: (from) => utf8.decode(from.take(boundedLength(from, max, 'text'))),
})
export const digest: Codec<Digest> = {
  write: (to, value) => to.append(fromDigest(parseDigest(value))),
  read: (from) => toDigest(from.take(32)),
}
export const hospitalId: Codec<HospitalId> = {
  write: (to, value) => text(64).write(to, parseHospitalId(value)),
  read: (from) => parseHospitalId(text(64).read(from)),
}

// ---- typed arrays, as little-endian words
interface WordArray<A> {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer): A
}
const words = <A extends ArrayBufferView & { length: number }>(type: WordArray<A>, max: number): Codec<A> => ({
  write(to, value) {
    if (value.length > max) throw refuse('TOO_LARGE', `${value.length} words, at most ${max} allowed`)
    u32.write(to, value.length)
    to.append(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  },
  read(from) {
    const bytes = from.take(boundedLength(from, max, 'words') * type.BYTES_PER_ELEMENT)
    return new type(new Uint8Array(bytes).buffer)
  },
})
export const u32s = (max: number): Codec<Uint32Array> => words<Uint32Array>(Uint32Array, max)
export const i32s = (max: number): Codec<Int32Array> => words<Int32Array>(Int32Array, max)
export const i64s = (max: number): Codec<BigInt64Array> => words<BigInt64Array>(BigInt64Array, max)
/** Finite doubles; NaN, infinities and -0 are refused on both sides (-0 is written as 0). */
export const f64s = (max: number): Codec<Float64Array> => {
  const raw = words<Float64Array>(Float64Array, max)
  return {
    write: (to, value) => raw.write(to, value.map(checkFinite)),
    read: (from) => raw.read(from).map((v) => (Object.is(v, -0) ? checkFinite(Number.NaN) : checkFinite(v))),
  }
}
function checkFinite(v: number): number {
  if (!Number.isFinite(v)) throw refuse('BAD_BYTES', 'a number that is not finite')
  return v === 0 ? 0 : v
}

// ---- composition
export const list = <T>(item: Codec<T>, max: number): Codec<readonly T[]> => ({
  write(to, values) {
    if (values.length > max) throw refuse('TOO_LARGE', `${values.length} items, at most ${max} allowed`)
    u32.write(to, values.length)
    for (const value of values) item.write(to, value)
  },
  read(from) {
    const n = boundedLength(from, max, 'list')
    const values: T[] = []
    for (let i = 0; i < n; i++) values.push(item.read(from))
    return values
  },
})
export const option = <T>(item: Codec<T>): Codec<T | null> => ({
  write(to, value) {
    bool.write(to, value !== null)
    if (value !== null) item.write(to, value)
  },
  read: (from) => (bool.read(from) ? item.read(from) : null),
})
type Fields = Record<string, Codec<never> | Codec<unknown>>
type Struct<F> = { readonly [K in keyof F]: F[K] extends Codec<infer T> ? T : never }
/** Fields in the order in which they are declared. */
// biome-ignore lint/suspicious/noExplicitAny: a field's own type is recovered by Struct<F>
export function struct<F extends Record<string, Codec<any>>>(fields: F): Codec<Struct<F>> {
  const entries = Object.entries(fields)
  return {
    write(to, value) {
      for (const [name, codec] of entries) codec.write(to, value[name])
    },
    read(from) {
      const value: Record<string, unknown> = {}
      for (const [name, codec] of entries) value[name] = codec.read(from)
      return value as Struct<F>
    },
  }
}
/** One of a closed list of words, as its index. The order of the list is part of the format. */
export const oneOf = <const W extends string>(...allowed: readonly W[]): Codec<W> => ({
  write(to, value) {
    const index = allowed.indexOf(value)
    if (index < 0) throw refuse('BAD_BYTES', 'a word off its list')
    u8.write(to, index)
  },
  read(from) {
    const word = allowed[u8.read(from)]
    if (word === undefined) throw refuse('BAD_BYTES', 'a word off its list')
    return word
  },
})
type Variant<V> = { [K in keyof V]: { readonly kind: K } & (V[K] extends Codec<infer T> ? T : never) }[keyof V]
/** A union discriminated on `kind`. The order of the variants is part of the format: append, never reorder. */
// biome-ignore lint/suspicious/noExplicitAny: a variant's own type is recovered by Variant<V>
export function union<V extends Record<string, Codec<any>>>(variants: V): Codec<Variant<V>> {
  const kinds = Object.keys(variants)
  return {
    write(to, value) {
      const index = kinds.indexOf(value.kind as string)
      if (index < 0) throw refuse('BAD_BYTES', 'an unknown variant')
      u8.write(to, index)
      variants[value.kind]?.write(to, value)
    },
    read(from) {
      const kind = kinds[u8.read(from)]
      if (kind === undefined) throw refuse('BAD_BYTES', 'an unknown variant')
      return { kind, ...variants[kind]?.read(from) } as Variant<V>
    },
  }
}
export const openingKey: Codec<OpeningKey> = struct({ job: digest, step: u32, group: u32 })
export type { Fields }
