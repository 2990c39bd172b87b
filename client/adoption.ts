// Taking a release: verify its proofs as a stranger would, recompute the next state, and only then let it replace the last one.
import { decode, encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { type OpeningKey, openingKeyText, sameOpeningKey } from '../core/ids.ts'
import { dequantise } from '../core/lanes.ts'
import { LIMITS } from '../core/limits.ts'
import { taskByName } from '../models/index.ts'
import { checkAbandonment } from '../privacy/abandonment.ts'
import { custodyOf } from '../privacy/custodian/index.ts'
import {
  keySum,
  keySumHash,
  type Plan,
  planHash,
  queryHash,
  type ReleaseBundle,
  type SealedBundle,
  type StepEnd,
  stateHash,
  statement,
  stepEnd,
} from '../privacy/messages.ts'
import { checkPlan, opensWholeBlocks } from '../privacy/plan.ts'
import { checkBundle, checkSealedBundle } from '../privacy/release.ts'
import { checkCertificate } from '../privacy/statement.ts'
import { collect } from '../proto/index.ts'
import { epochOf, rosterOf } from './agreed.ts'
import { blobs } from './blobs.ts'
import type { ClientContext } from './context.ts'
import { stateOf } from './job-state.ts'
import { learnJob } from './plan-reading.ts'
import { type ClientJob, stageOf } from './state.ts'

export async function adopt(context: ClientContext, key: OpeningKey, signal: AbortSignal): Promise<void> {
  const job = await caughtUp(context, key, signal)
  if (job.step === key.step) await take(context, key, job, signal)
  // Also where the release was taken before a restart: shares are not kept because the power failed here.
  await forget(context, key)
  await context.leaving('acknowledgement', `adopted ${openingKeyText(key)}`, 0, key)
  await context.link().adopted(key)
}

/** The job at this step or past it. A site that came back from a backup has lost releases that it acknowledged: it takes them again first. */
export async function caughtUp(context: ClientContext, key: OpeningKey, signal: AbortSignal): Promise<ClientJob> {
  let job = await learnJob(context, key.job)
  while (job.step < key.step) {
    const missed = { job: key.job, step: job.step, group: 0 }
    await take(context, missed, job, signal)
    await forget(context, missed)
    job = await learnJob(context, key.job)
  }
  return job
}

async function take(context: ClientContext, key: OpeningKey, job: ClientJob, signal: AbortSignal): Promise<void> {
  const end = decode(stepEnd, await collect(context.link().fetchRelease(key, signal), LIMITS.stateBytes))
  switch (end.kind) {
    case 'released':
      requireOwnPlan(context, end.bundle.plan.plan, key)
      return await takeRelease(context, key, end.bundle, job)
    case 'stored':
      await requireSameQuery(context, key, end.bundle.plan.plan, job)
      return await takeRelease(context, key, end.bundle, job)
    case 'sealed':
      if (sameOpeningKey(end.bundle.plan.plan.key, key)) requireOwnPlan(context, end.bundle.plan.plan, key)
      else await requireSameQuery(context, key, end.bundle.plan.plan, job)
      return await takeSealed(context, key, end.bundle, job)
    case 'retired':
    case 'abandoned':
      await checkEnd(context, key, end)
      context.log.warn({ step: key.step, how: end.kind }, 'a step ended without a release')
      return await context.post({ kind: 'ended', key, how: end.kind })
    default:
      return end satisfies never
  }
}

/** The plan that this site bound, if it bound one: of this opening key in any case. */
function requireOwnPlan(context: ClientContext, plan: Plan, key: OpeningKey): void {
  const bound = context.state().steps.get(openingKeyText(key))
  if (!sameOpeningKey(plan.key, key) || (bound?.planHash && bound.planHash !== planHash(plan)))
    throw refuse('OTHER_PLAN', 'the release is of another plan than this site bound')
}

/** A release of another opening key serves only where it answers exactly what comes next here, over this site's own extract if it is among them. */
async function requireSameQuery(context: ClientContext, key: OpeningKey, plan: Plan, job: ClientJob): Promise<void> {
  const stage = stageOf(job)
  if (context.state().steps.get(openingKeyText(key))?.planHash) throw refuse('OTHER_PLAN', `step ${key.step} was planned: no earlier release stands in for it`)
  if (!stage || !opensWholeBlocks(plan)) throw refuse('OTHER_PLAN', 'only a statistic is served from an earlier release')
  const state = await stateOf(context, job)
  const layout = taskByName(stage.task).layout(state, plan.groups[plan.key.group]?.length ?? 0)
  const expected: Plan = { ...plan, stage: stage.name, task: stage.task, state: stateHash(state), inputs: stage.inputs, layout }
  if (queryHash(plan) !== queryHash(expected)) throw refuse('OTHER_PLAN', 'the earlier release answers another question')
  const own = context.state().snapshots.get(plan.inputs.boundary)?.snapshot.id
  const listed = plan.snapshots.find((s) => s.member === context.hospital)?.id
  if (listed !== undefined && listed !== own) throw refuse('DIFFERENCING', 'the earlier release is over another extract of this site')
}

async function checkEnd(context: ClientContext, key: OpeningKey, end: Extract<StepEnd, { kind: 'retired' | 'abandoned' }>): Promise<void> {
  const { plan } = end.plan
  requireOwnPlan(context, plan, key)
  const checked = checkPlan(end.plan, { roster: await rosterOf(context, plan.roster), keyEpoch: await epochOf(context, plan.keyEpoch) })
  if (end.kind === 'abandoned') return checkAbandonment(end, checked)
  checkCertificate(end.certificate, checked)
  if (end.certificate.roll.length > 0) throw refuse('OTHER_STATEMENT', 'a certificate that retires nothing: its roll is not empty')
}

async function takeRelease(context: ClientContext, key: OpeningKey, bundle: ReleaseBundle, job: ClientJob): Promise<void> {
  const { plan } = bundle.plan
  checkBundle(bundle, { roster: await rosterOf(context, plan.roster), keyEpoch: await epochOf(context, plan.keyEpoch) })
  await recompute(context, key, bundle, job)
  const next = stateHash(bundle.nextState)
  await context.store.putBlob(blobs.state(next), bundle.nextState)
  const first = job.stage < 0
  if (first) await context.store.putBlob(blobs.keySum(keySumHash(bundle.keySum)), encode(keySum, bundle.keySum))
  const stageDone = taskByName(plan.task).done(bundle.nextState)
  const counted = sameOpeningKey(plan.key, key) && bundle.certificate.roll.some((entry) => entry.member === context.hospital)
  const step0 = first ? { keySum: keySumHash(bundle.keySum), statement: encode(statement, bundle.certificate.statement) } : null
  await context.post({ kind: 'adopted', key, stageDone: stageDone ? 1 : 0, nextState: next, counted: counted ? 1 : 0, step0 })
}

/** Of a release for the coordinator's eyes a member takes that it happened: its stage is done, and leaves no state here. */
async function takeSealed(context: ClientContext, key: OpeningKey, bundle: SealedBundle, job: ClientJob): Promise<void> {
  const { plan } = bundle.plan
  checkSealedBundle(bundle, { roster: await rosterOf(context, plan.roster), keyEpoch: await epochOf(context, plan.keyEpoch) })
  requireStage(plan, key, job)
  const counted = sameOpeningKey(plan.key, key) && bundle.certificate.roll.some((entry) => entry.member === context.hospital)
  await context.post({ kind: 'adopted', key, stageDone: 1, nextState: null, counted: counted ? 1 : 0, step0: null })
}

/** The plan is of the stage that comes next here (an earlier one that asked the same may have another name), and its release for whom the task says. */
function requireStage(plan: Plan, key: OpeningKey, job: ClientJob): void {
  const stage = stageOf(job)
  const task = taskByName(stage?.task ?? 'randomness')
  const sameStage = !sameOpeningKey(plan.key, key) || plan.stage === (stage?.name ?? 'randomness')
  if (!sameStage || plan.task !== task.name || plan.audience !== task.audience)
    throw refuse('OTHER_PLAN', `a release of ${plan.stage} for ${plan.audience} where ${stage?.name ?? 'randomness'} comes next`)
}

/** A site that holds the state before recomputes the state after; a late one takes it with the custodians' signatures alone. */
async function recompute(context: ClientContext, key: OpeningKey, bundle: ReleaseBundle, job: ClientJob): Promise<void> {
  const { plan } = bundle.plan
  requireStage(plan, key, job)
  const before = await stateOf(context, job)
  if (stateHash(before) !== plan.state) throw refuse('OTHER_STATE', 'the release starts from another state than this site holds')
  const after = taskByName(plan.task).advance(before, dequantise(plan.layout, bundle.release.sums))
  if (stateHash(after) !== stateHash(bundle.nextState)) throw refuse('OTHER_STATE', 'the next state is not what this site computes from the release')
}

/** Shares are wiped and the spooled contribution goes: nothing of the step can be opened from here again. */
async function forget(context: ClientContext, key: OpeningKey): Promise<void> {
  const held = custodyOf(context.state().custody, key)
  if (held && !held.wiped) await context.post({ kind: 'custody', event: { kind: 'sharesWiped', key } })
  await context.store.deleteBlob(blobs.candidates(key))
  await context.store.deleteBlob(blobs.contribution(key))
  await context.store.deleteBlob(blobs.fingerprints(key))
}
