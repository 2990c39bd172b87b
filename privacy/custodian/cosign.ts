// Co-signing, full form: a custodian adds the contributions up again itself, opens them and holds the result against the release.
// t = f+1 co-signers, so one of them is honest: clients accept a state only with their signatures.

import { hashOf } from '../../core/codec.ts'
import { defend } from '../../core/defences.ts'
import { refuse } from '../../core/errors.ts'
import type { Digest, HospitalId } from '../../core/ids.ts'
import type { Cipher } from '../cipher.ts'
import {
  type CosignatureBody,
  type CosignRequest,
  cosignatureBody,
  type Receipt,
  type Release,
  type RollEntry,
  receiptHash,
  type Statement,
} from '../messages.ts'
import type { CheckedPlan } from '../plan.ts'
import { checkCiphertexts, checkReceipt } from '../receipt.ts'
import { cosignatureOf, openRelease } from '../release.ts'
import { checkCertificate } from '../statement.ts'
import { ciphertextDigest } from '../wire.ts'
import { applyCustody, type Custody, type CustodyEvent } from './custody.ts'

/** Where a co-signer gets the contributions from. */
export interface RefetchSite {
  readonly checked: CheckedPlan
  /** The receipt that this custodian was shown for the entry. */
  readonly receiptOf: (entry: RollEntry) => Receipt | undefined
  /** The spooled ciphertexts of one member, fetched again. */
  readonly refetch: (member: HospitalId) => Promise<readonly Uint8Array[]>
}
export interface CosignSite extends RefetchSite {
  readonly custody: Custody
  readonly cipher: Cipher
  /** Hash of the state that this site's own advance() made of the release; null for audience `coordinator`. */
  readonly nextState: Digest | null
}

/**
 * The body to sign with signCosignature, and the event to journal before.
 * @throws what checkCertificate throws; DIGEST_MISMATCH (a contribution differs from its receipt), AGGREGATE_MISMATCH, KEY_BOUND,
 * CONSTANT_LANES, NOISE_BOUND, RELEASE_MISMATCH, OTHER_STATE, SECOND_STATEMENT.
 */
export const checkRelease = (request: CosignRequest, site: CosignSite): Promise<CosignDecision> =>
  checkReleaseOver(request, site, () => addAgain(request.certificate.roll, site))

export interface CosignDecision {
  readonly body: CosignatureBody
  readonly event: CustodyEvent
}

/** What both forms of co-signing have in common: only how the aggregate is known to be the sum of the roll differs. */
export async function checkReleaseOver(
  request: CosignRequest,
  site: CosignSite,
  aggregateOf: (statement: Digest) => Promise<readonly Uint8Array[]>,
): Promise<CosignDecision> {
  const { checked, custody } = site
  const { roll, statement } = request.certificate
  const hash = checkCertificate(request.certificate, checked)
  if (roll.length === 0) throw refuse('ROLL_SMALL', 'an empty roll releases nothing')
  const body = cosignatureOf(hash, request.keySum, request.release, site.nextState)
  const event: CustodyEvent = { kind: 'cosigned', key: checked.plan.key, statement: hash, body: cosignatureHash(body) }
  applyCustody(custody, event)
  const aggregate = await aggregateOf(hash)
  defend('aggregate-readded', () => checkAggregate(aggregate, statement))
  const opened = await openRelease(checked, hash, aggregate, request.keySum, roll.length, site.cipher)
  defend('release-reopened', () => checkSameRelease(request.release, opened))
  if (site.nextState !== null && request.nextState !== site.nextState) throw refuse('OTHER_STATE', 'the next state is not the one that this site computed')
  return { body, event }
}

export const cosignatureHash = (body: CosignatureBody): Digest => hashOf('consilium/cosignature/1', cosignatureBody, body)

/** One contribution in memory at a time beside the sum. */
async function addAgain(roll: readonly RollEntry[], site: CosignSite): Promise<readonly Uint8Array[]> {
  let sum: Uint8Array[] | null = null
  for (const entry of roll) sum = await site.cipher.add(sum, [await refetchReceipted(entry, site)])
  return sum ?? []
}

/** One member's ciphertexts, as its receipt in the roll names them. @throws DIGEST_MISMATCH and what checkReceipt throws. */
export async function refetchReceipted(entry: RollEntry, site: RefetchSite): Promise<readonly Uint8Array[]> {
  const receipt = site.receiptOf(entry)
  if (!receipt || receipt.body.member !== entry.member || receiptHash(receipt.body) !== entry.receipt)
    throw refuse('DIGEST_MISMATCH', `no receipt of ${entry.member} is the one in the roll`)
  checkReceipt(receipt, site.checked)
  const ciphertexts = await site.refetch(entry.member)
  defend('refetched-digests', () => checkCiphertexts(receipt, ciphertexts))
  return ciphertexts
}

/** The aggregate's digests were fixed in the certified statement, before any answer. @throws AGGREGATE_MISMATCH. */
export function checkAggregate(aggregate: readonly Uint8Array[], statement: Statement): void {
  if (aggregate.length !== statement.aggregate.length || aggregate.some((bytes, j) => ciphertextDigest(bytes) !== statement.aggregate[j])) {
    throw refuse('AGGREGATE_MISMATCH', 'the roll adds up to other ciphertexts than the statement names')
  }
}

function checkSameRelease(claimed: Release, opened: Release): void {
  const same = claimed.statement === opened.statement && claimed.sums.length === opened.sums.length && claimed.sums.every((sum, i) => sum === opened.sums[i])
  if (!same) throw refuse('RELEASE_MISMATCH', 'the aggregate opens to another release')
}
