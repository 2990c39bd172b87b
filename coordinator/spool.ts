// Contributions arrive in chunks into a blob: that file is the resume point. A contribution counts only whole, verified and durable.
import { encode } from '../core/codec.ts'
import { defend, defends } from '../core/defences.ts'
import { isRefusal, refuse } from '../core/errors.ts'
import type { Digest, HospitalId } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import { candidates, type Receipt, receiptHash } from '../privacy/messages.ts'
import { PARAMETERS } from '../privacy/parameters.ts'
import type { CheckedPlan } from '../privacy/plan.ts'
import { checkContribution, checkReceipt, contributionBytes, SEALED_SHARE_BYTES, splitContribution } from '../privacy/receipt.ts'
import { custodianIndex } from '../privacy/roster.ts'
import { parseCiphertext, RESIDUES } from '../privacy/wire.ts'
import type { Chunks } from '../proto/service.ts'
import { blobs, type CoordinatorContext } from './context.ts'
import type { StepState } from './state.ts'
import { checkedPlan, stepAt } from './steps.ts'

/**
 * Bytes of this receipt's contribution that are here; all of them where it is accepted already. @throws DEADLINE once the candidates are closed: a
 * member that hears it here has sent nothing yet, and will not hold a roll to a contribution that never left.
 */
export async function spoolOffset(context: CoordinatorContext, step: StepState, member: HospitalId, receipt: Digest): Promise<number> {
  const held = step.receipts.get(member)
  if (held && receiptHash(held.body) === receipt) return contributionBytes(checkedPlan(context, step))
  if (step.phase.kind !== 'collecting') throw refuse('DEADLINE', `the candidates of step ${step.key.step} are closed`)
  return (await context.store.blobSize(blobs.spool(step.key, member, receipt))) ?? 0
}

/**
 * Takes the rest of a contribution; resolves once it is whole, verified, synced and journalled. What has arrived stays where a connection
 * breaks. The step may close, or another upload of the same bytes may come first, while the chunks arrive: each look is at the step as it is now.
 */
export async function receiveContribution(
  context: CoordinatorContext,
  step: StepState,
  receipt: Receipt,
  offset: number,
  chunks: Chunks,
  signal: AbortSignal,
): Promise<void> {
  const checked = checkedPlan(context, step)
  checkReceipt(receipt, checked)
  const { member } = receipt.body
  const taken = (): boolean => isTaken(stepAt(context, step.key), receipt)
  if (taken()) return
  const blob = blobs.spool(step.key, member, receiptHash(receipt.body))
  const whole = contributionBytes(checked)
  if (offset === 0 && defends('one-upload-a-member')) await dropOthers(context, step, member, blob)
  const arrived = await append(context, { blob, from: offset, whole, taken }, chunks, signal)
  if (taken()) return
  defend('contribution-whole', () => {
    if (arrived < whole) throw refuse('OFFSET', `${arrived} of ${whole} bytes of ${member} have arrived`)
  })
  await context.store.syncBlob(blob)
  if (defends('contribution-whole')) await verify(context, checked, receipt, blob)
  await context.post({ kind: 'contributed', key: step.key, receipt })
}

/** Whether this receipt's contribution is accepted already. @throws SECOND_RECEIPT | DEADLINE where it no longer can be. */
function isTaken(step: StepState, { body }: Receipt): boolean {
  const held = step.receipts.get(body.member)
  if (held && receiptHash(held.body) === receiptHash(body)) return true
  defend('one-receipt', () => {
    if (held) throw refuse('SECOND_RECEIPT', `${body.member} signed another receipt for step ${step.key.step}`)
  })
  if (step.phase.kind !== 'collecting') throw refuse('DEADLINE', `the candidates of step ${step.key.step} are closed`)
  return false
}

/** A member that begins under another receipt gives up what it began before: one upload a member, whatever it signs. */
async function dropOthers(context: CoordinatorContext, step: StepState, member: HospitalId, blob: string): Promise<void> {
  const own = `${blobs.spools(step.key)}${member}.`
  for (const name of await context.store.blobNames()) if (name.startsWith(own) && name !== blob) await context.store.deleteBlob(name)
}

interface Spooling {
  readonly blob: string
  readonly from: number
  readonly whole: number
  readonly taken: () => boolean
}
async function append(context: CoordinatorContext, { blob, from, whole, taken }: Spooling, chunks: Chunks, signal: AbortSignal): Promise<number> {
  let at = from
  for await (const chunk of chunks) {
    if (signal.aborted) throw refuse('CANCELLED', 'the upload was cut')
    if (taken()) return at
    defend('contribution-bounded', () => {
      if (chunk.length > LIMITS.chunkBytes || at + chunk.length > whole) throw refuse('TOO_LARGE', `${at + chunk.length} bytes of a contribution of ${whole}`)
    })
    await context.store.appendBlob(blob, at, chunk)
    at += chunk.length
  }
  return at
}

async function verify(context: CoordinatorContext, checked: CheckedPlan, receipt: Receipt, blob: string): Promise<void> {
  try {
    const { ciphertexts, sealedShares } = splitContribution(await context.store.readBlob(blob), checked)
    checkContribution(receipt, ciphertexts, sealedShares)
    // Here, where one member is refused: met only when the roll is added up, they would stop everybody's step, again and again.
    defend('residues-reduced', () => checkResidues(ciphertexts))
  } catch (error) {
    // Bytes that do not match their receipt would block the member's own, right ones.
    if (isRefusal(error)) await context.store.deleteBlob(blob)
    throw error
  }
}
/** @throws BAD_CIPHERTEXT where a residue is not below its prime. */
function checkResidues(ciphertexts: readonly Uint8Array[]): void {
  const scratch = new Float64Array(RESIDUES)
  for (const bytes of ciphertexts) parseCiphertext(bytes, scratch)
}

/** Every candidate's receipt with the share that is sealed to this custodian. */
export async function* candidatesOf(context: CoordinatorContext, step: StepState, custodian: HospitalId): Chunks {
  const checked = checkedPlan(context, step)
  const index = custodianIndex(checked.roster, custodian) - 1
  if (step.phase.kind !== 'checking') throw refuse('NOT_FOUND', `the candidates of step ${step.key.step} are not closed, or checked already`)
  const shown = []
  for (const receipt of step.receipts.values()) {
    const at = checked.ciphertexts * PARAMETERS.ciphertextBytes + index * SEALED_SHARE_BYTES
    shown.push({ receipt, share: await context.store.readBlob(blobs.spool(step.key, receipt.body.member, receiptHash(receipt.body)), at, SEALED_SHARE_BYTES) })
  }
  const bytes = encode(candidates, shown)
  for (let at = 0; at < bytes.length; at += LIMITS.chunkBytes) yield bytes.subarray(at, at + LIMITS.chunkBytes)
}
