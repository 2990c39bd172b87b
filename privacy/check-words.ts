// The check of a step: a linear test that all custodians hold shares of one polynomial, without showing any of them.
import { encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { P, reduce } from './field.ts'
import { type ReceiptBody, receiptBody } from './messages.ts'
import { MASKS, SHARE_WORDS } from './shamir.ts'
import { publicStream, u32Bytes } from './stream.ts'

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

/** Products of 31 by 16 bits: 32 of them stay below 2^52, so the sums are reduced once a run, not once a word. */
const RUN = 32

function weightedSum(body: Uint8Array, r: number, share: Uint32Array): number {
  const rho = uniformWords(body, r, share.length)
  let sum = 0
  for (let from = 0; from < share.length; from += RUN) {
    let low = 0
    let high = 0
    const to = Math.min(from + RUN, share.length)
    for (let k = from; k < to; k++) {
      const [weight, word] = [rho[k] as number, share[k] as number]
      low += weight * (word & 0xffff)
      high += weight * (word >>> 16)
    }
    sum = reduce(sum + reduce(low) + reduce(reduce(high) * 65536))
  }
  return sum
}

/** rho_r: the stream's words cut to 31 bits, those equal to p dropped. */
function uniformWords(body: Uint8Array, r: number, length: number): Uint32Array {
  const stream = publicStream('rho', body, u32Bytes(r))
  const words = stream(length)
  let kept = 0
  for (let k = 0; k < length; k++) {
    const word = (words[k] as number) & P
    if (word !== P) words[kept++] = word
  }
  while (kept < length) {
    const word = (stream(1)[0] as number) & P
    if (word !== P) words[kept++] = word
  }
  return words
}
