// The Cipher port: what encrypts a vector so that only sums open. BGV, or in the clear for simulations of learning.
import type { Digest } from '../core/ids.ts'
import type { Random } from '../core/random.ts'
import { createBgv } from './cipher/bgv.ts'
import { createClear } from './cipher/clear.ts'

export type CipherName = 'bgv' | 'clear'

export interface Cipher {
  readonly name: CipherName
  /** Draws a fresh one-time key s and errors and encrypts the messages, each 4,096 coefficients mod T. The caller shares and wipes `key`. @throws TEST_ONLY | BAD_LAYOUT */
  encrypt(planHash: Digest, messages: readonly BigUint64Array[], random: Random): Promise<{ ciphertexts: Uint8Array[]; key: Int32Array }>
  /** `partial` (or null) plus the contributions, each a list of wire ciphertexts, checked strictly; the bytes do not depend on order. @throws BAD_CIPHERTEXT */
  add(partial: readonly Uint8Array[] | null, contributions: readonly (readonly Uint8Array[])[]): Promise<Uint8Array[]>
  /**
   * The coefficients mod T of sum(c_j) - a_j S. With any S other than the sum of the keys they are noise.
   * With `contributors` n, every coefficient of the phase T sum(e) + sum(m) must also have the bits of 43 n T at most. That fixes S: another S' within
   * its bound passes only if a_j (S' - S) is short too, 22 bits a coefficient too short to exist for some hundreds of contributors, and a short
   * vector of a lattice of dimension 8,192 beyond that. The constant lanes alone do not: a few coefficients can be met by small changes of S.
   * @throws BAD_CIPHERTEXT | KEY_BOUND | NOISE_BOUND
   */
  open(planHash: Digest, aggregate: readonly Uint8Array[], keySum: Int32Array, contributors?: number): Promise<BigUint64Array[]>
}

export interface CipherOptions {
  /** Accept a seeded random source. Only tests: daemons refuse the option. */
  readonly INSECURE_TEST_random?: boolean
}

export const createCipher = (name: CipherName, options: CipherOptions = {}): Cipher => (name === 'bgv' ? createBgv(options) : createClear())
