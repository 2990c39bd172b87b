// What the coordinator itself owes now, and when it wants to look again. A function of state and time alone.

import { type HospitalId, type OpeningKey, openingKeyText } from '../core/ids.ts'
import type { Effect } from '../core/machine.ts'
import { opensWholeBlocks } from '../privacy/plan.ts'
import { missingFingerprints } from './fingerprints.ts'
import { cohortOf, stepIsOpen } from './membership.ts'
import { type KeyEpochLife, type MembershipEffect, membershipOwed } from './membership-owed.ts'
import { type CoordinatorState, groupOf, type JobState, runningJob, type StepState } from './state.ts'
import { needed } from './step.ts'

export type CoordinatorEffect = Effect &
  (
    | MembershipEffect
    | { readonly kind: 'plan'; readonly job: JobState }
    | { readonly kind: 'extend'; readonly step: OpeningKey; readonly missing: readonly HospitalId[]; readonly byMs: number }
    | { readonly kind: 'close'; readonly step: OpeningKey }
    | { readonly kind: 'state'; readonly step: OpeningKey }
    | { readonly kind: 'open'; readonly step: OpeningKey }
    | { readonly kind: 'widen'; readonly step: OpeningKey }
    | { readonly kind: 'await'; readonly step: OpeningKey; readonly missing: readonly HospitalId[] }
    | { readonly kind: 'release'; readonly step: OpeningKey }
    | { readonly kind: 'closeFingerprints'; readonly step: OpeningKey; readonly missing: readonly HospitalId[] }
    | { readonly kind: 'retire'; readonly step: OpeningKey }
    | { readonly kind: 'abandon'; readonly step: OpeningKey; readonly code: string }
  )
export interface Owed {
  readonly effects: readonly CoordinatorEffect[]
  readonly wakeAtMs: number | null
}
const nothing: Owed = { effects: [], wakeAtMs: null }
const one = (effect: CoordinatorEffect): Owed => ({ effects: [effect], wakeAtMs: null })

export function owed(state: CoordinatorState, nowMs: number, life: KeyEpochLife | null = null): Owed {
  const membership = membershipOwed(state, life, nowMs)
  const work = stepIsOpen(state) || !membership.first ? jobsOwed(state, nowMs) : nothing
  return { effects: [...membership.effects, ...work.effects], wakeAtMs: soonest(membership.wakeAtMs, work.wakeAtMs) }
}
const soonest = (a: number | null, b: number | null): number | null => (a === null || b === null ? (a ?? b) : Math.min(a, b))

function jobsOwed(state: CoordinatorState, nowMs: number): Owed {
  const job = runningJob(state)
  if (!job) return nothing
  if (!job.open) return readyToPlan(state, job) ? one({ key: `plan ${job.hash} ${job.step}`, kind: 'plan', job }) : nothing
  const step = state.steps.get(`${job.hash}.${job.step - 1}.0`)
  return step ? stepOwes(state, job, step, nowMs) : nothing
}

/** The first plan waits until everyone in its cohort froze its extract; later ones do not wait. */
function readyToPlan(state: CoordinatorState, job: JobState): boolean {
  const cohort = cohortOf(state, job)
  return job.spec.stages.every((s) => cohort.every((id) => state.snapshots.get(s.inputs.boundary)?.has(id)))
}

