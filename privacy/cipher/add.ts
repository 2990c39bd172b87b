// Adding contributions: the same for every cipher, and without SEAL. Residues add modulo their primes, so order does not matter.
import { refuse } from '../../core/errors.ts'
import { addResidues, packCiphertext, parseCiphertext, RESIDUES } from '../wire.ts'

/**
 * The sum of `partial` (or nothing) and the contributions, each a list of equally many wire ciphertexts, checked strictly. Equal sets give equal bytes in any order and grouping.
 * @throws BAD_CIPHERTEXT for malformed ciphertexts, lists of different lengths, or nothing to add. Cost: about 0.1 ms a ciphertext.
 */
export function addCiphertexts(partial: readonly Uint8Array[] | null, contributions: readonly (readonly Uint8Array[])[]): Uint8Array[] {
  const terms = partial ? [partial, ...contributions] : contributions
  const count = terms[0]?.length ?? 0
  if (count === 0 || terms.some((term) => term.length !== count))
    throw refuse('BAD_CIPHERTEXT', `contributions of ${terms.map((term) => term.length).join(', ')} ciphertexts`)
  const scratch = new Float64Array(RESIDUES)
  return Array.from({ length: count }, (_, j) => {
    const sum = new Float64Array(RESIDUES)
    for (const term of terms) addResidues(sum, parseCiphertext(term[j] as Uint8Array, scratch))
    return packCiphertext(sum)
  })
}
