// Custodians' answers: the sum of the roll's shares, and how any t of them give the sum of keys. No message anywhere carries a
// share of a single member.
import { encode } from '../core/codec.ts'
import { defend } from '../core/defences.ts'
import { type ConsiliumError, isRefusal, refuse } from '../core/errors.ts'
import type { HospitalId } from '../core/ids.ts'
import type { SecretBytes } from '../core/secret.ts'
import { P } from './field.ts'
import { type Answer, type AnswerBody, answerBody, type Certificate, statementHash } from './messages.ts'
import { PARAMETERS } from './parameters.ts'
import { type CheckedPlan, messageContext } from './plan.ts'
import { subsetsFrom } from './roll.ts'
import { custodianIndex, memberOf } from './roster.ts'
import { interpolateAtZero } from './shamir.ts'
import { requireSignature, signMessage } from './signatures.ts'

export const signAnswer = (body: AnswerBody, checked: CheckedPlan, privateKey: SecretBytes): Answer => ({
  body,
  signature: signMessage('answer', messageContext(checked), encode(answerBody, body), privateKey),
})

/** From a member of A, about this statement, under its own index, words below p. @throws OTHER_STATEMENT | OUTSIDE_ANSWER_SET | BAD_BYTES | BAD_SIGNATURE. */
export function checkAnswer({ body, signature }: Answer, certificate: Certificate, checked: CheckedPlan): void {
  if (body.statement !== statementHash(certificate.statement)) throw refuse('OTHER_STATEMENT', `${body.custodian} answers another statement`)
  if (!certificate.statement.answerSet.includes(body.custodian)) throw refuse('OUTSIDE_ANSWER_SET', `${body.custodian} is outside the answer set`)
  if (body.index !== custodianIndex(checked.roster, body.custodian)) throw refuse('BAD_BYTES', `${body.custodian} answers at index ${body.index}`)
  if (body.sum.length !== PARAMETERS.ringDegree || body.sum.some((word) => word >= P))
    throw refuse('BAD_BYTES', `${body.custodian}'s answer is not ${PARAMETERS.ringDegree} words below p`)
  const { signKey } = memberOf(checked.roster, body.custodian)
  defend('author-of-answer', () => requireSignature('answer', messageContext(checked), encode(answerBody, body), signature, signKey, body.custodian))
}

/** Every |S_i| <= 42 n: what a sum of n honest keys always is, and a wrong interpolation is with probability below (84 n / p)^4096. @throws KEY_BOUND. */
export function checkKeyBound(keySum: Int32Array, n: number): void {
  const most = PARAMETERS.binomialBits * n
  const at = keySum.findIndex((v) => v > most || v < -most)
  defend('opening-checked', () => {
    if (at >= 0) throw refuse('KEY_BOUND', `coefficient ${at} of the key sum is ${keySum[at]}, at most ${most} for ${n} keys`)
  })
}

export interface RecoveredKey<Opened> {
  readonly keySum: Int32Array
  /** What `tryOpen` made of it. */
  readonly opened: Opened
  /** Custodians whose signed answer contradicts S; named only where m >= 3f+1, because fewer answers cannot tell who is wrong. */
  readonly blamed: readonly HospitalId[]
}

/**
 * S from any t answers. A set of t is right iff every |S_i| <= 42 n and `tryOpen` (constant lanes, noise) accepts; with more answers the
 * t-subsets are tried in the roster's order. The answers passed checkAnswer.
 * @throws FEW_ANSWERS below t answers; KEY_BOUND, CONSTANT_LANES or NOISE_BOUND where no subset is right.
 */
export async function recoverKeySum<Opened>(
  answers: readonly Answer[],
  certificate: Certificate,
  checked: CheckedPlan,
  tryOpen: (keySum: Int32Array) => Promise<Opened>,
): Promise<RecoveredKey<Opened>> {
  const usable = distinctAnswers(answers)
  if (usable.length < checked.t) throw refuse('FEW_ANSWERS', `${usable.length} answers, ${checked.t} needed`)
  let last: unknown
  const tried: Int32Array[] = []
  for (const subset of subsetsFrom(usable, checked.t).filter((some) => some.length === checked.t)) {
    const keySum = keySumOf(subset)
    if (tried.some((before) => sameWords(before, keySum))) continue
    tried.push(keySum)
    try {
      checkKeyBound(keySum, certificate.roll.length)
      const opened = await tryOpen(keySum)
      return { keySum, opened, blamed: contradicting(usable, subset, keySum, checked) }
    } catch (error) {
      if (!isWrongKey(error)) throw error
      // A sum within its bound that does not open says more than one outside: keep it as the reason.
      if (last === undefined || isRefusal(last, 'KEY_BOUND')) last = error
    }
  }
  throw last
}

/** Whether an opening failed for what was answered or contributed, not for a fault of this machine. */
export const isWrongKey = (error: unknown): error is ConsiliumError =>
  isRefusal(error, 'KEY_BOUND') || isRefusal(error, 'CONSTANT_LANES') || isRefusal(error, 'NOISE_BOUND')
const keySumOf = (answers: readonly Answer[]): Int32Array => interpolateAtZero(answers.map(({ body }) => ({ x: body.index, words: body.sum })))
const sameWords = (a: Int32Array, b: Int32Array): boolean => a.every((v, i) => v === b[i])

/** One answer a custodian, in the order of their index: a second one is the same by right, or its author's fault. */
function distinctAnswers(answers: readonly Answer[]): readonly Answer[] {
  const byIndex = new Map<number, Answer>()
  for (const answer of answers) if (!byIndex.has(answer.body.index)) byIndex.set(answer.body.index, answer)
  return [...byIndex.values()].sort((a, b) => a.body.index - b.body.index)
}

/** Put in the place of one of the right answers, a right one gives the same S and a wrong one never does: its weight at 0 is not 0. */
function contradicting(all: readonly Answer[], right: readonly Answer[], keySum: Int32Array, checked: CheckedPlan): readonly HospitalId[] {
  if (checked.roster.custodians.length < 3 * checked.roster.corrupt + 1) return []
  const others = all.filter((answer) => !right.includes(answer))
  return others.filter((answer) => !sameWords(keySumOf([...right.slice(1), answer]), keySum)).map(({ body }) => body.custodian)
}
