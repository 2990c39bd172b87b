// The coordinator's pure step: (state, event, now) -> state. It refuses by code what is not acceptable now; nothing refused is journalled.
// Signatures and digests are checked by service.ts before an event is made; here only order and membership matter.
// Members repeat calls whose reply they lost: what is there already leaves the very same state, so that it is not journalled twice.
import { defend, defends } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import { type Digest, type HospitalId, type OpeningKey, openingKeyText } from '../core/ids.ts'
import { type Certificate, jobHash, type Plan, planHash, queryHash, receiptHash, statementHash } from '../privacy/messages.ts'
import { thresholds } from '../privacy/parameters.ts'
import { opensWholeBlocks, readsRecords } from '../privacy/plan.ts'
import type { CoordinatorEvent, EventOf } from './events.ts'
import { fingerprinted } from './fingerprints.ts'
import { countStep, membershipStep } from './membership.ts'
import { type CoordinatorState, groupOf, type JobState, type StepPhase, type StepState } from './state.ts'

/** How long custodians that were not needed so far are left alone before they are asked too. */
const PATIENCE_SHARE = 0.25
/** Steps of a job that may end without a release before the job does. */
const MOST_FRUITLESS = 3

type PhaseOf<K extends StepPhase['kind']> = Extract<StepPhase, { kind: K }>
const put = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): Map<K, V> => new Map(map).set(key, value)
const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

export function step(state: CoordinatorState, event: CoordinatorEvent, nowMs: number): CoordinatorState {
  switch (event.kind) {
    case 'founded':
    case 'invited':
    case 'enrolled':
    case 'revoked':
    case 'rosterProposed':
    case 'rosterSigned':
    case 'sealingKeyPublished':
    case 'membershipWanted':
    case 'rosterWithdrawn':
    case 'rosterActivated':
    case 'keyEpochOpened':
    case 'keyEpochActivated':
    case 'keyEpochGivenUp':
      return membershipStep(state, event, nowMs)
    case 'snapshotDeclared': {
      const declared = state.snapshots.get(event.snapshot.boundary) ?? new Map()
      const before = declared.get(event.snapshot.member)
      if (before && before.snapshot.id !== event.snapshot.id)
        throw refuse('DIFFERENCING', `${event.snapshot.member} declared another snapshot for ${event.snapshot.boundary} already`)
      if (before && sameBytes(before.signature, event.signature)) return state
      return { ...state, snapshots: put(state.snapshots, event.snapshot.boundary, put(declared, event.snapshot.member, event)) }
    }
    case 'jobStarted':
      return jobStarted(state, event)
    case 'planned':
      return countStep(planned(state, event))
    case 'planRefused':
      return changeStep(state, event.key, (s) =>
        isSaid(s.refusals.get(event.member), event.code) ? s : { ...s, refusals: put(s.refusals, event.member, event.code) },
      )
    case 'contributed':
      return changeStep(state, event.key, (s) => contributed(s, event))
    case 'deadlineExtended':
      return changePhase(state, event.key, 'collecting', (phase) => ({ ...phase, deadlineMs: event.deadlineMs, paused: event.missing }))
    case 'candidatesClosed':
      return changePhase(state, event.key, 'collecting', (_, s) => ({ kind: 'checking', patienceMs: nowMs + patience(state, s), reports: [] }))
    case 'reported':
      return changePhase(state, event.key, 'checking', (phase) => {
        if (phase.reports.some((r) => r.body.custodian === event.report.body.custodian))
          throw refuse('SECOND_REPORT', `${event.report.body.custodian} reported already`)
        return { ...phase, reports: [...phase.reports, event.report] }
      })
    case 'stated':
      return changePhase(state, event.key, 'checking', (phase, s) => ({
        kind: 'certifying',
        patienceMs: nowMs + patience(state, s),
        reports: phase.reports,
        statement: event.statement,
        statementHash: statementHash(event.statement),
        roll: event.roll,
        signatures: [],
      }))
    case 'signed':
      return changePhase(state, event.key, 'certifying', (phase, s) => signed(state, phase, event, nowMs + patience(state, s)))
    case 'requestRefused':
      return changeStep(state, event.key, (s) => requestRefused(s, event))
    case 'answered':
      return changePhase(state, event.key, 'opening', (phase) => {
        if (phase.answers.some((a) => a.body.custodian === event.answer.body.custodian)) return phase
        return { ...phase, answers: [...phase.answers, event.answer] }
      })
    case 'opened':
      return changePhase(state, event.key, 'opening', ({ answers: _, ...phase }, s) => ({
        ...phase,
        kind: 'cosigning',
        keySum: event.keySum,
        release: event.release,
        nextState: event.nextState,
        cosignatures: [],
        patienceMs: nowMs + patience(state, s),
        widened: false,
      }))
    case 'cosigned':
      return changePhase(state, event.key, 'cosigning', (phase) => {
        if (phase.cosignatures.some((c) => c.signer === event.signature.signer)) return phase
        return { ...phase, cosignatures: [...phase.cosignatures, event.signature] }
      })
    case 'widened':
      // Those asked only now have their time too, before anybody is named as missing.
      return changePhase(state, event.key, 'cosigning', (phase, s) => ({ ...phase, widened: true, patienceMs: nowMs + patience(state, s) }))
    case 'released':
      return released(state, event)
    case 'jobFailed':
      return changeJob(state, event.job, (job) => ({ ...job, outcome: { failed: event.code } }))
    case 'adopted':
      return adopted(state, event)
    case 'scored':
      return changeJob(state, event.job, (job) => scored(job, event))
    case 'awaited':
      return changeStep(state, event.key, (s) => ({ ...s, awaited: { phase: s.phase.kind, members: event.missing } }))
    case 'fingerprinted':
      return changeStep(state, event.key, (s) => fingerprinted(s, event))
    case 'fingerprintsClosed':
      return changePhase(
        changeStep(state, event.key, (s) => ({ ...s, fingerprintsClosed: true })),
        event.key,
        'cosigning',
        (phase, s) => ({
          ...phase,
          patienceMs: nowMs + patience(state, s),
        }),
      )
    case 'retired':
      return retired(state, event)
    case 'abandoned':
      return abandoned(state, event)
    case 'reused':
      return reused(state, event)
    default:
      return event satisfies never
  }
}

