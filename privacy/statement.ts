// The statement fixes what opens: plan, roll, answer set A and the aggregate's digests. g signatures of A make it a certificate.
import { encode } from '../core/codec.ts'
import { defend } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import type { Digest, HospitalId } from '../core/ids.ts'
import { sameOpeningKey } from '../core/ids.ts'
import type { SecretBytes } from '../core/secret.ts'
import {
  type Certificate,
  type NamedSignature,
  PROTOCOL_VERSION,
  type Roll,
  rollHash,
  type Statement,
  statement as statementCodec,
  statementHash,
} from './messages.ts'
import { type CheckedPlan, messageContext } from './plan.ts'
import { checkRollMembers, checkRollShape } from './roll.ts'
import { custodianIndex, memberOf } from './roster.ts'
import { signMessage, verifyMessage } from './signatures.ts'

/** `aggregate`: digests of the sum ciphertexts in order; none for the empty roll, whose certificate retires the opening key. */
export function buildStatement(
  checked: CheckedPlan,
  agreed: { readonly roll: Roll; readonly answerSet: readonly HospitalId[]; readonly aggregate: readonly Digest[] },
): Statement {
  return {
    protocol: PROTOCOL_VERSION,
    plan: checked.planHash,
    key: checked.plan.key,
    roster: checked.rosterHash,
    roll: rollHash(agreed.roll),
    answerSet: agreed.answerSet,
    aggregate: agreed.aggregate,
  }
}

/**
 * All that can be told from statement and roll alone, by anyone: version, plan, opening key, roster, roll hash and shape, A, count of
 * digests. The empty roll is exempt from the size rule. @throws OTHER_VERSION | OTHER_PLAN | OTHER_ROSTER | DIGEST_MISMATCH |
 * BAD_ANSWER_SET | ROLL_* | NOT_INVITED | AGGREGATE_MISMATCH.
 */
export function checkStatement(statement: Statement, roll: Roll, checked: CheckedPlan, least: number = checked.plan.minCohort): void {
  if (statement.protocol !== PROTOCOL_VERSION) throw refuse('OTHER_VERSION', `a statement of protocol ${statement.protocol}`)
  if (statement.plan !== checked.planHash || !sameOpeningKey(statement.key, checked.plan.key)) throw refuse('OTHER_PLAN', 'the statement is about another plan')
  if (statement.roster !== checked.rosterHash) throw refuse('OTHER_ROSTER', 'the statement names another roster')
  checkAnswerSet(statement.answerSet, checked)
  checkRollShape(roll, roll.length === 0 ? 0 : Math.max(least, checked.plan.minCohort))
  if (statement.roll !== rollHash(roll)) throw refuse('DIGEST_MISMATCH', 'the roll is not the one that the statement names')
  checkRollMembers(roll, checked)
  const expected = roll.length === 0 ? 0 : checked.ciphertexts
  if (statement.aggregate.length !== expected)
    throw refuse('AGGREGATE_MISMATCH', `${statement.aggregate.length} ciphertexts in the aggregate, ${expected} in the plan`)
}

/** At least g custodians, in the roster's order, none twice. */
function checkAnswerSet(answerSet: readonly HospitalId[], checked: CheckedPlan): void {
  const indexes = answerSet.map((id) => custodianIndex(checked.roster, id))
  if (indexes.some((x, i) => i > 0 && x <= (indexes[i - 1] as number)))
    throw refuse('BAD_ANSWER_SET', 'the answer set is not in the order of custodians, or names one twice')
  if (indexes.length < checked.g) throw refuse('BAD_ANSWER_SET', `${indexes.length} custodians in the answer set, at least ${checked.g} expected`)
}

export function signStatement(statement: Statement, checked: CheckedPlan, signer: HospitalId, privateKey: SecretBytes): NamedSignature {
  return { signer, signature: signMessage('statement', messageContext(checked), encode(statementCodec, statement), privateKey) }
}

export const verifyStatementSignature = (statement: Statement, checked: CheckedPlan, { signer, signature }: NamedSignature): boolean =>
  verifyMessage('statement', messageContext(checked), encode(statementCodec, statement), signature, memberOf(checked.roster, signer).signKey)

/**
 * A statement with the valid signatures of at least g distinct custodians of A; others are not counted. Two certificates for one
 * opening key share an honest signer (2g - m > f), who signs once: so at most one exists. Returns the statement's hash.
 * @throws NO_CERTIFICATE and what checkStatement throws.
 */
export function checkCertificate(certificate: Certificate, checked: CheckedPlan): Digest {
  const { statement, roll, signatures } = certificate
  checkStatement(statement, roll, checked)
  const signers = new Set(
    signatures.filter((s) => statement.answerSet.includes(s.signer) && verifyStatementSignature(statement, checked, s)).map((s) => s.signer),
  )
  defend('certificate', () => {
    if (signers.size < checked.g) throw refuse('NO_CERTIFICATE', `${signers.size} valid signatures from the answer set, ${checked.g} needed`)
  })
  return statementHash(statement)
}
