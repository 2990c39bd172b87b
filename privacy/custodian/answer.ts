// A custodian's answer: the sum of the roll's shares, and nothing else, ever. It is a function of the certificate alone, so asking
// twice, or asking others, reveals nothing new.
import { refuse } from '../../core/errors.ts'
import type { HospitalId } from '../../core/ids.ts'
import type { AnswerBody, Certificate, RollEntry } from '../messages.ts'
import type { CheckedPlan } from '../plan.ts'
import { custodianIndex } from '../roster.ts'
import { addShares } from '../shamir.ts'
import { checkCertificate } from '../statement.ts'
import { applyCustody, type Custody, type CustodyEvent, custodyOf } from './custody.ts'

export interface AnswerSite {
  readonly checked: CheckedPlan
  readonly custody: Custody
  readonly self: HospitalId
  /** The opened share of one member of the roll, whose receipt is this one. */
  readonly shareOf: (entry: RollEntry) => Uint32Array | Promise<Uint32Array>
}

/**
 * The body to sign with signAnswer, and the event to journal before. Needs g valid signatures from A; shares are chosen by the names in the
 * roll, so no aggregate of the coordinator's choice can enter.
 * @throws what checkCertificate throws; ROLL_SMALL (empty), OUTSIDE_ANSWER_SET, OTHER_PLAN, SECOND_STATEMENT, SHARES_WIPED, ROLL_EXCLUDED.
 */
export async function makeAnswer(certificate: Certificate, site: AnswerSite): Promise<{ readonly body: AnswerBody; readonly event: CustodyEvent }> {
  const { checked, custody, self } = site
  const held = custodyOf(custody, checked.plan.key)
  if (held?.plan !== checked.planHash) throw refuse('OTHER_PLAN', 'this plan is not the one bound for the opening key')
  const statement = checkCertificate(certificate, checked)
  if (certificate.roll.length === 0) throw refuse('ROLL_SMALL', 'an empty roll opens nothing')
  if (!certificate.statement.answerSet.includes(self)) throw refuse('OUTSIDE_ANSWER_SET', 'only members of the answer set answer')
  const event: CustodyEvent = { kind: 'answered', key: checked.plan.key, statement }
  applyCustody(custody, event)
  for (const entry of certificate.roll) {
    const said = held.reported.get(entry.member)
    if (said?.verdict.kind !== 'words' || said.receipt !== entry.receipt) throw refuse('ROLL_EXCLUDED', `this custodian holds no good share of ${entry.member}`)
  }
  return { body: { statement, custodian: self, index: custodianIndex(checked.roster, self), sum: await addByName(certificate.roll, site) }, event }
}

/** One share in memory at a time beside the sum. */
async function addByName(roll: readonly RollEntry[], { shareOf }: AnswerSite): Promise<Uint32Array> {
  let sum: Uint32Array | null = null
  for (const entry of roll) {
    const share = await shareOf(entry)
    const next = addShares(sum ? [sum, share] : [share])
    sum?.fill(0)
    sum = next
  }
  return sum as Uint32Array
}
