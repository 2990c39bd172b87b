// Does what is owed. Each effect ends by posting the event that settles it; killed before that, it is owed again.
import { isRefusal } from '../core/errors.ts'
import type { Digest } from '../core/ids.ts'
import type { CoordinatorContext } from './context.ts'
import { performMembership } from './membership-owed.ts'
import type { CoordinatorEffect } from './owed.ts'
import { makePlan } from './planning.ts'
import { abandonStep, makeStatement, openStep, publishRelease, retireStep } from './steps.ts'

export async function perform(context: CoordinatorContext, effect: CoordinatorEffect, signal: AbortSignal): Promise<void> {
  switch (effect.kind) {
    case 'proposeRoster':
    case 'withdrawRoster':
    case 'activateRoster':
    case 'openKeyEpoch':
    case 'activateKeyEpoch':
      return await performMembership(context, effect)
    case 'plan':
      return await orEnd(context, effect.job.hash, makePlan(context, effect.job))
    case 'close':
      return await context.post({ kind: 'candidatesClosed', key: effect.step })
    case 'extend':
      return await context.post({ kind: 'deadlineExtended', key: effect.step, missing: effect.missing, deadlineMs: context.clock.now() + effect.byMs })
    case 'state':
      return await makeStatement(context, effect.step, signal)
    case 'open':
      return await openStep(context, effect.step, signal)
    case 'widen':
      return await context.post({ kind: 'widened', key: effect.step })
    case 'await':
      context.log.warn({ step: effect.step.step, missing: effect.missing }, 'the step waits for custodians')
      return await context.post({ kind: 'awaited', key: effect.step, missing: effect.missing })
    case 'closeFingerprints':
      context.log.warn({ step: effect.step.step, missing: effect.missing }, 'co-signers refetch whoever signed no fingerprint')
      return await context.post({ kind: 'fingerprintsClosed', key: effect.step, missing: effect.missing })
    case 'release':
      return await publishRelease(context, effect.step)
    case 'retire':
      return await retireStep(context, effect.step)
    case 'abandon':
      return await abandonStep(context, effect.step, effect.code)
    default:
      return effect satisfies never
  }
}

/** A stage that finds no column open has nothing to learn from, and will not: the job ends, by that code. */
async function orEnd(context: CoordinatorContext, job: Digest, work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isRefusal(error, 'CELL_SMALL')) throw error
    context.log.error({ code: error.code, detail: error.message }, 'nothing more of this job may open: it ends')
    await context.post({ kind: 'jobFailed', job, code: error.code })
  }
}
