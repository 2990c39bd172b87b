// Whether a custodian signs a statement: step 4 of the protocol, every refusal with its code. It signs at most one per opening key.
import { defend } from '../../core/defences.ts'
import { type ErrorCode, refuse, toConsiliumError } from '../../core/errors.ts'
import type { Digest, HospitalId } from '../../core/ids.ts'
import { type RollEntry, type SignRequest, statementHash } from '../messages.ts'
import { type CheckedPlan, opensWholeBlocks } from '../plan.ts'
import { checkReceipt } from '../receipt.ts'
import { checkReport } from '../report.ts'
import { collectReceipts, collectVerdicts, excludedMembers, reportsSpeakAgainst, sameVerdict } from '../roll.ts'
import { checkStatement } from '../statement.ts'
import { applyCustody, type Custody, type CustodyEvent, custodyOf } from './custody.ts'

/** This site's own bounds, from its policy file: c members assumed corrupt, and the least roll that it opens. */
export interface CustodianPolicy {
  readonly corrupt: number
  readonly minCohort: number
}

export interface StatementSite {
  readonly checked: CheckedPlan
  readonly custody: Custody
  readonly self: HospitalId
  /** Hash of this site's own receipt under this opening key, from the moment its first byte left; null where it did not contribute. */
  readonly own: Digest | null
  readonly policy: CustodianPolicy
}

/** `sign`: journal `event`, and only then sign with signStatement. */
export type StatementVerdict =
  | { readonly kind: 'sign'; readonly event: CustodyEvent }
  | { readonly kind: 'refuse'; readonly code: ErrorCode; readonly detail: string }

export function decideStatement(request: SignRequest, site: StatementSite): StatementVerdict {
  try {
    return { kind: 'sign', event: checkSignRequest(request, site) }
  } catch (error) {
    const { code, message } = toConsiliumError(error)
    return { kind: 'refuse', code, detail: message }
  }
}

/** The most of: the plan's least cohort, c + 2, the site's own. Two honest members must remain whoever colludes. */
export const leastRoll = (checked: CheckedPlan, policy: CustodianPolicy): number => Math.max(checked.plan.minCohort, policy.corrupt + 2, policy.minCohort)

function checkSignRequest(request: SignRequest, site: StatementSite): CustodyEvent {
  const { statement, roll } = request
  const { checked } = site
  checkBound(site)
  checkStatement(statement, roll, checked, leastRoll(checked, site.policy))
  if (!statement.answerSet.includes(site.self)) throw refuse('OUTSIDE_ANSWER_SET', 'only members of the answer set sign')
  const event: CustodyEvent = { kind: 'statementSigned', key: checked.plan.key, statement: statementHash(statement) }
  applyCustody(site.custody, event)
  // The empty roll opens nothing: it retires the key, exempt from the rules on size and own receipt.
  if (roll.length === 0) return event
  checkEvidence(request, site)
  checkRollReceipts(request, checked)
  checkExclusions(request, checked)
  defend('own-receipt', () => checkOwnReceipt(request, site))
  return event
}

function checkBound({ custody, checked }: StatementSite): void {
  if (custodyOf(custody, checked.plan.key)?.plan !== checked.planHash) throw refuse('OTHER_PLAN', 'this plan is not the one bound for the opening key')
}

/** Every receipt and report is by its author and about this plan, and this custodian's own reports are all there, unchanged. */
function checkEvidence(request: SignRequest, { custody, checked, self }: StatementSite): void {
  for (const receipt of request.receipts) checkReceipt(receipt, checked)
  for (const report of request.reports) checkReport(report, checked)
  const shown = collectVerdicts(request.reports).get(self)
  for (const [member, entry] of custodyOf(custody, checked.plan.key)?.reported ?? []) {
    const seen = shown?.get(member)
    if (!seen || seen === 'contradiction' || seen.receipt !== entry.receipt || !sameVerdict(seen.verdict, entry.verdict))
      throw refuse('OTHER_REPORT', `this custodian's report on ${member} is missing or changed`)
  }
  // More in this custodian's name than it journalled: someone else holds its key, or its journal went back in time.
  const [journalled, named] = [custodyOf(custody, checked.plan.key)?.reported.size ?? 0, shown?.size ?? 0]
  if (named > journalled) throw refuse('OTHER_REPORT', `${named} of this custodian's reports shown, ${journalled} journalled`)
}

/** Each entry's receipt is among those shown, and its member signed no other. */
function checkRollReceipts({ roll, receipts }: SignRequest, checked: CheckedPlan): void {
  const { byMember, twice } = collectReceipts(receipts)
  for (const entry of roll) {
    if (twice.has(entry.member)) throw refuse('SECOND_RECEIPT', `${entry.member} signed two receipts under opening key of plan ${checked.planHash}`)
    if (byMember.get(entry.member) !== entry.receipt) throw refuse('DIGEST_MISMATCH', `the receipt of ${entry.member} in the roll was not shown`)
  }
}

function checkExclusions({ statement, roll, receipts, reports }: SignRequest, checked: CheckedPlan): void {
  const excluded = excludedMembers(receipts, reports, statement.answerSet, checked)
  const named = roll.find((entry) => excluded.has(entry.member))
  if (named) throw refuse('ROLL_EXCLUDED', `${named.member}: ${excluded.get(named.member)}`)
}

/** If this site contributed, its receipt is in the roll, unless its whole block is out or A's reports speak against it. */
function checkOwnReceipt({ statement, roll, receipts, reports }: SignRequest, { checked, self, own }: StatementSite): void {
  if (own === null || roll.some((entry) => entry.member === self && entry.receipt === own)) return
  if (opensWholeBlocks(checked.plan) && blockIsOut(roll, checked, self)) return
  if (collectReceipts(receipts).twice.has(self) || reportsSpeakAgainst(self, own, reports, statement.answerSet, checked)) return
  throw refuse('ROLL_OMITS_ME', `${self} contributed ${own}, and no report excludes it`)
}

function blockIsOut(roll: readonly RollEntry[], checked: CheckedPlan, self: HospitalId): boolean {
  const block = checked.plan.blocks.find((members) => members.includes(self))
  return block !== undefined && !roll.some((entry) => block.includes(entry.member))
}