function jobStarted(state: CoordinatorState, event: EventOf<'jobStarted'>): CoordinatorState {
  const hash = jobHash(event.spec)
  if (state.jobs.has(hash)) throw refuse('BAD_CONFIG', 'this job was started already')
  const job: JobState = {
    hash,
    spec: event.spec,
    signature: event.signature,
    minCohort: event.minCohort,
    stepMs: event.stepMs,
    cosigning: event.cosigning,
    blockMembers: event.blockMembers,
    stage: -1,
    stageStep: 0,
    step: 0,
    open: false,
    state: null,
    finals: new Map(),
    randomness: null,
    fruitless: 0,
    reused: new Map(),
    releases: [],
    adopted: new Map(),
    scored: new Map(),
    outcome: 'running',
  }
  return { ...state, jobs: put(state.jobs, hash, job) }
}

function planned(state: CoordinatorState, event: EventOf<'planned'>): CoordinatorState {
  const { plan } = event.plan
  const job = state.jobs.get(plan.key.job)
  if (!job || job.open || plan.key.step !== job.step) throw refuse('OTHER_PLAN', `step ${plan.key.step} is not the next one`)
  const opened: StepState = {
    key: plan.key,
    plan,
    planHash: planHash(plan),
    signed: event.plan,
    receipts: new Map(),
    refusals: new Map(),
    requestRefusals: new Map(),
    awaited: null,
    fingerprints: new Map(),
    fingerprintsClosed: false,
    phase: { kind: 'collecting', deadlineMs: plan.deadlineMs, paused: [] },
  }
  const next = changeJob(state, job.hash, (j) => ({ ...j, step: j.step + 1, open: true, state: plan.state }))
  const blocks = opensWholeBlocks(plan) ? plan.blocks : state.blocks
  return { ...next, blocks, steps: put(next.steps, openingKeyText(plan.key), opened) }
}

function contributed(s: StepState, event: EventOf<'contributed'>): StepState {
  const member = event.receipt.body.member
  if (s.phase.kind !== 'collecting') throw refuse('DEADLINE', `the candidates of step ${s.key.step} are closed`)
  if (!groupOf(s).includes(member)) throw refuse('NOT_INVITED', `${member} is not in the cohort of step ${s.key.step}`)
  const before = s.receipts.get(member)
  if (before && receiptHash(before.body) === receiptHash(event.receipt.body)) return s
  defend('one-receipt', () => {
    if (before) throw refuse('SECOND_RECEIPT', `${member} signed another receipt for this opening key`)
  })
  return { ...s, receipts: put(s.receipts, member, event.receipt) }
}

