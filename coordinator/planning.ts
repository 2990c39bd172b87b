// Making the next plan of a job: state 0 from public things only, lanes from the task, everything signed.
import { decode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import type { FeatureColumn } from '../core/table.ts'
import { type AnyTask, taskByName, type Upstream } from '../models/index.ts'
import { type JobSpec, keySum, type Plan, PROTOCOL_VERSION, rosterHash, type Stage, stateHash } from '../privacy/messages.ts'
import { checkPlan, signPlan } from '../privacy/plan.ts'
import { draw } from '../privacy/release.ts'
import { blobs, type CoordinatorContext } from './context.ts'
import { cosigningForm } from './fingerprints.ts'
import { type JobState, stageOf } from './state.ts'

export const RANDOMNESS = 'randomness'
export const taskOf = (stage: Stage | null): AnyTask => taskByName(stage?.task ?? RANDOMNESS)

export async function makePlan(context: CoordinatorContext, job: JobState): Promise<void> {
  const { roster, epoch, snapshots } = context.state()
  if (roster.kind !== 'agreed' || epoch.kind !== 'agreed') throw refuse('OTHER_ROSTER', 'no agreed roster and key epoch')
  const stage = stageOf(job)
  const task = taskOf(stage)
  const state = await currentState(context, job, stage)
  const cohort = roster.roster.members.map((m) => m.id)
  const inputs = stage?.inputs ?? { featureSet: '', boundary: '', splitSeed: '', heldOutPercent: 0, rowCap: 1 }
  const layout = task.layout(state, cohort.length)
  const declared = snapshots.get(inputs.boundary)
  const proposed: Plan = {
    protocol: PROTOCOL_VERSION,
    key: { job: job.hash, step: job.step, group: 0 },
    stage: stage?.name ?? RANDOMNESS,
    task: task.name,
    stageStep: job.stageStep,
    state: stateHash(state),
    groups: [cohort],
    blocks: [cohort],
    inputs,
    audience: task.audience,
    disclosure: task.disclosure,
    layout,
    privacy: stage?.privacy ?? 'exact',
    cosigning: cosigningForm(job.cosigning, cohort.length, layout),
    snapshots: stage ? cohort.map((m) => declared?.get(m)?.snapshot).filter((s) => s !== undefined) : [],
    roster: rosterHash(roster.roster),
    keyEpoch: epoch.hash,
    minCohort: job.minCohort,
    deadlineMs: context.clock.now() + job.stepMs,
  }
  const signed = signPlan(proposed, context.signKey)
  // Its own plan must pass what every hospital will check: a plan that none accepts would only pause the job.
  checkPlan(signed, { roster: roster.roster, keyEpoch: epoch.set })
  await context.post({ kind: 'planned', plan: signed })
}

/** Bytes of the state that the job's next step starts from; state 0 of a stage is made, and kept, here. */
async function currentState(context: CoordinatorContext, job: JobState, stage: Stage | null): Promise<Uint8Array> {
  if (job.state !== null) return await context.store.readBlob(blobs.state(job.state))
  const bytes = stage
    ? await initialState(context, job, stage)
    : taskOf(null).init(new Uint8Array(), { featureSet: '', features: [], upstream: {}, seed: new Uint8Array(32), rowCap: 1 })
  await context.store.putBlob(blobs.state(stateHash(bytes)), bytes)
  return bytes
}

async function initialState(context: CoordinatorContext, job: JobState, stage: Stage): Promise<Uint8Array> {
  const upstream: Record<string, Upstream[string]> = {}
  for (const name of stage.upstream) {
    const final = job.finals.get(name)
    const made = job.spec.stages.find((s) => s.name === name)
    if (final === undefined || made === undefined) throw refuse('BAD_CONFIG', `stage ${stage.name} wants ${name}, which is not an earlier stage`)
    upstream[name] = { task: made.task, state: await context.store.readBlob(blobs.state(final)) }
  }
  const features = columnsOf(job.spec, stage.inputs.featureSet)
  return taskOf(stage).init(stage.params, {
    featureSet: stage.inputs.featureSet,
    features,
    upstream,
    seed: await seedOf(context, job, stage),
    rowCap: stage.inputs.rowCap,
  })
}

/** SHA-256("draw", use, S_0, statement) of the job's step 0. */
async function seedOf(context: CoordinatorContext, job: JobState, stage: Stage): Promise<Uint8Array> {
  const first = context.state().steps.get(`${job.hash}.0.0`)
  if (first?.phase.kind !== 'released') throw refuse('INTERNAL', 'step 0 is not released')
  const s0 = await context.store.readBlob(blobs.keySum(first.phase.keySum))
  return draw(`init/${stage.name}`, decode(keySum, s0), first.phase.statement)
}

export function columnsOf(spec: JobSpec, featureSet: string): readonly FeatureColumn[] {
  const set = spec.featureSets.find((f) => f.name === featureSet)
  if (!set) throw refuse('BAD_CONFIG', `the job does not declare feature set ${featureSet}`)
  return set.columns.map(({ low, high, ...rest }) => ({ ...rest, range: [low, high] as const }))
}
