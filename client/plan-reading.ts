// Reading a plan as a stranger would: nothing in it is believed that this site pinned, computed or decided itself.
import { decode, encode } from '../core/codec.ts'
import { defend } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import { type Digest, type OpeningKey, openingKeyText, sameOpeningKey } from '../core/ids.ts'
import { laneLayout } from '../core/lanes.ts'
import type { FeatureColumn } from '../core/table.ts'
import { checkAudiences, taskByName } from '../models/index.ts'
import { checkJobSpec } from '../privacy/job.ts'
import { type JobSpec, jobHash, jobSpec, type KeyEpochSet, type Plan, planHash, type Roster, type SignedPlan, stateHash } from '../privacy/messages.ts'
import { checkPlan, readsRecords } from '../privacy/plan.ts'
import { currentRoster, epochOf, risingEpoch, rosterOf } from './agreed.ts'
import type { ClientContext } from './context.ts'
import { readUnder, spentOn } from './differencing.ts'
import { stateOf } from './job-state.ts'
import { checkPolicy } from './policy.ts'
import { type ClientJob, stageOf } from './state.ts'
import { cutsOf } from './step.ts'

/** The specification behind a job's hash: signed by the coordinator, over a roster that this site follows or followed, and its own feature columns. */
export async function learnJob(context: ClientContext, job: Digest): Promise<ClientJob> {
  const known = context.state().jobs.get(job)
  if (known) return known
  const bytes = await context.link().fetchJob(job)
  const spec = decode(jobSpec, bytes.subarray(0, bytes.length - 64))
  if (jobHash(spec) !== job) throw refuse('OTHER_PLAN', 'the specification is not the one of this job')
  // Started under the roster of its time: the current one, or one that it followed from.
  checkJobSpec(spec, bytes.subarray(bytes.length - 64), await rosterOf(context, spec.roster))
  for (const set of spec.featureSets) checkColumns(set, context.data.columns(set.name))
  for (const stage of spec.stages) taskByName(stage.task).checkParams(stage.params)
  checkAudiences(spec.stages)
  await context.post({ kind: 'jobLearnt', spec })
  return context.state().jobs.get(job) as ClientJob
}

function checkColumns(asked: JobSpec['featureSets'][number], own: readonly FeatureColumn[]): void {
  const same =
    asked.columns.length === own.length && asked.columns.every((c, i) => c.name === own[i]?.name && c.low === own[i]?.range[0] && c.high === own[i]?.range[1])
  if (!same) throw refuse('OTHER_LAYOUT', `feature set ${asked.name}: the job's columns are not this site's`)
}

/** Every check of step 1. Returns the bytes of the state that the contribution is computed from. */
export async function readPlan(context: ClientContext, signed: SignedPlan, key: OpeningKey, job: ClientJob): Promise<Uint8Array> {
  const { plan: proposed } = signed
  if (!sameOpeningKey(proposed.key, key)) throw refuse('OTHER_PLAN', 'the plan is for another opening key')
  const bound = context.state().steps.get(openingKeyText(key))
  defend('one-plan', () => {
    if (bound?.planHash && bound.planHash !== planHash(proposed)) throw refuse('OTHER_PLAN', `a second plan for step ${key.step}`)
  })
  const { roster, keyEpoch } = await agreedFor(context, proposed, bound?.planHash !== undefined && bound.planHash !== null)
  checkPlan(signed, { roster, keyEpoch })
  if (key.step !== job.step) throw refuse('OTHER_STATE', `step ${key.step} where ${job.step} comes next`)
  const invited = proposed.groups[key.group]?.includes(context.hospital) === true
  // A custodian that came with a later roster serves the jobs that ran already, and contributes to none of them.
  if (!invited && !roster.custodians.includes(context.hospital)) throw refuse('NOT_INVITED', 'this site is not in the cohort')
  checkStage(proposed, job)
  defend('site-policy', () => checkPolicy(context.policy, proposed, job.spec))
  if (invited) {
    checkReading(context, proposed, job)
  }
  const state = await stateOf(context, job)
  defend('own-state', () => {
    if (stateHash(state) !== proposed.state) throw refuse('OTHER_STATE', 'the plan starts from another state than this site computed')
  })
  const own = taskByName(proposed.task).layout(state, proposed.groups[key.group]?.length ?? 0)
  if (Buffer.compare(encode(laneLayout, own), encode(laneLayout, proposed.layout)) !== 0)
    throw refuse('OTHER_LAYOUT', `the lanes of ${proposed.stage} are not those of its task`)
  return state
}

/** What was bound once is served under its own roster and keys; what is new must come under those of now. */
async function agreedFor(context: ClientContext, proposed: Plan, bound: boolean): Promise<{ readonly roster: Roster; readonly keyEpoch: KeyEpochSet }> {
  if (bound) return { roster: await rosterOf(context, proposed.roster), keyEpoch: await epochOf(context, proposed.keyEpoch) }
  return { roster: await currentRoster(context, proposed.roster), keyEpoch: await risingEpoch(context, proposed.keyEpoch) }
}

function checkStage(proposed: Plan, job: ClientJob): void {
  const stage = stageOf(job)
  const task = taskByName(stage?.task ?? 'randomness')
  const expected = {
    stage: stage?.name ?? 'randomness',
    task: task.name,
    stageStep: job.stageStep,
    audience: task.audience,
    disclosure: task.disclosure,
    privacy: stage?.privacy ?? 'exact',
  }
  for (const [name, value] of Object.entries(expected)) {
    if (proposed[name as keyof typeof expected] !== value)
      throw refuse('OTHER_PLAN', `${name} is ${String(proposed[name as keyof typeof expected])}, the job says ${value}`)
  }
  if (stage && JSON.stringify(stage.inputs) !== JSON.stringify(proposed.inputs)) throw refuse('OTHER_PLAN', 'the inputs are not those of the job')
}

/** The plan lists this site's own extract, what it reads fits what earlier plans read, and the policy's caps on a snapshot hold. */
function checkReading(context: ClientContext, proposed: Plan, job: ClientJob): void {
  if (!readsRecords(proposed)) return
  const { snapshots, reading } = context.state()
  const own = snapshots.get(proposed.inputs.boundary)
  const listed = proposed.snapshots.find((s) => s.member === context.hospital)
  defend('own-snapshot', () => {
    if (!own || listed?.id !== own.snapshot.id) throw refuse('DIFFERENCING', `the plan does not list this site's snapshot of ${proposed.inputs.boundary}`)
  })
  const after = readUnder(reading, proposed, cutsOf(job, proposed))
  const { jobs, values } = spentOn(after, proposed.inputs.boundary)
  const { jobsPerSnapshot, valuesPerSnapshot } = context.policy.exact
  if (jobs.size > jobsPerSnapshot || values > valuesPerSnapshot)
    throw refuse(
      'QUOTA',
      `exact sums over ${proposed.inputs.boundary}: ${jobs.size} jobs and ${values} values, allowed are ${jobsPerSnapshot} and ${valuesPerSnapshot}`,
    )
}
