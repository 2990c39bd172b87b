// One federation from its first key to the last score: starts the daemons, follows their records, ends when all is done.

import { type ErrorCode, isErrorCode, refuse } from '../../core/errors.ts'
import { type CoordinatorProgress, clientProgress, coordinatorProgress } from '../../core/progress.ts'
import type { DemoClaims } from './claims.ts'
import type { Daemons } from './daemons.ts'
import { COORDINATOR, configOf, logOf, writeCoordinator, writeHospital } from './places.ts'
import { EVALUATION_STAGE, MODEL_STAGE, type Recipe } from './plan.ts'
import { createTrace, followClient, followCoordinator, isComplete, type Trace } from './trace.ts'

export interface RunOptions {
  readonly work: string
  readonly claims: DemoClaims
  readonly recipe: Recipe
  readonly daemons: Daemons
  /** From when times are counted. */
  readonly begunMs: number
  /** For people: called after the trace has taken the record. */
  readonly tell: (record: CoordinatorProgress, trace: Trace) => void
  readonly signal: AbortSignal
}

/** Nothing has been heard of the coordinator for this long: some hospital is missing and does not come back. */
const SILENCE_MS = 90_000
const STAGES = { published: Object.values(MODEL_STAGE), evaluations: Object.values(EVALUATION_STAGE) } as const

/** @throws PAUSED where the federation stands still; the job's own code where it failed; DaemonEnded. */
export async function runFederation(options: RunOptions): Promise<Trace> {
  const { work, claims, recipe, daemons, signal } = options
  const trace = createTrace(
    options.begunMs,
    claims.hospitals.map((h) => h.id),
  )
  const complete = Promise.withResolvers<void>()
  const listening = Promise.withResolvers<Readonly<Record<string, string>>>()
  listening.promise.catch(() => undefined)
  const silence = createSilence(() => complete.reject(refuse('PAUSED', `${standstill(trace)}; the daemons' logs are in ${work}`)))
  signal.addEventListener('abort', () => complete.reject(signal.reason), { once: true })
  daemons.failure.catch((error: unknown) => {
    complete.reject(error)
    listening.reject(error)
  })
  const look = (): void => {
    if (trace.outcome !== null && trace.outcome !== 'finished') complete.reject(failureOf(trace.outcome))
    if (isComplete(trace, STAGES)) complete.resolve()
  }

  try {
    await writeCoordinator(work, claims, recipe)
    daemons.start({
      name: COORDINATOR,
      args: ['coordinator', 'start', '--config', configOf(work, COORDINATOR), '--progress', 'json'],
      logFile: logOf(work, COORDINATOR),
      parse: (record) => coordinatorProgress.parse(record),
      onRecord(record) {
        silence.restart()
        followCoordinator(trace, record, Date.now())
        options.tell(record, trace)
        if (record.kind === 'listening') listening.resolve(record.invitations)
        look()
      },
    })
    const invitations = await Promise.race([listening.promise, complete.promise.then(() => ({}))])
    for (const { id } of claims.hospitals)
      await writeHospital(work, claims.hospitals.find((h) => h.id === id) as DemoClaims['hospitals'][number], invitationOf(invitations, id), recipe)
    for (const { id } of claims.hospitals)
      daemons.start({
        name: id,
        args: ['client', 'start', '--config', configOf(work, id), '--progress', 'json'],
        logFile: logOf(work, id),
        parse: (record) => clientProgress.parse(record),
        onRecord(record) {
          followClient(trace, id, record)
          look()
        },
      })
    await complete.promise
    return trace
  } finally {
    silence.end()
  }
}

function invitationOf(invitations: Readonly<Record<string, string>>, hospital: string): string {
  const file = invitations[hospital]
  if (file === undefined) throw refuse('INTERNAL', `the coordinator wrote no invitation for ${hospital}`)
  return file
}

/** `failed: CODE`, as the coordinator says it. */
function failureOf(outcome: string): Error {
  const code = outcome.replace(/^failed: /, '')
  return refuse(isErrorCode(code) ? (code as ErrorCode) : 'INTERNAL', `the job ended: ${outcome}`)
}

/** Where the run stands still, for whoever looks for the reason. */
function standstill(trace: Trace): string {
  const last = [...trace.steps.values()].at(-1)
  if (!last) return `no step was planned: ${trace.hospitals.size} hospitals were expected`
  const missing = [...trace.hospitals.keys()].filter((id) => !last.contributions.some((c) => c.member === id))
  return `step ${last.step} (${last.stage}) does not go on${missing.length > 0 ? `; no contribution of ${missing.join(', ')}` : ''}`
}

interface Silence {
  restart(): void
  end(): void
}
function createSilence(onSilence: () => void): Silence {
  let timer = setTimeout(onSilence, SILENCE_MS)
  return {
    restart() {
      clearTimeout(timer)
      timer = setTimeout(onSilence, SILENCE_MS)
    },
    end: () => clearTimeout(timer),
  }
}
