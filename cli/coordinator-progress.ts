// From the coordinator's events to progress records.

import type { CoordinatorEvent, CoordinatorState, StepState } from '../coordinator/index.ts'
import type { Digest, OpeningKey } from '../core/ids.ts'
import { openingKeyText } from '../core/ids.ts'
import type { CoordinatorProgress } from '../core/progress.ts'
import { type Metrics, parseEvaluation } from '../models/index.ts'
import { contributionBytesOf } from '../privacy/receipt.ts'

type StepRecord = Extract<CoordinatorProgress, { kind: 'step' }>

export function createCoordinatorProgress(
  print: (record: CoordinatorProgress) => void,
  finalState: (job: Digest, stage: string) => Promise<Uint8Array>,
): (event: CoordinatorEvent, state: CoordinatorState, atMs: number) => void {
  const plannedMs = new Map<string, number>()
  return (event, state, atMs) => {
    const inStep = (key: OpeningKey, what: StepRecord['event'], more: Partial<StepRecord> = {}): void => {
      const text = openingKeyText(key)
      const step = state.steps.get(text)
      if (!step) return
      print({
        kind: 'step',
        step: key.step,
        stage: step.plan.stage,
        stageStep: step.plan.stageStep,
        event: what,
        ms: atMs - (plannedMs.get(text) ?? atMs),
        ...more,
      })
    }
    switch (event.kind) {
      case 'enrolled':
        return print({ kind: 'enrolled', hospital: event.hospital, count: state.members.size, of: state.founding?.hospitals.length ?? 0 })
      case 'rosterSigned':
        return state.roster.kind === 'gathering'
          ? undefined
          : print({ kind: 'roster', signed: state.roster.signatures.length, of: state.roster.roster.members.length })
      case 'sealingKeyPublished': {
        const of = state.founding?.custodians.length ?? 0
        return print({ kind: 'keyEpoch', keys: state.epoch.kind === 'agreed' ? of : state.epoch.keys.length, of })
      }
      case 'jobStarted': {
        const job = [...state.jobs.values()].at(-1)
        return job ? print({ kind: 'job', job: job.hash, stages: job.spec.stages.map((s) => s.name) }) : undefined
      }
      case 'planned':
        plannedMs.set(openingKeyText(event.plan.plan.key), atMs)
        return inStep(event.plan.plan.key, 'planned')
      case 'planRefused':
        return inStep(event.key, 'refused', { member: event.member, code: event.code })
      case 'contributed':
        return inStep(event.key, 'contributed', {
          member: event.receipt.body.member,
          bytes: contributionBytesOf(event.receipt.body.ciphertexts.length, event.receipt.body.shares.length),
        })
      case 'deadlineExtended':
      case 'awaited':
        return inStep(event.key, 'paused', { members: [...event.missing] })
      case 'candidatesClosed':
        return inStep(event.key, 'closed')
      case 'reported':
        return inStep(event.key, 'checked', { member: event.report.body.custodian })
      case 'stated':
        return inStep(event.key, 'stated', { members: event.roll.map((e) => e.member) })
      case 'signed':
        return certified(state.steps.get(openingKeyText(event.key)), (custodians) => inStep(event.key, 'certified', { custodians }))
      case 'requestRefused':
        return inStep(event.key, 'refused', { member: event.member, code: event.code })
      case 'answered':
        return inStep(event.key, 'answered', { member: event.answer.body.custodian })
      case 'opened':
        return inStep(event.key, 'opened')
      case 'cosigned':
        return inStep(event.key, 'cosigned', { member: event.signature.signer })
      case 'released':
        inStep(event.key, 'released')
        return afterRelease(event.key, event.stageDone, state, print, finalState)
      case 'reused': {
        const from = state.steps.get(openingKeyText(event.from))?.plan
        if (from) print({ kind: 'step', step: event.key.step, stage: from.stage, stageStep: from.stageStep, event: 'stored', ms: 0 })
        return afterRelease(event.key, event.stageDone, state, print, finalState, from?.stage)
      }
      case 'retired':
        inStep(event.key, 'retired')
        return afterFailure(state, event.key, print)
      case 'abandoned':
        inStep(event.key, 'abandoned', { code: event.code })
        return afterFailure(state, event.key, print)
      case 'jobFailed':
        return print({ kind: 'finished', outcome: `failed: ${event.code}` })
      case 'scored':
        return print({ kind: 'scored', stage: event.stage, hospital: event.member })
      default:
        return undefined
    }
  }
}

/** The moment the g-th signature made the certificate. */
function certified(step: StepState | undefined, tell: (custodians: string[]) => void): void {
  if (step?.phase.kind === 'opening' && step.phase.answers.length === 0) tell(step.phase.signatures.map((s) => s.signer))
}

function afterFailure(state: CoordinatorState, key: OpeningKey, print: (record: CoordinatorProgress) => void): void {
  const outcome = state.jobs.get(key.job)?.outcome
  if (typeof outcome === 'object') print({ kind: 'finished', outcome: `failed: ${outcome.failed}` })
}

/** JSON knows no NaN: a figure that could not open, or of an absent class, is left out. */
const finite = (metrics: Metrics): Record<string, number> => Object.fromEntries(Object.entries(metrics).filter(([, v]) => Number.isFinite(v)))

function afterRelease(
  key: OpeningKey,
  stageDone: boolean,
  state: CoordinatorState,
  print: (record: CoordinatorProgress) => void,
  finalState: (job: Digest, stage: string) => Promise<Uint8Array>,
  name = state.steps.get(openingKeyText(key))?.plan.stage,
): void {
  const job = state.jobs.get(key.job)
  const stage = job?.spec.stages.find((s) => s.name === name)
  if (!job || !stageDone) return
  const finished = (): void => (job.outcome === 'finished' ? print({ kind: 'finished', outcome: 'finished' }) : undefined)
  if (stage?.task !== 'evaluate') return finished()
  void finalState(job.hash, stage.name).then((bytes) => {
    print({ kind: 'evaluation', stage: stage.name, metrics: finite(parseEvaluation(bytes).metrics) })
    finished()
  })
}
