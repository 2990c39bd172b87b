// Branded names for the nouns of the protocol: a HospitalId cannot be passed where a Digest is expected.
import { refuse } from './errors.ts'

declare const brand: unique symbol
type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** A member of the federation: 1 to 64 of [a-z0-9-], first a letter. */
export type HospitalId = Brand<string, 'HospitalId'>
/** A SHA-256 value as 64 lower-case hexadecimal digits. */
export type Digest = Brand<string, 'Digest'>
/** The life of a set of sealing keys; numbers only rise. */
export type KeyEpoch = Brand<number, 'KeyEpoch'>

/** The one key under which a sum opens: used once. `job` is the hash of the job's specification. */
export interface OpeningKey {
  readonly job: Digest
  readonly step: number
  readonly group: number
}

const HOSPITAL = /^[a-z][a-z0-9-]{0,63}$/
const DIGEST = /^[0-9a-f]{64}$/

export function parseHospitalId(text: string): HospitalId {
  if (!HOSPITAL.test(text)) throw refuse('BAD_ID', `hospital id ${JSON.stringify(text.slice(0, 80))}: expected a-z, 0-9 and -, at most 64, first a letter`)
  return text as HospitalId
}

export function parseDigest(text: string): Digest {
  if (!DIGEST.test(text)) throw refuse('BAD_ID', 'digest: expected 64 hexadecimal digits')
  return text as Digest
}

export const toDigest = (bytes: Uint8Array): Digest => parseDigest(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex'))
export const fromDigest = (digest: Digest): Uint8Array => new Uint8Array(Buffer.from(digest, 'hex'))
export const toKeyEpoch = (n: number): KeyEpoch => n as KeyEpoch

/** One text for one opening key: usable as a map key and in file names. */
export const openingKeyText = (k: OpeningKey): string => `${k.job}.${k.step}.${k.group}`
export const sameOpeningKey = (a: OpeningKey, b: OpeningKey): boolean => a.job === b.job && a.step === b.step && a.group === b.group
