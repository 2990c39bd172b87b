// The light form of co-signing: what its author says of a contribution in six words a ciphertext, so that a co-signer can hold the
// aggregate against the sum of what the roll's members say without fetching all their ciphertexts again.
import { encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { type Digest, fromDigest } from '../core/ids.ts'
import type { SecretBytes } from '../core/secret.ts'
import { uniformResidues } from './expand.ts'
import { type Fingerprint, type FingerprintBody, fingerprintBody, type Roll } from './messages.ts'
import { PARAMETERS } from './parameters.ts'
import { type CheckedPlan, messageContext } from './plan.ts'
import { memberOf } from './roster.ts'
import { requireSignature, signMessage } from './signatures.ts'
import { publicStream, u32Bytes } from './stream.ts'
import { PRIMES, parseCiphertext, RESIDUES } from './wire.ts'

const N = PARAMETERS.ringDegree
const VECTORS = 3
/** Words of one ciphertext: word 2v + k is <r_v, c> modulo data prime k. */
export const FINGERPRINT_WORDS = 2 * VECTORS

/** Residues as high 2^23 + low: products of halves are below 2^46, and 64 of them add up exactly in a double. */
const HALF_BITS = 23
const HALF = 2 ** HALF_BITS
const EXACT_TERMS = 64

interface Halves {
  readonly high: Float64Array
  readonly low: Float64Array
}
function halvesOf(residues: Float64Array, into: Halves = { high: new Float64Array(RESIDUES), low: new Float64Array(RESIDUES) }): Halves {
  for (let i = 0; i < RESIDUES; i++) {
    const v = residues[i] as number
    const high = Math.floor(v / HALF)
    into.high[i] = high
    into.low[i] = v - high * HALF
  }
  return into
}

/** r_v: vector v of a statement, uniform modulo each prime: as expand(), under hash("consilium/fingerprint/1", statement hash, v). */
export const fingerprintVector = (statement: Digest, v: number): Float64Array =>
  uniformResidues(publicStream('consilium/fingerprint/1', fromDigest(statement), u32Bytes(v)))

/** The vectors of the statement met last: a co-signer meets the same one for every member. */
let last: { readonly statement: Digest; readonly vectors: readonly Halves[] } | null = null
function vectorsOf(statement: Digest): readonly Halves[] {
  if (last?.statement !== statement) last = { statement, vectors: Array.from({ length: VECTORS }, (_, v) => halvesOf(fingerprintVector(statement, v))) }
  return last.vectors
}

/**
 * <r_v, c_j> modulo each data prime, for three vectors r_v = expand(statement) and all ciphertexts c_j of a contribution or of the aggregate:
 * 6 words a ciphertext, each below its prime. Linear: the fingerprints of a roll add up (addFingerprints) to that of its aggregate.
 * Security: the statement fixes roll (and so all receipted ciphertexts) and aggregate before r is known. An aggregate that is not the sum differs
 * modulo a prime p (just below 2^45) in some ciphertext, and has the sum's three words modulo p with probability p^-3 < 2^-134 a statement tried.
 * Hides nothing: whoever has the ciphertexts can compute it. @throws BAD_CIPHERTEXT. Cost: about 0.25 ms a ciphertext.
 */
export function fingerprintOf(statement: Digest, ciphertexts: readonly Uint8Array[]): BigInt64Array {
  const vectors = vectorsOf(statement)
  const words = new BigInt64Array(FINGERPRINT_WORDS * ciphertexts.length)
  const residues = new Float64Array(RESIDUES)
  const halves: Halves = { high: new Float64Array(RESIDUES), low: new Float64Array(RESIDUES) }
  ciphertexts.forEach((bytes, j) => {
    halvesOf(parseCiphertext(bytes, residues), halves)
    for (let w = 0; w < FINGERPRINT_WORDS; w++) words[FINGERPRINT_WORDS * j + w] = innerProduct(vectors[w >> 1] as Halves, halves, w & 1)
  })
  return words
}

/** sum r_i c_i modulo data prime k over its N residues; exact: each partial sum of 64 terms is below 2^53, each total below 64 * 2^45. */
function innerProduct(r: Halves, c: Halves, k: number): bigint {
  const prime = PRIMES[k] as number
  let [high, middle, low] = [0, 0, 0]
  for (let from = k * N; from < (k + 1) * N; from += EXACT_TERMS) {
    let [hh, hl, ll] = [0, 0, 0]
    for (let i = from; i < from + EXACT_TERMS; i++) {
      const [rh, rl, ch, cl] = [r.high[i] as number, r.low[i] as number, c.high[i] as number, c.low[i] as number]
      hh += rh * ch
      hl += rh * cl + rl * ch
      ll += rl * cl
    }
    high += hh % prime
    middle += hl % prime
    low += ll % prime
  }
  return ((((BigInt(high) << BigInt(HALF_BITS)) + BigInt(middle)) << BigInt(HALF_BITS)) + BigInt(low)) % BigInt(prime)
}

const primeOf = (w: number): bigint => PARAMETERS.dataPrimes[(w & 1) as 0 | 1]

/** sum += other, word by word modulo its prime. Both have the same number of words. */
export function addFingerprints(sum: BigInt64Array, other: BigInt64Array): void {
  for (let w = 0; w < sum.length; w++) sum[w] = ((sum[w] as bigint) + (other[w] as bigint)) % primeOf(w)
}

export const sameFingerprint = (a: BigInt64Array, b: BigInt64Array): boolean => a.length === b.length && a.every((word, w) => word === b[w])

export const signFingerprint = (body: FingerprintBody, checked: Pick<CheckedPlan, 'plan' | 'planHash'>, privateKey: SecretBytes): Fingerprint => ({
  body,
  signature: signMessage('fingerprint', messageContext(checked), encode(fingerprintBody, body), privateKey),
})

/**
 * By a member of the certified roll, about this statement and its receipt in it, of the right shape, signed by the member. Says nothing about the
 * words being those of the receipted bytes. @throws OTHER_STATEMENT | NOT_INVITED | DIGEST_MISMATCH | BAD_BYTES | BAD_SIGNATURE.
 */
export function checkFingerprint({ body, signature }: Fingerprint, statement: Digest, roll: Roll, checked: CheckedPlan): void {
  if (body.statement !== statement) throw refuse('OTHER_STATEMENT', `${body.member}'s fingerprint is under another statement`)
  const entry = roll.find(({ member }) => member === body.member)
  if (!entry) throw refuse('NOT_INVITED', `${body.member} is not in the roll`)
  if (entry.receipt !== body.receipt) throw refuse('DIGEST_MISMATCH', `${body.member}'s fingerprint is of another receipt than the roll's`)
  if (body.words.length !== FINGERPRINT_WORDS * checked.ciphertexts || body.words.some((word, w) => word < 0n || word >= primeOf(w)))
    throw refuse('BAD_BYTES', `${body.member}'s fingerprint is not ${FINGERPRINT_WORDS} residues a ciphertext`)
  const author = memberOf(checked.roster, body.member)
  requireSignature('fingerprint', messageContext(checked), encode(fingerprintBody, body), signature, author.signKey, body.member)
}