function signed(state: CoordinatorState, phase: PhaseOf<'certifying'>, event: EventOf<'signed'>, patienceMs: number): StepPhase {
  const { signer } = event.signature
  if (!phase.statement.answerSet.includes(signer)) throw refuse('OUTSIDE_ANSWER_SET', `${signer} is outside the answer set`)
  if (phase.signatures.some((s) => s.signer === signer)) return phase
  const signatures = [...phase.signatures, event.signature]
  if (signatures.length < needed(state).g) return { ...phase, signatures }
  if (phase.roll.length === 0) return { kind: 'retired', statement: phase.statement, signatures, ended: false }
  const { reports: _, ...rest } = phase
  return { ...rest, kind: 'opening', patienceMs, signatures, answers: [] }
}

function released(state: CoordinatorState, event: EventOf<'released'>): CoordinatorState {
  let nextState: Digest | null = null
  const opened = changePhase(state, event.key, 'cosigning', (phase) => {
    nextState = phase.nextState
    return { kind: 'released', nextState: phase.nextState, statement: phase.statement, keySum: phase.keySum }
  })
  const kept = withoutEvidence(opened, event.key)
  const plan = opened.steps.get(openingKeyText(event.key))?.plan
  const released = plan && isStoredQuery(plan) ? put(opened.released, queryHash(plan), event.key) : opened.released
  return changeJob({ ...kept, released }, event.key.job, (job) => advanced(job, event.key, nextState, event.stageDone))
}

/** A step that is over is looked up by its plan and its end; who sent what stands in the journal, and in the bundle of its release. */
const withoutEvidence = (state: CoordinatorState, key: OpeningKey): CoordinatorState =>
  changeStep(state, key, (s) => ({ ...s, receipts: new Map(), requestRefusals: new Map(), fingerprints: new Map(), awaited: null }))

/** A statistic of the records: the same question has the same answer. Common randomness must be fresh, an update starts from a fresh state. */
export const isStoredQuery = (plan: Plan): boolean => opensWholeBlocks(plan) && readsRecords(plan)

/** The job after a step that has a next state, and after the last step of a stage. */
function advanced(job: JobState, key: OpeningKey, nextState: Digest | null, stageDone: boolean): JobState {
  const randomness = job.stage < 0 ? key : job.randomness
  const ended: JobState = { ...job, open: false, randomness, fruitless: 0, releases: [...job.releases, key] }
  if (!stageDone || nextState === null) return { ...ended, stageStep: job.stageStep + 1, state: nextState }
  const name = job.spec.stages[job.stage]?.name
  const finals = name === undefined ? job.finals : put(job.finals, name, nextState)
  const stage = job.stage + 1
  return { ...ended, stage, stageStep: 0, state: null, finals, outcome: stage === job.spec.stages.length ? 'finished' : 'running' }
}

/** The step ended without a release: the same is planned again under a new opening key, a few times. */
function fruitless(state: CoordinatorState, key: OpeningKey, code: string): CoordinatorState {
  return changeJob(state, key.job, (job) => {
    const ended: JobState = { ...job, open: false, fruitless: job.fruitless + 1, releases: [...job.releases, key] }
    return ended.fruitless < MOST_FRUITLESS ? ended : { ...ended, outcome: { failed: code } }
  })
}

/** Where a member refused the plan, the same plan would be refused again: the job ends, by the member's code. Else it is planned again. */
function retired(state: CoordinatorState, { key }: EventOf<'retired'>): CoordinatorState {
  const [refusal] = state.steps.get(openingKeyText(key))?.refusals.values() ?? []
  const over = changePhase(state, key, 'retired', (phase) => ({ ...phase, ended: true }))
  const next = fruitless(withoutEvidence(over, key), key, 'ROLL_SMALL')
  return refusal === undefined ? next : changeJob(next, key.job, (job) => ({ ...job, outcome: { failed: refusal } }))
}

/**
 * An update that may have opened is never asked for again from the same state: without noise, the difference of two rolls would show. Nor is common
 * randomness: whoever saw S could choose between two draws. Both end the job, and everybody sees that it ended.
 * So does a count that finds too few persons: asked again, it would find no more.
 */
