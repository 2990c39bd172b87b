// Making the next plan of a job: state 0 from public things only, lanes from the task, everything signed.
import { decode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { type HospitalId, type OpeningKey, openingKeyText } from '../core/ids.ts'
import type { FeatureColumn } from '../core/table.ts'
import { type AnyTask, taskByName, type Upstream } from '../models/index.ts'
import { type JobSpec, keySum, type Plan, PROTOCOL_VERSION, queryHash, rosterHash, type Stage, stateHash } from '../privacy/messages.ts'
import { checkPlan, signPlan } from '../privacy/plan.ts'
import { draw } from '../privacy/release.ts'
import { blobs, type CoordinatorContext } from './context.ts'
import { cosigningForm } from './fingerprints.ts'
import { cohortOf } from './membership.ts'
import { type JobState, stageOf } from './state.ts'
import { isStoredQuery } from './step.ts'

export const RANDOMNESS = 'randomness'
export const taskOf = (stage: Stage | null): AnyTask => taskByName(stage?.task ?? RANDOMNESS)

export async function makePlan(context: CoordinatorContext, job: JobState): Promise<void> {
  const { roster, epoch, snapshots } = context.state()
  if (roster.kind !== 'agreed' || epoch.kind !== 'agreed') throw refuse('OTHER_ROSTER', 'no agreed roster and key epoch')
  const stage = stageOf(job)
  const task = taskOf(stage)
  const state = await currentState(context, job, stage)
  const everybody = cohortOf(context.state(), job)
  const blocks = task.disclosure === 'statistic' ? blocksOf(context.state().blocks, everybody, leastBlock(job, roster.roster.corrupt)) : [everybody]
  const cohort = blocks.flat().sort()
  // Whoever left took a block along, or too many left: nobody else may stand in for them in this job.
  if (cohort.length < job.minCohort) return await context.post({ kind: 'jobFailed', job: job.hash, code: 'ROLL_SMALL' })
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
    blocks,
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
  const before = isStoredQuery(proposed) ? context.state().released.get(queryHash(proposed)) : undefined
  if (before) return await reuse(context, job, before)
  const signed = signPlan(proposed, context.signKey)
  // Its own plan must pass what every hospital will check: a plan that none accepts would only pause the job.
  checkPlan(signed, { roster: roster.roster, keyEpoch: epoch.set })
  await context.post({ kind: 'planned', plan: signed })
}

/** The same query was released before: its release is the answer again. Opening it twice would only show its rounding twice. */
async function reuse(context: CoordinatorContext, job: JobState, from: OpeningKey): Promise<void> {
  const phase = context.state().steps.get(openingKeyText(from))?.phase
  if (phase?.kind !== 'released') throw refuse('INTERNAL', `step ${from.step} is not released`)
  const task = taskOf(stageOf(job))
  const stageDone = task.audience === 'coordinator' || task.done(await context.store.readBlob(blobs.state(phase.nextState)))
  await context.post({ kind: 'reused', key: { job: job.hash, step: job.step, group: 0 }, from, nextState: phase.nextState, stageDone })
}

/** Blocks open only with two honest members in them beside f corrupt ones; without a size of the job's own, everybody is one block. */
const leastBlock = (job: JobState, corrupt: number): number => (job.blockMembers === 0 ? 0 : Math.max(job.blockMembers, corrupt + 2))

/**
 * Blocks of the present members. Those fixed before stay as long as all of their members are here; newcomers enter as a whole new block, once they
 * are enough. `least` 0: one block for all, and newcomers wait until they are as many as the smallest block there is.
 */
export function blocksOf(before: readonly (readonly HospitalId[])[], members: readonly HospitalId[], least: number): readonly (readonly HospitalId[])[] {
  const kept = before.filter((block) => block.every((id) => members.includes(id)))
  const known = new Set(before.flat())
  const fresh = members.filter((id) => !known.has(id))
  const size =
    least > 0 ? least : Math.max(1, Math.min(...before.map((block) => block.length), before.length === 0 ? members.length : Number.POSITIVE_INFINITY))
  const count = Math.floor(fresh.length / size)
  // Split evenly: the first ones get one more where it does not come out even.
  const added = Array.from({ length: count }, (_, i) => fresh.slice(Math.ceil((i * fresh.length) / count), Math.ceil(((i + 1) * fresh.length) / count)))
  return [...kept, ...added].sort((a, b) => ((a[0] as HospitalId) < (b[0] as HospitalId) ? -1 : 1))
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

/** SHA-256("draw", use, S_0, statement) of the job's common randomness. */
async function seedOf(context: CoordinatorContext, job: JobState, stage: Stage): Promise<Uint8Array> {
  const first = job.randomness && context.state().steps.get(openingKeyText(job.randomness))
  if (first?.phase.kind !== 'released') throw refuse('INTERNAL', 'the common randomness is not released')
  const s0 = await context.store.readBlob(blobs.keySum(first.phase.keySum))
  return draw(`init/${stage.name}`, decode(keySum, s0), first.phase.statement)
}

export function columnsOf(spec: JobSpec, featureSet: string): readonly FeatureColumn[] {
  const set = spec.featureSets.find((f) => f.name === featureSet)
  if (!set) throw refuse('BAD_CONFIG', `the job does not declare feature set ${featureSet}`)
  return set.columns.map(({ low, high, ...rest }) => ({ ...rest, range: [low, high] as const }))
}
