// What the launcher keeps of a run, folded from the daemons' progress records: the same names, counts, bytes and times that they log.
import type { ClientProgress, CoordinatorProgress } from '../../core/progress.ts'

type StepRecord = Extract<CoordinatorProgress, { kind: 'step' }>
/** Moments of a step in their order, each the end of what is named on the right. */
export const PHASES = ['closed', 'stated', 'certified', 'opened', 'released'] as const
export type Phase = (typeof PHASES)[number]

export interface StepTrace {
  readonly step: number
  readonly stage: string
  readonly stageStep: number
  /** Since the start of the run. */
  readonly plannedMs: number
  /** Since the plan. */
  readonly contributions: { readonly member: string; readonly bytes: number; readonly ms: number }[]
  readonly phaseMs: Partial<Record<Phase, number>>
  readonly paused: string[]
  roll: readonly string[]
  certifiedBy: readonly string[]
  readonly cosignedBy: string[]
}
export interface HospitalTrace {
  engine: string | null
  bytesUp: number
  bytesDown: number
  /** stage -> absolute path of a CSV: id, logit, probability. */
  readonly scoreFiles: Map<string, string>
}
export interface Trace {
  readonly startedAtMs: number
  readonly steps: Map<number, StepTrace>
  readonly hospitals: Map<string, HospitalTrace>
  /** stage -> what `evaluate` released */
  readonly evaluations: Map<string, Readonly<Record<string, number>>>
  /** `stage hospital`, as the coordinator was told. */
  readonly scored: Set<string>
  outcome: string | null
}

export const createTrace = (startedAtMs: number, hospitals: readonly string[]): Trace => ({
  startedAtMs,
  steps: new Map(),
  hospitals: new Map(hospitals.map((id) => [id, { engine: null, bytesUp: 0, bytesDown: 0, scoreFiles: new Map() }])),
  evaluations: new Map(),
  scored: new Set(),
  outcome: null,
})

export function followCoordinator(trace: Trace, record: CoordinatorProgress, atMs: number): void {
  if (record.kind === 'step') followStep(trace, record, atMs)
  if (record.kind === 'evaluation') trace.evaluations.set(record.stage, record.metrics)
  if (record.kind === 'scored') trace.scored.add(`${record.stage} ${record.hospital}`)
  if (record.kind === 'finished') trace.outcome = record.outcome
}

function followStep(trace: Trace, record: StepRecord, atMs: number): void {
  const step = trace.steps.get(record.step) ?? newStep(record, atMs - trace.startedAtMs - record.ms)
  trace.steps.set(record.step, step)
  const { event, member } = record
  if (event === 'contributed' && member) step.contributions.push({ member, bytes: record.bytes ?? 0, ms: record.ms })
  if (event === 'cosigned' && member) step.cosignedBy.push(member)
  if (event === 'paused') step.paused.push(...(record.members ?? []))
  if (event === 'stated') step.roll = record.members ?? []
  if (event === 'certified') step.certifiedBy = record.custodians ?? []
  const phase = PHASES.find((p) => p === event)
  if (phase) step.phaseMs[phase] = record.ms
}

const newStep = ({ step, stage, stageStep }: StepRecord, plannedMs: number): StepTrace => ({
  step,
  stage,
  stageStep,
  plannedMs,
  contributions: [],
  phaseMs: {},
  paused: [],
  roll: [],
  certifiedBy: [],
  cosignedBy: [],
})

export function followClient(trace: Trace, hospital: string, record: ClientProgress): void {
  const here = trace.hospitals.get(hospital)
  if (!here) return
  if (record.kind === 'ready') here.engine = record.engine
  if (record.kind === 'scored') here.scoreFiles.set(record.stage, record.file)
  if (record.kind === 'traffic') {
    here.bytesUp = record.bytesUp
    here.bytesDown = record.bytesDown
  }
}

/** The job has ended, its evaluations are told, and every hospital has scored its rows with every published model. */
export function isComplete(trace: Trace, stages: { readonly published: readonly string[]; readonly evaluations: readonly string[] }): boolean {
  const scoredEverywhere = [...trace.hospitals].every(([id, { scoreFiles }]) =>
    stages.published.every((stage) => scoreFiles.has(stage) && trace.scored.has(`${stage} ${id}`)),
  )
  return trace.outcome === 'finished' && scoredEverywhere && stages.evaluations.every((stage) => trace.evaluations.has(stage))
}

export const stepsOf = (trace: Trace, stage: string): readonly StepTrace[] =>
  [...trace.steps.values()].filter((s) => s.stage === stage && s.phaseMs.released !== undefined)
export const releasedSeconds = (step: StepTrace): number => (step.phaseMs.released ?? Number.NaN) / 1000
