// The heavy parts of a step as Work jobs: plain inputs, plain outputs, the same in a worker thread and inline.
import { parseDigest } from '../core/ids.ts'
import { defineJob } from '../core/work/work.ts'
import { type CipherName, createCipher } from './cipher.ts'
import { fingerprintOf } from './fingerprint.ts'

export interface AddInput {
  readonly cipher: CipherName
  readonly partial: readonly Uint8Array[] | null
  readonly contributions: readonly (readonly Uint8Array[])[]
}
export const add = ({ cipher, partial, contributions }: AddInput): Promise<Uint8Array[]> => createCipher(cipher).add(partial, contributions)
export const addJob = defineJob<typeof add>(import.meta.url, 'add')

export interface OpenInput {
  readonly cipher: CipherName
  readonly planHash: string
  readonly aggregate: readonly Uint8Array[]
  readonly keySum: Int32Array
  /** Where given, the noise is held against its bound for so many contributors. */
  readonly contributors?: number
}
export const open = async ({ cipher, planHash, aggregate, keySum, contributors }: OpenInput): Promise<BigUint64Array[]> =>
  await createCipher(cipher).open(parseDigest(planHash), aggregate, keySum, contributors)
export const openJob = defineJob<typeof open>(import.meta.url, 'open')

export interface FingerprintInput {
  readonly statement: string
  readonly ciphertexts: readonly Uint8Array[]
}
export const fingerprint = async ({ statement, ciphertexts }: FingerprintInput): Promise<BigInt64Array> => fingerprintOf(parseDigest(statement), ciphertexts)
export const fingerprintJob = defineJob<typeof fingerprint>(import.meta.url, 'fingerprint')

/** Lives with the contributor; named here by its address only, so that importing the other jobs does not import it. */
export const encryptJob = defineJob<typeof import('./contributor/job.ts').encrypt>(new URL('./contributor/job.ts', import.meta.url).href, 'encrypt')