function abandoned(state: CoordinatorState, { key, code, signature }: EventOf<'abandoned'>): CoordinatorState {
  const next = withoutEvidence(
    changeStep(state, key, (s) => ({ ...s, phase: { kind: 'abandoned', code, signature } })),
    key,
  )
  const plan = next.steps.get(openingKeyText(key))?.plan
  const ended = fruitless(next, key, code)
  const last = code === 'CELL_SMALL' || (plan && !isStoredQuery(plan))
  return last ? changeJob(ended, key.job, (job) => ({ ...job, outcome: { failed: code } })) : ended
}

function reused(state: CoordinatorState, { key, from, nextState, stageDone }: EventOf<'reused'>): CoordinatorState {
  return changeJob(state, key.job, (job) => {
    if (job.open || key.step !== job.step) throw refuse('OTHER_PLAN', `step ${key.step} is not the next one`)
    return { ...advanced(job, key, nextState, stageDone), step: job.step + 1, reused: put(job.reused, key.step, from) }
  })
}

function adopted(state: CoordinatorState, event: EventOf<'adopted'>): CoordinatorState {
  return changeJob(state, event.key.job, (job) => {
    const taken = job.adopted.get(event.member) ?? 0
    const next = job.releases[taken]
    if (!next || openingKeyText(next) !== openingKeyText(event.key)) return job
    return { ...job, adopted: put(job.adopted, event.member, taken + 1) }
  })
}

/** What a member refused stands: said again with other words, it would be an entry of the journal each time. */
const isSaid = (before: string | undefined, code: string): boolean => before !== undefined && (before === code || defends('said-once'))

function requestRefused(s: StepState, { phase, member, code }: EventOf<'requestRefused'>): StepState {
  const what = `${phase} ${member}`
  return isSaid(s.requestRefusals.get(what), code) ? s : { ...s, requestRefusals: put(s.requestRefusals, what, code) }
}

function scored(job: JobState, { stage, member }: EventOf<'scored'>): JobState {
  defend('said-once', () => {
    if (!job.spec.stages.some((s) => s.name === stage && s.publish === 1)) throw refuse('NOT_FOUND', `no published stage ${stage} in this job`)
  })
  const before = job.scored.get(stage)
  return before?.has(member) ? job : { ...job, scored: put(job.scored, stage, new Set(before).add(member)) }
}

function changeJob(state: CoordinatorState, hash: Digest, change: (job: JobState) => JobState): CoordinatorState {
  const job = state.jobs.get(hash)
  if (!job) throw refuse('NOT_FOUND', `no job ${hash.slice(0, 12)}`)
  const changed = change(job)
  return changed === job ? state : { ...state, jobs: put(state.jobs, hash, changed) }
}

function changeStep(state: CoordinatorState, key: OpeningKey, change: (step: StepState) => StepState): CoordinatorState {
  const text = openingKeyText(key)
  const found = state.steps.get(text)
  if (!found) throw refuse('NOT_FOUND', `no step ${key.step} of job ${key.job.slice(0, 12)}`)
  const changed = change(found)
  return changed === found ? state : { ...state, steps: put(state.steps, text, changed) }
}

function changePhase<K extends StepPhase['kind']>(
  state: CoordinatorState,
  key: OpeningKey,
  kind: K,
  change: (phase: PhaseOf<K>, step: StepState) => StepPhase,
): CoordinatorState {
  return changeStep(state, key, (s) => {
    if (s.phase.kind !== kind) throw refuse('DEADLINE', `step ${key.step} is ${s.phase.kind}, not ${kind}`)
    const changed = change(s.phase as PhaseOf<K>, s)
    return changed === s.phase ? s : { ...s, phase: changed }
  })
}

const patience = (state: CoordinatorState, s: StepState): number => (state.jobs.get(s.key.job)?.stepMs ?? 0) * PATIENCE_SHARE

/** t and g of the agreed roster. */
export function needed(state: CoordinatorState): { readonly t: number; readonly g: number } {
  if (state.roster.kind !== 'agreed') throw refuse('OTHER_ROSTER', 'the roster is not agreed yet')
  return thresholds(state.roster.roster.custodians.length, state.roster.roster.corrupt)
}

/** The certificate of a step that has one. */
export function certificateOf(s: StepState): Certificate | null {
  const { phase } = s
  return phase.kind === 'opening' || phase.kind === 'cosigning' ? { statement: phase.statement, roll: phase.roll, signatures: phase.signatures } : null
}
export type { HospitalId }
