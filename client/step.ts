// A hospital's pure step: (state, event) -> state. What was journalled binds this site: one plan an opening key, one block list a
// boundary, one snapshot a boundary, and what a custodian said once.
import { defend } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import { type Digest, type OpeningKey, openingKeyText } from '../core/ids.ts'
import { taskByName } from '../models/index.ts'
import { applyCustody } from '../privacy/custodian/index.ts'
import { jobHash, type Plan, planHash } from '../privacy/messages.ts'
import { agreementStep, underEpoch } from './agreement.ts'
import { readUnder, refundOf, releasedUnder } from './differencing.ts'
import type { ClientEvent, EventOf } from './events.ts'
import type { ClientJob, ClientState, ClientStep, StepKind } from './state.ts'

const put = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): Map<K, V> => new Map(map).set(key, value)

export function step(state: ClientState, event: ClientEvent, nowMs: number): ClientState {
  switch (event.kind) {
    case 'enrolled':
      if (state.enrolment) throw refuse('BAD_TOKEN', 'this client is enrolled already')
      return { ...state, enrolment: event }
    case 'rosterSigned':
    case 'rostersPinned':
    case 'sealingKeyMade':
    case 'sealingKeyWiped':
    case 'keyEpochLearnt':
    case 'epochGivenUp':
      return agreementStep(state, event)
    case 'snapshotTaken': {
      const before = state.snapshots.get(event.snapshot.boundary)
      if (before && before.snapshot.id !== event.snapshot.id) throw refuse('DIFFERENCING', `a second snapshot for ${event.snapshot.boundary}`)
      return { ...state, snapshots: put(state.snapshots, event.snapshot.boundary, event) }
    }
    case 'jobLearnt':
      return jobLearnt(state, event)
    case 'planBound':
      return underEpoch(planBound(state, event), event.plan.plan.keyEpoch)
    case 'planRefused': {
      const text = openingKeyText(event.key)
      const before = state.steps.get(text)
      // Bytes that may have left cannot be taken back: a site that contributed holds the roll to its receipt.
      if (before && before.at.kind !== 'bound' && before.at.kind !== 'refused') throw refuse('SECOND_RECEIPT', `step ${event.key.step}: contributed already`)
      return {
        ...state,
        steps: put(state.steps, text, {
          ...(before ?? { key: event.key, plan: null, planHash: null, signed: null }),
          at: { kind: 'refused', code: event.code },
        }),
      }
    }
    case 'contributed':
      return changeStep({ ...state, today: oneMore(state.today, nowMs) }, event.key, ({ at }) => {
        if (at.kind !== 'bound') throw refuse('SECOND_RECEIPT', 'a second contribution for one opening key')
        return { kind: 'contributed', contribution: { receipt: event.receipt, bytes: event.bytes, nextLocal: event.nextLocal, delivered: false } }
      })
    case 'delivered':
      return changeStep(state, event.key, ({ at }) =>
        at.kind === 'contributed' ? { kind: 'contributed', contribution: { ...at.contribution, delivered: true } } : at,
      )
    case 'custody':
      return { ...state, custody: applyCustody(state.custody, event.event) }
    case 'adopted':
      return adopted(state, event)
    case 'scored':
      return changeJob(state, event.job, (job) => ({ ...job, scored: new Set(job.scored).add(event.stage) }))
    case 'left':
      return { ...state, left: new Set(state.left).add(event.id) }
    case 'fingerprinted': {
      const text = openingKeyText(event.key)
      const before = state.fingerprints.get(text)
      if (before === event.statement) return state
      if (before !== undefined) throw refuse('SECOND_STATEMENT', `a second statement for the fingerprint of step ${event.key.step}`)
      return { ...state, fingerprints: put(state.fingerprints, text, event.statement) }
    }
    case 'ended':
      return ended(state, event)
    default:
      return event satisfies never
  }
}

function jobLearnt(state: ClientState, event: EventOf<'jobLearnt'>): ClientState {
  const hash = jobHash(event.spec)
  if (state.jobs.has(hash)) return state
  const job: ClientJob = {
    hash,
    spec: event.spec,
    stage: -1,
    stageStep: 0,
    step: 0,
    state: null,
    local: null,
    finals: new Map(),
    step0: null,
    scored: new Set(),
  }
  return { ...state, jobs: put(state.jobs, hash, job) }
}

function planBound(state: ClientState, event: EventOf<'planBound'>): ClientState {
  const { plan } = event.plan
  const text = openingKeyText(plan.key)
  const hash = planHash(plan)
  const before = state.steps.get(text)
  defend('one-plan', () => {
    if (before?.planHash && before.planHash !== hash) throw refuse('OTHER_PLAN', `a second plan for step ${plan.key.step}`)
  })
  if (before) return state
  const elsewhere = plan.groups.findIndex((_, group) => group !== plan.key.group && state.steps.get(openingKeyText({ ...plan.key, group }))?.planHash)
  if (elsewhere >= 0) throw refuse('OTHER_PLAN', `this site stands in group ${elsewhere} of step ${plan.key.step} already`)
  const bound: ClientStep = { key: plan.key, plan, planHash: hash, signed: event.plan, at: { kind: 'bound' } }
  return { ...state, steps: put(state.steps, text, bound), reading: readUnder(state.reading, plan, cutsOf(state.jobs.get(plan.key.job), plan)) }
}

