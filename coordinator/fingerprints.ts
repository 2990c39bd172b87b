// The light form of co-signing as the coordinator sees it: which form a plan names, whom it asks for a fingerprint, how long co-signers wait for them.
// Contributors are asked from certification on, beside the custodians' answers: a fingerprint depends on the statement alone, and nothing in it on S.
import { refuse } from '../core/errors.ts'
import type { HospitalId } from '../core/ids.ts'
import type { LaneLayout } from '../core/lanes.ts'
import { ciphertextCount } from '../privacy/lanes.ts'
import type { Cosigning, Roll } from '../privacy/messages.ts'
import { PARAMETERS } from '../privacy/parameters.ts'
import type { Ask } from '../proto/messages.ts'
import type { EventOf } from './events.ts'
import type { StepState } from './state.ts'

/** What a co-signer fetches at most where the full form is chosen: about five seconds at 100 Mbit/s. */
export const FULL_COSIGNING_BYTES = 64 * 2 ** 20

/** `forced`, or full as long as all contributions of the whole cohort are within the limit. */
export const cosigningForm = (forced: Cosigning | null, cohort: number, layout: LaneLayout): Cosigning =>
  forced ?? (cohort * ciphertextCount(layout) * PARAMETERS.ciphertextBytes <= FULL_COSIGNING_BYTES ? 'full' : 'light')

/** The certified roll, while fingerprints of it serve; empty otherwise. */
const askedRoll = ({ plan, phase }: StepState): Roll =>
  plan.cosigning === 'light' && (phase.kind === 'opening' || phase.kind === 'cosigning') ? phase.roll : []

/** Asked to the end of co-signing, also where co-signers wait no longer: one that starts late refetches less. */
export const fingerprintAsks = (step: StepState, member: HospitalId): readonly Ask[] =>
  askedRoll(step).some((entry) => entry.member === member) && !step.fingerprints.has(member) ? [{ kind: 'fingerprint', key: step.key }] : []

/** For whom the co-signers wait. */
export const missingFingerprints = (step: StepState): readonly HospitalId[] =>
  step.fingerprintsClosed
    ? []
    : askedRoll(step)
        .map((entry) => entry.member)
        .filter((member) => !step.fingerprints.has(member))

/** @throws FINGERPRINT_FALSE (two of one member: one of them is), DEADLINE. */
export function fingerprinted(step: StepState, { member, fingerprint }: EventOf<'fingerprinted'>): StepState {
  const before = step.fingerprints.get(member)
  if (before === fingerprint) return step
  if (before !== undefined) throw refuse('FINGERPRINT_FALSE', `${member} signed two fingerprints under one statement`)
  if (!askedRoll(step).some((entry) => entry.member === member)) throw refuse('DEADLINE', `no fingerprint of ${member} serves step ${step.key.step} now`)
  return { ...step, fingerprints: new Map(step.fingerprints).set(member, fingerprint) }
}
