// The check of a step: a linear test that all custodians hold shares of one polynomial, without showing any of them.
import { encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { multiply, P, reduce } from './field.ts'
import { type ReceiptBody, receiptBody } from './messages.ts'
import { MASKS, SHARE_WORDS } from './shamir.ts'
import { publicStream, u32Bytes } from './stream.ts'

const BATCH = 1024

/**
 * The four words w_r = sum_k rho_rk share_k + z_r mod p, r = 1..4, that a custodian reports of a member.
 * rho_r: 4,096 words uniform mod p. Byte form: key = hash("rho", canonical receipt body, r (u32, little-endian)), the keystream of AES-256-CTR from
 * counter zero as little-endian 32-bit words cut to their low 31 bits; a word equal to p is dropped.
 * The words of all custodians lie on the polynomial sum_k rho_rk f_k + z_r of degree t - 1 iff the shares do, but for a chance of p^-1 each r: the
 * receipt binds the sealed shares before rho is known. z_r is uniform of the same degree, so fewer than t words say nothing and t or more say
 * only that uniform polynomial.
 * `share` 4,096 words, `masks` 4. @throws BAD_BYTES for other lengths. Cost: about 0.2 ms.
 */
export function checkWords(receipt: ReceiptBody, share: Uint32Array, masks: Uint32Array): Uint32Array {
  if (share.length !== SHARE_WORDS || masks.length !== MASKS) throw refuse('BAD_BYTES', `${share.length} share words and ${masks.length} masks`)
  const body = encode(receiptBody, receipt)
  return Uint32Array.from(masks, (mask, r) => reduce(weightedSum(body, r + 1, share) + mask))
}

function weightedSum(body: Uint8Array, r: number, share: Uint32Array): number {
  const stream = publicStream('rho', body, u32Bytes(r))
  let sum = 0
  for (let k = 0; k < share.length; )
    for (const word of stream(BATCH)) {
      const rho = word & P
      if (rho === P || k === share.length) continue
      sum = reduce(sum + multiply(rho, share[k++] as number))
    }
  return sum
}
