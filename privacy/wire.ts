// A ciphertext on the wire: 2 x 4096 residues of 45 bits in one little-endian bit stream, 46,080 bytes, nothing else.
// Untrusted bytes end here: they become numbers below their prime or a refusal, long before SEAL sees anything.
import { hash } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import type { Digest } from '../core/ids.ts'
import { WORD } from './coefficients.ts'
import { PARAMETERS } from './parameters.ts'

/** One polynomial modulo q in NTT order: N residues modulo the first data prime, then N modulo the second. Integers below 2^45. */
export type Residues = Float64Array

const N = PARAMETERS.ringDegree
export const RESIDUES = 2 * N
/** The data primes as doubles (exact: 45 bits). */
export const PRIMES: readonly [number, number] = [Number(PARAMETERS.dataPrimes[0]), Number(PARAMETERS.dataPrimes[1])]
/** The prime of residue `i`. */
const primeOf = (i: number): number => (i < N ? PRIMES[0] : PRIMES[1])

/** Residue i takes bits [45 i, 45 i + 45) of the stream, lowest bit first. @throws BAD_CIPHERTEXT for a value that is no residue. */
export function packCiphertext(residues: Residues): Uint8Array {
  if (residues.length !== RESIDUES) throw refuse('BAD_CIPHERTEXT', `${residues.length} residues, ${RESIDUES} expected`)
  const bytes = new Uint8Array(PARAMETERS.ciphertextBytes)
  let at = 0
  let pending = 0
  let pendingBits = 0
  for (let i = 0; i < RESIDUES; i++) {
    const v = residues[i] as number
    if (!(v >= 0 && v < primeOf(i) && Number.isInteger(v))) throw refuse('BAD_CIPHERTEXT', `residue ${i} is not below its prime`)
    // At most 7 + 45 = 52 bits: exact in a double.
    const bits = pending + v * (1 << pendingBits)
    const low = bits >>> 0
    const high = (bits - low) / WORD
    const whole = (pendingBits + 45) >>> 3
    bytes[at] = low
    bytes[at + 1] = low >>> 8
    bytes[at + 2] = low >>> 16
    bytes[at + 3] = low >>> 24
    bytes[at + 4] = high
    if (whole === 6) bytes[at + 5] = high >>> 8
    at += whole
    pendingBits = (pendingBits + 45) & 7
    pending = high >>> ((whole - 4) * 8)
  }
  return bytes
}

/** The strict inverse of packCiphertext. @throws BAD_CIPHERTEXT unless the length is exact and every residue below its prime. */
export function parseCiphertext(bytes: Uint8Array, into: Residues = new Float64Array(RESIDUES)): Residues {
  if (bytes.length !== PARAMETERS.ciphertextBytes) throw refuse('BAD_CIPHERTEXT', `${bytes.length} bytes, ${PARAMETERS.ciphertextBytes} expected`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let i = 0; i < RESIDUES; i++) {
    const bit = 45 * i
    const at = bit >>> 3
    const shift = bit & 7
    const first = view.getUint32(at, true)
    // 20 more bits where the residue reaches into a seventh byte; that byte exists then.
    const rest = shift > 3 ? view.getUint16(at + 4, true) | ((bytes[at + 6] as number) << 16) : view.getUint16(at + 4, true)
    const low = shift === 0 ? first : ((first >>> shift) | (rest << (32 - shift))) >>> 0
    const v = ((rest >>> shift) & 0x1fff) * WORD + low
    if (v >= primeOf(i)) throw refuse('BAD_CIPHERTEXT', `residue ${i} is not below its prime`)
    into[i] = v
  }
  return into
}

/** What receipts and statements name a ciphertext by. */
export const ciphertextDigest = (bytes: Uint8Array): Digest => hash('consilium/ciphertext/1', bytes)

/** sum += other, residue by residue modulo its prime. */
export function addResidues(sum: Residues, other: Residues): void {
  for (let i = 0; i < RESIDUES; i++) {
    const v = (sum[i] as number) + (other[i] as number)
    sum[i] = v >= primeOf(i) ? v - primeOf(i) : v
  }
}

/** a - b, residue by residue modulo its prime. */
export function subtractResidues(a: Residues, b: Residues): Residues {
  return a.map((x, i) => (x >= (b[i] as number) ? x - (b[i] as number) : x - (b[i] as number) + primeOf(i)))
}
