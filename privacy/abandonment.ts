// A step that will not be released: said by the coordinator, believed by nobody. Members count it as opened already; this only lets them go on.
import { encode, struct } from '../core/codec.ts'
import type { SecretBytes } from '../core/secret.ts'
import type { SignedPlan } from './messages.ts'
import { type CheckedPlan, messageContext } from './plan.ts'
import { requireSignature, signMessage } from './signatures.ts'

const nothing = encode(struct({}), {})

export const signAbandonment = (checked: Pick<CheckedPlan, 'plan' | 'planHash'>, coordinatorKey: SecretBytes): Uint8Array =>
  signMessage('abandonment', messageContext(checked), nothing, coordinatorKey)

/** @throws BAD_SIGNATURE. */
export function checkAbandonment(end: { readonly plan: SignedPlan; readonly signature: Uint8Array }, checked: CheckedPlan): void {
  requireSignature('abandonment', messageContext(checked), nothing, end.signature, checked.roster.coordinatorKey, 'the coordinator')
}
