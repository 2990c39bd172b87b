// The polynomials a_j that all contributions to a plan have in common: so their ciphertexts add, and their keys with them.
import { type Digest, fromDigest } from '../core/ids.ts'
import { WORD } from './coefficients.ts'
import { PARAMETERS } from './parameters.ts'
import { publicStream, u32Bytes } from './stream.ts'
import { PRIMES, RESIDUES, type Residues } from './wire.ts'

const BATCH = 1024

/**
 * a_j, uniform modulo q. Byte form: key = hash("consilium/a/1", plan hash (32 bytes), j (u32, little-endian)), the keystream of
 * AES-256-CTR from counter zero, in groups of 8 bytes; a group read as a little-endian u64 and cut to its low 45 bits is one draw.
 * Residues in order, N modulo the first prime, then N modulo the second, in SEAL's NTT order; a draw at or above the prime of the residue
 * it would fill is dropped (about one in 10^8). Uniform in NTT order is uniform in the ring: the NTT is a bijection.
 * Nothing is hidden here: a_j is public. Cost: about 0.2 ms.
 */
export const expand = (plan: Digest, j: number): Residues => uniformResidues(publicStream('consilium/a/1', fromDigest(plan), u32Bytes(j)))

/** 2 N residues from a stream of words by the rule of `expand`: uniform modulo each prime. */
export function uniformResidues(stream: (count: number) => Uint32Array): Residues {
  const residues = new Float64Array(RESIDUES)
  let filled = 0
  while (filled < RESIDUES) {
    const words = stream(2 * BATCH)
    for (let k = 0; k < BATCH && filled < RESIDUES; k++) {
      const draw = ((words[2 * k + 1] as number) & 0x1fff) * WORD + (words[2 * k] as number)
      if (draw < (filled < PARAMETERS.ringDegree ? PRIMES[0] : PRIMES[1])) residues[filled++] = draw
    }
  }
  return residues
}
