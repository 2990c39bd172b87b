// The receipt: a member's signed header of its contribution. What is received is held against it before anything else is done with it.
import { encode } from '../core/codec.ts'
import { defend } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import type { SecretBytes } from '../core/secret.ts'
import { type Receipt, type ReceiptBody, receiptBody } from './messages.ts'
import { PARAMETERS } from './parameters.ts'
import { type CheckedPlan, messageContext } from './plan.ts'
import { memberOf } from './roster.ts'
import { SEALING_BYTES, sealedShareDigest } from './sealing.ts'
import { SHARE_WORDS_BYTES } from './share-words.ts'
import { requireSignature, signMessage } from './signatures.ts'
import { ciphertextDigest } from './wire.ts'

export const signReceipt = (body: ReceiptBody, checked: Pick<CheckedPlan, 'plan' | 'planHash'>, privateKey: SecretBytes): Receipt => ({
  body,
  signature: signMessage('receipt', messageContext(checked), encode(receiptBody, body), privateKey),
})

/**
 * A member of this plan's group, this plan, its state, the right counts, and the member's own signature.
 * @throws OFF_THE_ROSTER | NOT_INVITED | OTHER_PLAN | OTHER_STATE | DIGEST_MISMATCH | BAD_SIGNATURE.
 */
export function checkReceipt({ body, signature }: Receipt, checked: CheckedPlan): void {
  const author = memberOf(checked.roster, body.member)
  defend('receipt-of-this-plan', () => {
    if (body.plan !== checked.planHash) throw refuse('OTHER_PLAN', `${body.member}'s receipt is for another plan`)
  })
  defend('receipt-of-this-state', () => {
    if (body.state !== checked.plan.state) throw refuse('OTHER_STATE', `${body.member}'s receipt starts from another state`)
  })
  if (!checked.group.includes(body.member)) throw refuse('NOT_INVITED', `${body.member} is not in the group of this plan`)
  if (body.ciphertexts.length !== checked.ciphertexts || body.shares.length !== checked.roster.custodians.length)
    throw refuse('DIGEST_MISMATCH', `${body.member}'s receipt names ${body.ciphertexts.length} ciphertexts and ${body.shares.length} shares`)
  defend('author-of-receipt', () => requireSignature('receipt', messageContext(checked), encode(receiptBody, body), signature, author.signKey, body.member))
}

/** A share sealed to one custodian: 4,100 words and what sealing adds. */
export const SEALED_SHARE_BYTES = SEALING_BYTES + SHARE_WORDS_BYTES

/** Bytes of a whole contribution of this plan, ciphertexts and sealed shares: what a spool reserves and where an upload ends. */
export const contributionBytes = (checked: CheckedPlan): number => contributionBytesOf(checked.ciphertexts, checked.roster.custodians.length)
/** The same from the counts in a receipt. */
export const contributionBytesOf = (ciphertexts: number, sealedShares: number): number =>
  ciphertexts * PARAMETERS.ciphertextBytes + sealedShares * SEALED_SHARE_BYTES

/** The upload's one stream back in its parts: all ciphertexts, then the sealed shares in the order of custodians. Views, no copies. @throws DIGEST_MISMATCH. */
export function splitContribution(
  bytes: Uint8Array,
  checked: CheckedPlan,
): { readonly ciphertexts: readonly Uint8Array[]; readonly sealedShares: readonly Uint8Array[] } {
  if (bytes.length !== contributionBytes(checked)) throw refuse('DIGEST_MISMATCH', `${bytes.length} bytes, ${contributionBytes(checked)} expected`)
  const shares = checked.ciphertexts * PARAMETERS.ciphertextBytes
  return { ciphertexts: cut(bytes.subarray(0, shares), PARAMETERS.ciphertextBytes), sealedShares: cut(bytes.subarray(shares), SEALED_SHARE_BYTES) }
}
const cut = (bytes: Uint8Array, size: number): readonly Uint8Array[] =>
  Array.from({ length: bytes.length / size }, (_, i) => bytes.subarray(i * size, (i + 1) * size))

/** Counts and exact sizes first, digests after. @throws TOO_LARGE | DIGEST_MISMATCH. */
export function checkCiphertexts({ body }: Receipt, ciphertexts: readonly Uint8Array[]): void {
  checkSizes(body.member, ciphertexts, body.ciphertexts.length, PARAMETERS.ciphertextBytes)
  ciphertexts.forEach((bytes, j) => {
    if (ciphertextDigest(bytes) !== body.ciphertexts[j]) throw refuse('DIGEST_MISMATCH', `ciphertext ${j} of ${body.member} is not the one of its receipt`)
  })
}

/** The same for the sealed shares, in the order of custodians. @throws TOO_LARGE | DIGEST_MISMATCH. */
export function checkSealedShares({ body }: Receipt, sealedShares: readonly Uint8Array[]): void {
  checkSizes(body.member, sealedShares, body.shares.length, SEALED_SHARE_BYTES)
  sealedShares.forEach((bytes, k) => {
    if (sealedShareDigest(bytes) !== body.shares[k]) throw refuse('DIGEST_MISMATCH', `sealed share ${k} of ${body.member} is not the one of its receipt`)
  })
}

/** A whole contribution against its receipt, which passed checkReceipt. @throws TOO_LARGE | DIGEST_MISMATCH. */
export function checkContribution(receipt: Receipt, ciphertexts: readonly Uint8Array[], sealedShares: readonly Uint8Array[]): void {
  checkSizes(receipt.body.member, sealedShares, receipt.body.shares.length, SEALED_SHARE_BYTES)
  checkCiphertexts(receipt, ciphertexts)
  checkSealedShares(receipt, sealedShares)
}

function checkSizes(who: string, parts: readonly Uint8Array[], count: number, bytes: number): void {
  if (parts.length !== count) throw refuse('DIGEST_MISMATCH', `${parts.length} parts from ${who}, ${count} in its receipt`)
  const wrong = parts.find((part) => part.length !== bytes)
  if (wrong) throw refuse(wrong.length > bytes ? 'TOO_LARGE' : 'DIGEST_MISMATCH', `a part of ${wrong.length} bytes from ${who}, exactly ${bytes} expected`)
}
