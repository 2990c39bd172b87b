// What a custodian does with the candidates of a step: it opens each share, holds it against the receipt and reports four hiding
// words or a complaint. One bad candidate never stops the others, and words are said once for each member.
import { decode, encode } from '../../core/codec.ts'
import { defends } from '../../core/defences.ts'
import { isRefusal } from '../../core/errors.ts'
import type { Digest, HospitalId } from '../../core/ids.ts'
import type { SecretBytes } from '../../core/secret.ts'
import { checkWords } from '../check-words.ts'
import {
  type Candidate,
  type Complaint,
  type KeyEpochSet,
  type ReceiptBody,
  type ReportBody,
  receiptBody,
  receiptHash,
  type SealingKey,
  type Verdict,
} from '../messages.ts'
import { type CheckedPlan, messageContext } from '../plan.ts'
import { checkReceipt } from '../receipt.ts'
import { custodianIndex, isMember, memberOf } from '../roster.ts'
import { openShare, sealedShareDigest } from '../sealing.ts'
import { type ShareWords, shareWords } from '../share-words.ts'
import { verifyMessage } from '../signatures.ts'
import type { ReportEntry } from './custody.ts'

export interface InspectSite {
  readonly checked: CheckedPlan
  readonly keyEpoch: KeyEpochSet
  readonly self: HospitalId
  /** This custodian's sealing private keys of the plan's key epoch. */
  readonly sealingKey: SecretBytes
  /** Whom it reported on before under this opening key: nothing more is said of them. */
  readonly reported: ReadonlyMap<HospitalId, ReportEntry>
}

export interface Inspection {
  /** Sorted by member; sign with signReport after journalling. May be empty. */
  readonly body: ReportBody
  /** The opened shares of those with words: 4,096 words each. Secret; wipe after the release. */
  readonly shares: ReadonlyMap<HospitalId, { readonly receipt: Digest; readonly share: Uint32Array }>
  /** Candidates that no member signed: nothing is reported of them, because nobody but their carrier is to blame. */
  readonly unsigned: number
}

/** The share of one candidate that this custodian reported words on: what an answer adds up. Secret. @throws SHARE_NOT_OPEN. */
export function openKeptShare(candidate: Candidate, site: Omit<InspectSite, 'reported'>): Uint32Array {
  const index = custodianIndex(site.checked.roster, site.self)
  const { share, masks } = openWords(candidate.receipt.body, candidate.share, index, site)
  masks.fill(0)
  return share
}

export function inspectCandidates(candidates: readonly Candidate[], site: InspectSite): Inspection {
  const mine = new Map<HospitalId, Candidate>()
  const twice = new Set<HospitalId>()
  let unsigned = 0
  for (const candidate of candidates) {
    const { body } = candidate.receipt
    if (!isSigned(candidate, site.checked)) unsigned++
    else if (site.reported.has(body.member)) continue
    else if (!mine.has(body.member)) mine.set(body.member, candidate)
    else if (receiptHash((mine.get(body.member) as Candidate).receipt.body) !== receiptHash(body)) twice.add(body.member)
  }
  const shares = new Map<HospitalId, { receipt: Digest; share: Uint32Array }>()
  const entries = [...mine.keys()].sort().map((member): ReportEntry => {
    const candidate = mine.get(member) as Candidate
    const receipt = receiptHash(candidate.receipt.body)
    const found = twice.has(member) ? complain('second-receipt') : inspectOne(candidate, site)
    if ('share' in found) shares.set(member, { receipt, share: found.share })
    return { member, receipt, verdict: found.verdict }
  })
  return { body: { plan: site.checked.planHash, custodian: site.self, entries }, shares, unsigned }
}

type Found = { readonly verdict: Verdict } | { readonly verdict: Verdict; readonly share: Uint32Array }
const complain = (code: Complaint): Found => ({ verdict: { kind: 'complaint', code } })

/** Whether the member itself signed this receipt, for whatever plan it names under this opening key. */
function isSigned({ receipt }: Candidate, checked: CheckedPlan): boolean {
  const { body, signature } = receipt
  if (!isMember(checked.roster, body.member)) return false
  const context = { ...messageContext(checked), plan: body.plan }
  return verifyMessage('receipt', context, encode(receiptBody, body), signature, memberOf(checked.roster, body.member).signKey)
}

function inspectOne({ receipt, share }: Candidate, site: InspectSite): Found {
  const code = complaintAbout(receipt.body, site.checked)
  if (code) return complain(code)
  try {
    checkReceipt(receipt, site.checked)
  } catch {
    return complain('bad-receipt')
  }
  const index = custodianIndex(site.checked.roster, site.self)
  if (sealedShareDigest(share) !== receipt.body.shares[index - 1]) return complain('share-does-not-match-receipt')
  return openAndWeigh(receipt.body, share, index, site)
}

function complaintAbout(body: ReceiptBody, checked: CheckedPlan): Complaint | null {
  if (body.plan !== checked.planHash && defends('receipt-of-this-plan')) return 'other-plan'
  if (body.state !== checked.plan.state && defends('receipt-of-this-state')) return 'other-state'
  return checked.group.includes(body.member) ? null : 'off-the-roster'
}

/** The words are a linear function of the share, hidden by the masks: rho is fixed by the receipt, which binds the sealed bytes. */
function openAndWeigh(body: ReceiptBody, sealed: Uint8Array, index: number, site: InspectSite): Found {
  try {
    const { share, masks } = openWords(body, sealed, index, site)
    const words = checkWords(body, share, masks)
    masks.fill(0)
    return { verdict: { kind: 'words', words }, share }
  } catch (error) {
    // Any refusal means that the sender sealed something that is no share; a fault of this machine is not its fault.
    if (isRefusal(error)) return complain('share-does-not-open')
    throw error
  }
}

function openWords(body: ReceiptBody, sealed: Uint8Array, index: number, { checked, keyEpoch, self, sealingKey }: Omit<InspectSite, 'reported'>): ShareWords {
  const own = keyEpoch.keys[index - 1]?.key as SealingKey
  const context = {
    planHash: checked.planHash,
    rosterHash: checked.rosterHash,
    epoch: keyEpoch.epoch,
    sender: body.member,
    receiver: self,
    receiverIndex: index,
  }
  const opened = openShare(sealingKey, own, context, sealed)
  try {
    return decode(shareWords, opened)
  } finally {
    opened.fill(0)
  }
}
