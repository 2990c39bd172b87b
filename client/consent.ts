// A person's word before this site's records are read for a job: the first plan of it is shown, and nothing is computed before the answer.
import { encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import type { Digest } from '../core/ids.ts'
import { openingKeyText } from '../core/ids.ts'
import type { JobSpec, SignedPlan } from '../privacy/messages.ts'
import type { Ask } from '../proto/messages.ts'
import type { ClientContext } from './context.ts'
import { askedJob, type Decisions } from './decisions.ts'
import { nextOpening, withinHours } from './hours.ts'
import type { Policy } from './policy.ts'
import type { ClientJob, ClientState } from './state.ts'

/** A job is asked about as a whole, where the policy asks about any of its tasks. */
const asksAbout = (policy: Policy, spec: JobSpec): boolean => spec.stages.some((stage) => policy.tasks[stage.task]?.consent === 'ask')

/** @throws POLICY where a person refused; CONSENT while nobody has decided: what is asked lies ready for `consilium client plan show`. */
export async function requireConsent(context: ClientContext, plan: SignedPlan, job: ClientJob): Promise<void> {
  if (!asksAbout(context.policy, job.spec)) return
  const decision = context.decisions.get('job', job.hash)
  if (decision === 'approve') return
  if (decision === 'refuse') throw refuse('POLICY', `a person of this hospital refused job ${job.hash.slice(0, 12)}`)
  const signed = await context.link().fetchJob(job.hash)
  context.decisions.ask('job', job.hash, encode(askedJob, { spec: job.spec, signature: signed.subarray(-64), plan }))
  throw refuse('CONSENT', `job ${job.hash.slice(0, 12)} waits for a person: consilium client plan show`)
}

/** What keeps this site from serving an ask now, without being anybody's fault: an undecided job, or the hour. */
export interface Holds {
  /** Jobs that were shown to a person. */
  readonly undecided: Set<Digest>
  isHeld(ask: Ask, state: ClientState, nowMs: number): boolean
  /** When the hour alone will let something go on; null where nothing waits for it. */
  wakeAtMs(asks: readonly Ask[], state: ClientState, nowMs: number): number | null
}

export function createHolds(policy: Policy, decisions: Decisions): Holds {
  const undecided = new Set<Digest>()
  const begins = (ask: Ask, state: ClientState): boolean =>
    ask.kind === 'contribute' && !['contributed', 'refused'].includes(state.steps.get(openingKeyText(ask.key))?.at.kind ?? '')
  const waitsForPerson = (ask: Ask): boolean => ask.kind === 'contribute' && undecided.has(ask.key.job) && decisions.get('job', ask.key.job) === null
  return {
    undecided,
    isHeld: (ask, state, nowMs) => begins(ask, state) && (waitsForPerson(ask) || !withinHours(policy.hours, new Date(nowMs))),
    wakeAtMs(asks, state, nowMs) {
      const waits = !withinHours(policy.hours, new Date(nowMs)) && asks.some((ask) => begins(ask, state) && !waitsForPerson(ask))
      return waits ? nextOpening(policy.hours, nowMs) : null
    },
  }
}