function stepOwes(state: CoordinatorState, job: JobState, step: StepState, nowMs: number): Owed {
  const text = openingKeyText(step.key)
  const effect = (kind: 'close' | 'state' | 'open' | 'widen' | 'release' | 'retire', round: number | string = ''): Owed =>
    one({ key: `${kind} ${text} ${round}`, kind, step: step.key })
  const { phase } = step
  switch (phase.kind) {
    case 'collecting':
      return collecting(job, step, phase, nowMs)
    case 'checking': {
      const silent = custodiansOf(state).filter((c) => !phase.reports.some((r) => r.body.custodian === c))
      const enough = silent.length === 0 || (phase.reports.length >= needed(state).g && nowMs >= phase.patienceMs)
      return enough ? effect('state', phase.reports.length) : waiting(step, phase.patienceMs, silent, nowMs)
    }
    case 'certifying':
      if (able(step, phase.statement.answerSet, 'sign') < needed(state).g) return abandon(step, 'sign')
      return waiting(
        step,
        phase.patienceMs,
        phase.statement.answerSet.filter((c) => !phase.signatures.some((s) => s.signer === c)),
        nowMs,
      )
    case 'opening':
      // A wrong answer among the first t makes the opening fail: it is tried again with each further answer.
      if (phase.answers.length >= needed(state).t) return effect('open', phase.answers.length)
      if (able(step, phase.statement.answerSet, 'answer') < needed(state).t) return abandon(step, 'answer')
      return waiting(
        step,
        phase.patienceMs,
        phase.statement.answerSet.filter((c) => !phase.answers.some((a) => a.body.custodian === c)),
        nowMs,
      )
    case 'cosigning': {
      const missing = missingFingerprints(step)
      if (missing.length > 0)
        return nowMs < phase.patienceMs
          ? { effects: [], wakeAtMs: phase.patienceMs }
          : one({ key: `closeFingerprints ${text}`, kind: 'closeFingerprints', step: step.key, missing })
      if (phase.cosignatures.length >= needed(state).t) return effect('release')
      if (able(step, phase.statement.answerSet, 'cosign') < needed(state).t) return abandon(step, 'cosign')
      if (!phase.widened) return nowMs < phase.patienceMs ? { effects: [], wakeAtMs: phase.patienceMs } : effect('widen')
      return waiting(
        step,
        phase.patienceMs,
        phase.statement.answerSet.filter((c) => !phase.cosignatures.some((s) => s.signer === c)),
        nowMs,
      )
    }
    case 'retired':
      return phase.ended ? nothing : effect('retire')
    case 'released':
    case 'abandoned':
      return nothing
    default:
      return phase satisfies never
  }
}

/** Custodians of A that have not refused for good: a refusal is a verdict on the request, never said for what passes. */
const able = (step: StepState, answerSet: readonly HospitalId[], phase: 'sign' | 'answer' | 'cosign'): number =>
  answerSet.filter((c) => !step.requestRefusals.has(`${phase} ${c}`)).length

function abandon(step: StepState, phase: 'sign' | 'answer' | 'cosign'): Owed {
  const code = [...step.requestRefusals].find(([what]) => what.startsWith(`${phase} `))?.[1] ?? 'INTERNAL'
  return one({ key: `abandon ${openingKeyText(step.key)}`, kind: 'abandon', step: step.key, code })
}

const custodiansOf = (state: CoordinatorState): readonly HospitalId[] => (state.roster.kind === 'agreed' ? state.roster.roster.custodians : [])

/** Too few have spoken: once their time is over the journal names who is missing, again when it is others; nothing else can be done without them. */
function waiting(step: StepState, patienceMs: number, missing: readonly HospitalId[], nowMs: number): Owed {
  if (nowMs < patienceMs) return { effects: [], wakeAtMs: patienceMs }
  const named = step.awaited?.phase === step.phase.kind && step.awaited.members.join() === missing.join()
  return named ? nothing : one({ key: `await ${openingKeyText(step.key)} ${step.phase.kind} ${missing.join()}`, kind: 'await', step: step.key, missing })
}

/**
 * Closes when everybody has spoken, or at the deadline. Exact statistics open over whole blocks, so a missing member drops its block; with too few
 * left (one block: with nobody) the step pauses: nobody was asked to sign yet, the key stays open to a new deadline. Updates go on without it.
 * A refusal of a plan is final: where nobody else is missing after a pause, it closes too: the empty roll retires the key, and the job ends by the refusal's code.
 */
function collecting(job: JobState, step: StepState, { deadlineMs, paused }: Extract<StepState['phase'], { kind: 'collecting' }>, nowMs: number): Owed {
  const text = openingKeyText(step.key)
  const missing = groupOf(step).filter((m) => !step.receipts.has(m))
  const silent = missing.filter((m) => !step.refusals.has(m))
  const mayLack = admissible(step) >= Math.max(job.minCohort, step.plan.minCohort)
  const hopeless = paused.length > 0 && silent.length === 0 && nowMs >= deadlineMs
  if (missing.length === 0 || hopeless || (mayLack && (silent.length === 0 || nowMs >= deadlineMs)))
    return one({ key: `close ${text}`, kind: 'close', step: step.key })
  if (nowMs < deadlineMs) return { effects: [], wakeAtMs: deadlineMs }
  return one({ key: `extend ${text} ${deadlineMs}`, kind: 'extend', step: step.key, missing, byMs: job.stepMs })
}

/** Members over whom the step could open with what is here now. */
function admissible(step: StepState): number {
  if (!opensWholeBlocks(step.plan)) return step.receipts.size
  return step.plan.blocks
    .filter((block) => block.every((id) => step.receipts.has(id)))
    .flat()
    .filter((id) => groupOf(step).includes(id)).length
}
