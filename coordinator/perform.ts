// Does what is owed. Each effect ends by posting the event that settles it; killed before that, it is owed again.
import type { HospitalId } from '../core/ids.ts'
import { PROTOCOL_VERSION, type Roster } from '../privacy/messages.ts'
import { checkRoster } from '../privacy/roster.ts'
import type { CoordinatorContext } from './context.ts'
import type { CoordinatorEffect } from './owed.ts'
import { makePlan } from './planning.ts'
import { makeStatement, openStep, publishRelease } from './steps.ts'

export async function perform(context: CoordinatorContext, effect: CoordinatorEffect, signal: AbortSignal): Promise<void> {
  switch (effect.kind) {
    case 'proposeRoster':
      return await context.post({ kind: 'rosterProposed', roster: firstRoster(context) })
    case 'plan':
      return await makePlan(context, effect.job)
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
    case 'release':
      return await publishRelease(context, effect.step)
    default:
      return effect satisfies never
  }
}

function firstRoster(context: CoordinatorContext): Roster {
  const { founding, members } = context.state()
  if (!founding) throw new Error('unreachable: a roster is proposed after founding')
  const ordered = [...members.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  const roster: Roster = {
    protocol: PROTOCOL_VERSION,
    federation: founding.federation,
    version: 1,
    previous: null,
    coordinatorKey: founding.coordinatorKey,
    members: ordered.map(({ id, name, signKey, tlsKey }) => ({ id, name, signKey, tlsKey })),
    custodians: founding.custodians as readonly HospitalId[],
    corrupt: founding.corrupt,
  }
  checkRoster(roster)
  return roster
}
