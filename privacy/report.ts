// A custodian's signed report on candidates: four words or a complaint a member, once for each member.
import { encode } from '../core/codec.ts'
import { defend } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import type { SecretBytes } from '../core/secret.ts'
import { type Report, type ReportBody, reportBody } from './messages.ts'
import { type CheckedPlan, messageContext } from './plan.ts'
import { custodianIndex, memberOf, risesStrictly } from './roster.ts'
import { requireSignature, signMessage } from './signatures.ts'

export const signReport = (body: ReportBody, checked: CheckedPlan, privateKey: SecretBytes): Report => ({
  body,
  signature: signMessage('report', messageContext(checked), encode(reportBody, body), privateKey),
})

/** The author is a custodian, the plan is this one, entries are sorted by member. @throws OTHER_PLAN | NOT_A_CUSTODIAN | SECOND_REPORT | BAD_SIGNATURE. */
export function checkReport({ body, signature }: Report, checked: CheckedPlan): void {
  if (body.plan !== checked.planHash) throw refuse('OTHER_PLAN', `${body.custodian} reports on another plan`)
  custodianIndex(checked.roster, body.custodian)
  if (!risesStrictly(body.entries.map((entry) => entry.member)))
    throw refuse('SECOND_REPORT', `${body.custodian}'s report is not sorted by member, or names one twice`)
  const { signKey } = memberOf(checked.roster, body.custodian)
  defend('author-of-report', () => requireSignature('report', messageContext(checked), encode(reportBody, body), signature, signKey, body.custodian))
}
