// The one parameter set of the secure sum. Nothing is negotiated: another set is another protocol, and is refused.
import { refuse } from '../core/errors.ts'

export interface Parameters {
  /** Degree of the ring Z[X]/(X^N + 1): a ciphertext holds N coefficients. */
  readonly ringDegree: number
  /** The two 45-bit data primes; q is their product (90 bits). */
  readonly dataPrimes: readonly [bigint, bigint]
  /** SEAL's mandatory last prime; it takes no part in the sum, but counts to the 109 bits of the security table. */
  readonly specialPrime: bigint
  /** T, a 58-bit batching prime: messages and sums are coefficients mod T. */
  readonly plainPrime: bigint
  /** Secret and error are centred binomials of this many bits on each side: |x| <= 42, variance 21, sigma 4.58. */
  readonly binomialBits: number
  /** p = 2^31 - 1: the field of Shamir's shares. */
  readonly sharePrime: number
  readonly residueBits: number
  /** 2 N residues of 45 bits. */
  readonly ciphertextBytes: number
}

/**
 * BGV over N = 4096 with log2(q * special) = 109: SEAL's own 128-bit row (HomomorphicEncryption.org standard, ternary secrets);
 * the wider binomial secret only adds to it. seal/library.ts checks every constant against SEAL at start.
 */
export const PARAMETERS: Parameters = Object.freeze({
  ringDegree: 4096,
  dataPrimes: Object.freeze([35184371703809n, 35184371884033n] as const),
  specialPrime: 417793n,
  plainPrime: 288230376151130113n,
  binomialBits: 42,
  sharePrime: 2147483647,
  residueBits: 45,
  ciphertextBytes: 46080,
})

/** @throws BAD_PARAMETERS for any set other than PARAMETERS, field by field. */
export function checkParameters(offered: Parameters): void {
  for (const name of new Set([...Object.keys(PARAMETERS), ...Object.keys(offered)])) {
    const [ours, theirs] = [PARAMETERS, offered].map((set) => String(set[name as keyof Parameters]))
    if (ours !== theirs) throw refuse('BAD_PARAMETERS', `${name} is ${theirs}, ${ours} is the only value`)
  }
}

export interface CorrectnessBound {
  /** Largest |T sum(e_j)|: every error is at most 42. */
  readonly noise: bigint
  /** Largest |sum(m_j)|: a message is lifted to [-(T-1)/2, (T-1)/2]. */
  readonly message: bigint
  /** noise + message: the largest coefficient of the phase sum(c_j) - a S. */
  readonly phase: bigint
  /** 43 n T, the round figure above `phase`. */
  readonly stated: bigint
  /** floor(q / 2): a phase below it is read back from its residues without wrapping (SEAL centres in doubles: below it by a relative 2^-45). */
  readonly half: bigint
  /** 42 n, the largest |S_i|: below p / 2, so the key sum is read back from its residues mod p too. */
  readonly keySum: number
  readonly fits: boolean
}

/**
 * When is the opened sum of n contributions right, whatever their messages?
 *   c_j = a s_j + T e_j + m_j            so   sum(c_j) - a S = T sum(e_j) + sum(m_j)   over the integers, if nothing wraps mod q;
 *   |T sum(e_j)| <= 42 n T,   |sum(m_j)| <= n (T-1)/2   so   |phase| <= 42 n T + n (T-1)/2 < 43 n T;
 *   right iff |phase| < q/2 (q odd), and 42 n < p/2 for the key sum itself.
 * n = 10,000 uses 2^77 of 2^89. There is no probability in it: binomials are bounded.
 */
export function correctnessBound(n: number): CorrectnessBound {
  if (!Number.isSafeInteger(n) || n < 1) throw refuse('BAD_PARAMETERS', `${n} contributions`)
  const [count, T] = [BigInt(n), PARAMETERS.plainPrime]
  const noise = BigInt(PARAMETERS.binomialBits) * count * T
  const message = count * ((T - 1n) / 2n)
  const stated = BigInt(PARAMETERS.binomialBits + 1) * count * T
  const half = (PARAMETERS.dataPrimes[0] * PARAMETERS.dataPrimes[1]) / 2n
  const keySum = PARAMETERS.binomialBits * n
  return Object.freeze({ noise, message, phase: noise + message, stated, half, keySum, fits: stated < half && 2 * keySum < PARAMETERS.sharePrime })
}

/** The (m, f) that a roster may name. */
export const CUSTODIES = [
  [4, 1],
  [5, 2],
  [7, 2],
  [7, 3],
  [10, 3],
] as const

/**
 * Of m custodians f may be corrupt together with the coordinator: any t = f + 1 answers open, and g = ceil((m + f + 1) / 2)
 * signatures certify, so that two certificates share an honest signer (2g - m >= f + 1). @throws BAD_PARAMETERS off the table.
 */
export function thresholds(m: number, f: number): { readonly t: number; readonly g: number } {
  if (!CUSTODIES.some(([custodians, corrupt]) => custodians === m && corrupt === f))
    throw refuse('BAD_PARAMETERS', `${m} custodians of which ${f} corrupt: not in the table`)
  return { t: f + 1, g: Math.ceil((m + f + 1) / 2) }
}