/** The borders that the parameters of the plan's stage draw between rows. */
export function cutsOf(job: ClientJob | undefined, plan: Plan): Uint8Array {
  const stage = job?.spec.stages.find((s) => s.name === plan.stage)
  return stage ? taskByName(plan.task).cuts(stage.params) : new Uint8Array()
}

const DAY_MS = 86_400_000
function oneMore(today: ClientState['today'], nowMs: number): ClientState['today'] {
  const day = Math.floor(nowMs / DAY_MS)
  return { day, steps: day === today.day ? today.steps + 1 : 1 }
}
/** Contributions of the day that `nowMs` lies in. */
export const stepsToday = (state: ClientState, nowMs: number): number => (Math.floor(nowMs / DAY_MS) === state.today.day ? state.today.steps : 0)

/** Nothing follows but that the next step comes; what it cost is given back only where it never opens. */
function ended(state: ClientState, { key, how }: EventOf<'ended'>): ClientState {
  const next = changeJob(state, key.job, (job) => {
    if (job.step !== key.step) throw refuse('OTHER_STATE', `step ${key.step} where ${job.step} comes next`)
    return { ...job, step: job.step + 1 }
  })
  const text = openingKeyText(key)
  const reading = how === 'retired' ? refundOf(state.reading, key) : state.reading
  return { ...next, reading, left: leftAfter(state.left, key), steps: put(next.steps, text, over(state.steps.get(text), key, { kind: 'ended', how })) }
}

/** What is kept of a step that is over: which plan it was, and how it ended. */
const over = (before: ClientStep | undefined, key: ClientStep['key'], at: StepKind): ClientStep => ({
  key,
  plan: null,
  planHash: before?.planHash ?? null,
  signed: null,
  at,
})

/** Nothing more leaves about a step that is over but its acknowledgement; with the next end, the last one's has arrived. */
function leftAfter(left: ReadonlySet<string>, key: OpeningKey): ReadonlySet<string> {
  const gone = (id: string): boolean => id.endsWith(` ${openingKeyText(key)}`) || id.startsWith(`acknowledgement adopted ${key.job}.`)
  return new Set([...left].filter((id) => !gone(id)))
}
/** @see leftAfter */
export const isOver = (state: ClientState, key: OpeningKey): boolean => ['adopted', 'ended'].includes(state.steps.get(openingKeyText(key))?.at.kind ?? '')

function adopted(state: ClientState, event: EventOf<'adopted'>): ClientState {
  const before = state.steps.get(openingKeyText(event.key))
  const next = changeJob(state, event.key.job, (job) => {
    if (job.step !== event.key.step) throw refuse('OTHER_STATE', `step ${event.key.step} where ${job.step} comes next`)
    const local = event.counted === 1 && before?.at.kind === 'contributed' ? before.at.contribution.nextLocal : job.local
    const step0 = job.step0 ?? event.step0
    if (event.stageDone === 0 && event.nextState !== null)
      return { ...job, step: job.step + 1, stageStep: job.stageStep + 1, state: event.nextState, local, step0 }
    const name = job.spec.stages[job.stage]?.name
    return {
      ...job,
      step: job.step + 1,
      stage: job.stage + 1,
      stageStep: 0,
      state: null,
      local: null,
      finals: name === undefined || event.nextState === null ? job.finals : put(job.finals, name, event.nextState),
      step0,
    }
  })
  return {
    ...next,
    reading: before?.plan ? releasedUnder(state.reading, before.plan) : state.reading,
    left: leftAfter(state.left, event.key),
    steps: put(next.steps, openingKeyText(event.key), over(before, event.key, { kind: 'adopted' })),
  }
}

function changeJob(state: ClientState, hash: Digest, change: (job: ClientJob) => ClientJob): ClientState {
  const job = state.jobs.get(hash)
  if (!job) throw refuse('NOT_FOUND', `no job ${hash.slice(0, 12)}`)
  return { ...state, jobs: put(state.jobs, hash, change(job)) }
}

function changeStep(state: ClientState, key: ClientStep['key'], change: (step: ClientStep) => StepKind): ClientState {
  const text = openingKeyText(key)
  const found = state.steps.get(text)
  if (!found) throw refuse('NOT_FOUND', `no plan for step ${key.step}`)
  return { ...state, steps: put(state.steps, text, { ...found, at: change(found) }) }
}
