// A hospital's part in one step: read the plan as a stranger would, compute, encrypt under a one-time key, make it durable, send it.
// After the first byte has left, a restart sends the same bytes: the spool is what is sent, never a second computation.
import { decode, encode } from '../core/codec.ts'
import { type ErrorCode, refuse, toConsiliumError } from '../core/errors.ts'
import { type Digest, type OpeningKey, openingKeyText, sameOpeningKey } from '../core/ids.ts'
import { laneLayout } from '../core/lanes.ts'
import { LIMITS } from '../core/limits.ts'
import type { FeatureColumn, SplitTable, Table } from '../core/table.ts'
import { taskByName, type Upstream } from '../models/index.ts'
import { contributeJob } from '../models/jobs.ts'
import { checkJobSpec } from '../privacy/job.ts'
import { encryptJob } from '../privacy/jobs.ts'
import {
  type JobSpec,
  jobHash,
  jobSpec,
  keyEpoch,
  keyEpochHash,
  keySum,
  type Plan,
  plan,
  planHash,
  receipt,
  receiptBody,
  receiptHash,
  roster,
  rosterHash,
  type SignedPlan,
  type Stage,
  signedPlan,
  stateHash,
  statement,
} from '../privacy/messages.ts'
import { checkPlan } from '../privacy/plan.ts'
import { draw } from '../privacy/release.ts'
import { checkFirstRoster, checkKeyEpoch } from '../privacy/roster.ts'
import { signMessage } from '../privacy/signatures.ts'
import { rosterBundle } from '../proto/messages.ts'
import type { ClientContext } from './context.ts'
import { signKey } from './membership.ts'
import { checkPolicy } from './policy.ts'
import { type ClientJob, type ClientState, type StepKind, stageOf } from './state.ts'
import { blockListHash } from './step.ts'

export const blobs = {
  contribution: (key: OpeningKey): string => `contribution.${openingKeyText(key)}`,
  local: (key: OpeningKey): string => `local.${openingKeyText(key)}`,
  state: (hash: Digest): string => `state.${hash}`,
  candidates: (key: OpeningKey): string => `candidates.${openingKeyText(key)}`,
  keySum: (hash: Digest): string => `keysum.${hash}`,
} as const

const NO_TABLE: Table = { featureSet: '', features: [], rows: 0, x: new Float64Array(0), y: new Uint8Array(0), amountFen: new Float64Array(0), ids: [] }
const NO_ROWS: SplitTable = { train: NO_TABLE, heldOut: NO_TABLE }

/** Codes of this site's own checks after which the same plan cannot become acceptable: it says so, by code, and rests. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'POLICY',
  'OTHER_PLAN',
  'OTHER_STATE',
  'OTHER_LAYOUT',
  'OTHER_ROSTER',
  'OTHER_EPOCH',
  'BAD_SIGNATURE',
  'BAD_LAYOUT',
  'BAD_BYTES',
  'TOO_LARGE',
  'NOT_INVITED',
  'DIFFERENCING',
  'BUDGET',
  'BAD_DATA',
  'BAD_PLAN',
  'OTHER_VERSION',
  'ROLL_DUPLICATE',
  'ROLL_SMALL',
  'SECOND_RECEIPT',
  'BAD_PARAMETERS',
])

export async function contribute(context: ClientContext, key: OpeningKey, signal: AbortSignal): Promise<void> {
  const at = (): StepKind | undefined => context.state().steps.get(openingKeyText(key))?.at
  if (at()?.kind === undefined || at()?.kind === 'bound') await prepareOrRefuse(context, key, signal)
  const now = at()
  if (now?.kind === 'refused') return await tellRefusal(context, key, now.code)
  // From here on a failure, whatever code the other side gives it, is no verdict on the plan: the same bytes are sent again.
  await deliver(context, key, signal)
}

async function prepareOrRefuse(context: ClientContext, key: OpeningKey, signal: AbortSignal): Promise<void> {
  try {
    await prepare(context, key, signal)
  } catch (error) {
    const fault = toConsiliumError(error)
    if (!FINAL.has(fault.code)) throw error
    context.log.warn({ step: key.step, code: fault.code, detail: fault.message }, 'plan refused')
    await context.post({ kind: 'planRefused', key, code: fault.code })
  }
}

async function tellRefusal(context: ClientContext, key: OpeningKey, code: string): Promise<void> {
  await context.leaving('plan refusal', `refusal ${openingKeyText(key)}`, code.length, key)
  await context.link().refusePlan(key, code)
}

async function prepare(context: ClientContext, key: OpeningKey, signal: AbortSignal): Promise<void> {
  const signed = decode(signedPlan, await context.link().fetchPlan(key))
  const job = await learnJob(context, key.job)
  const stateBytes = await readPlan(context, signed, key, job)
  await context.post({ kind: 'planBound', plan: signed })
  const { plan: agreed } = signed
  // Common randomness reads no records.
  const data = agreed.layout.segments.length === 0 ? NO_ROWS : await context.data.table(agreed.inputs)
  const local = job.local === null ? null : await context.store.readBlob(job.local)
  const computed = await context.work.run(
    contributeJob,
    { task: agreed.task, state: stateBytes, local, data, rowCap: agreed.inputs.rowCap, layout: agreed.layout, seed: null },
    { signal },
  )
  const pinned = pinnedRoster(context)
  const made = await context
    .secretWork(key.job)
    .run(
      encryptJob,
      {
        cipher: context.cipher,
        plan: encode(plan, agreed),
        stateHash: agreed.state,
        member: context.hospital,
        roster: encode(roster, pinned.roster),
        keyEpoch: encode(keyEpoch, await epochOf(context, agreed.keyEpoch)),
        quantised: computed.vector,
      },
      { signal },
    )
  const body = decode(receiptBody, made.receiptBody)
  const spool = Buffer.concat([...made.ciphertexts, ...made.sealedShares])
  const signature = signMessage('receipt', { plan: planHash(agreed), key }, made.receiptBody, await signKey(context))
  // The step may have gone on without this site meanwhile: nothing is kept for it.
  if (signal.aborted) throw refuse('CANCELLED', `step ${key.step} is over`)
  // Ciphertexts, shares, receipt and next local state are durable before the first byte leaves.
  await context.store.putBlob(blobs.contribution(key), spool)
  await context.store.putBlob(blobs.local(key), computed.nextLocal)
  await context.post({ kind: 'contributed', key, receipt: { body, signature }, bytes: spool.length, nextLocal: blobs.local(key) })
}

async function deliver(context: ClientContext, key: OpeningKey, signal: AbortSignal): Promise<void> {
  const step = context.state().steps.get(openingKeyText(key))
  if (step?.at.kind !== 'contributed') return
  const { contribution } = step.at
  const header = encode(receipt, contribution.receipt)
  const offset = await context.link().contributionOffset(key, receiptHash(contribution.receipt.body))
  await context.leaving('contribution', `contribution ${openingKeyText(key)}`, contribution.bytes + header.length, key)
  await context.link().contribute(key, header, offset, chunks(context, blobs.contribution(key), offset), signal)
  if (!contribution.delivered) await context.post({ kind: 'delivered', key })
}

/** The receipt of this site's contribution, from the moment its first byte may have left; null before, and where it did not contribute. */
export function receiptThatLeft({ steps, left }: ClientState, key: OpeningKey): Digest | null {
  const at = steps.get(openingKeyText(key))?.at
  return at?.kind === 'contributed' && left.has(`contribution contribution ${openingKeyText(key)}`) ? receiptHash(at.contribution.receipt.body) : null
}

async function* chunks(context: ClientContext, blob: string, from: number): AsyncIterable<Uint8Array> {
  const size = (await context.store.blobSize(blob)) ?? 0
  for (let at = from; at < size; at += LIMITS.chunkBytes) yield await context.store.readBlob(blob, at, LIMITS.chunkBytes)
}

/** The specification behind a job's hash: signed by the coordinator, over this site's roster and its own feature columns. */
export async function learnJob(context: ClientContext, job: Digest): Promise<ClientJob> {
  const known = context.state().jobs.get(job)
  if (known) return known
  const bytes = await context.link().fetchJob(job)
  const spec = decode(jobSpec, bytes.subarray(0, bytes.length - 64))
  if (jobHash(spec) !== job) throw refuse('OTHER_PLAN', 'the specification is not the one of this job')
  const pinned = pinnedRoster(context)
  await requireAgreedRoster(context, pinned.hash)
  checkJobSpec(spec, bytes.subarray(bytes.length - 64), pinned.roster)
  for (const set of spec.featureSets) checkColumns(set, context.data.columns(set.name))
  for (const stage of spec.stages) taskByName(stage.task).checkParams(stage.params)
  await context.post({ kind: 'jobLearnt', spec })
  return context.state().jobs.get(job) as ClientJob
}

/** Every first member signed the very roster that this site pinned: no plan is followed over one that others never saw. */
async function requireAgreedRoster(context: ClientContext, pinned: Digest): Promise<void> {
  const bundle = decode(rosterBundle, await context.link().fetchRoster())
  const agreed = decode(roster, bundle.roster)
  if (rosterHash(agreed) !== pinned) throw refuse('OTHER_ROSTER', 'the coordinator shows another roster than the one agreed to')
  checkFirstRoster({ roster: agreed, signatures: bundle.signatures })
}

function checkColumns(asked: JobSpec['featureSets'][number], own: readonly FeatureColumn[]): void {
  const same =
    asked.columns.length === own.length && asked.columns.every((c, i) => c.name === own[i]?.name && c.low === own[i]?.range[0] && c.high === own[i]?.range[1])
  if (!same) throw refuse('OTHER_LAYOUT', `feature set ${asked.name}: the job's columns are not this site's`)
}

/** Every check of step 1. Returns the bytes of the state that the contribution is computed from. */
export async function readPlan(context: ClientContext, signed: SignedPlan, key: OpeningKey, job: ClientJob): Promise<Uint8Array> {
  const { plan: proposed } = signed
  const pinned = pinnedRoster(context)
  if (!sameOpeningKey(proposed.key, key)) throw refuse('OTHER_PLAN', 'the plan is for another opening key')
  const bound = context.state().steps.get(openingKeyText(key))
  if (bound?.planHash && bound.planHash !== planHash(proposed)) throw refuse('OTHER_PLAN', `a second plan for step ${key.step}`)
  checkPlan(signed, { roster: pinned.roster, keyEpoch: await epochOf(context, proposed.keyEpoch) })
  if (key.step !== job.step) throw refuse('OTHER_STATE', `step ${key.step} where ${job.step} comes next`)
  if (!proposed.groups[key.group]?.includes(context.hospital)) throw refuse('NOT_INVITED', 'this site is not in the cohort')
  checkStage(proposed, job)
  checkPolicy(context.policy, proposed, job.spec)
  checkSnapshot(context, proposed)
  checkSingleUpdate(context, proposed)
  const state = await stateOf(context, job)
  if (stateHash(state) !== proposed.state) throw refuse('OTHER_STATE', 'the plan starts from another state than this site computed')
  const own = taskByName(proposed.task).layout(state, proposed.groups[key.group]?.length ?? 0)
  if (Buffer.compare(encode(laneLayout, own), encode(laneLayout, proposed.layout)) !== 0)
    throw refuse('OTHER_LAYOUT', `the lanes of ${proposed.stage} are not those of its task`)
  return state
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

function checkSnapshot(context: ClientContext, proposed: Plan): void {
  if (proposed.task === 'randomness') return
  const own = context.state().snapshots.get(proposed.inputs.boundary)
  const listed = proposed.snapshots.find((s) => s.member === context.hospital)
  if (!own || listed?.id !== own.snapshot.id) throw refuse('DIFFERENCING', `the plan does not list this site's snapshot of ${proposed.inputs.boundary}`)
  const earlier = context.state().blockLists.get(proposed.inputs.boundary)
  if (proposed.privacy === 'exact' && proposed.disclosure === 'statistic' && earlier !== undefined && earlier !== blockListHash(proposed.blocks)) {
    throw refuse('DIFFERENCING', `a second block list for ${proposed.inputs.boundary}`)
  }
}

/** Without noise, two sums of updates from one state over two rolls reveal their difference: a site serves one step for each (task, state). */
function checkSingleUpdate(context: ClientContext, proposed: Plan): void {
  if (proposed.disclosure !== 'update' || proposed.privacy === 'dp') return
  const other = [...context.state().steps.values()].find(
    (s) => s.plan && s.plan.task === proposed.task && s.plan.state === proposed.state && !sameOpeningKey(s.key, proposed.key),
  )
  if (other) throw refuse('DIFFERENCING', `step ${other.key.step} started from the same state with the same task`)
}

/** The state that the next step of the job starts from: the last release's, or init() from public things only. */
export async function stateOf(context: ClientContext, job: ClientJob): Promise<Uint8Array> {
  if (job.state !== null) return await context.store.readBlob(blobs.state(job.state))
  const stage = stageOf(job)
  const bytes = stage
    ? await initialStateOf(context, job, stage)
    : taskByName('randomness').init(new Uint8Array(), { featureSet: '', features: [], upstream: {}, seed: new Uint8Array(32), rowCap: 1 })
  await context.store.putBlob(blobs.state(stateHash(bytes)), bytes)
  return bytes
}

async function initialStateOf(context: ClientContext, job: ClientJob, stage: Stage): Promise<Uint8Array> {
  const upstream: Record<string, Upstream[string]> = {}
  for (const name of stage.upstream) {
    const final = job.finals.get(name)
    const task = job.spec.stages.find((s) => s.name === name)?.task
    if (final === undefined || task === undefined) throw refuse('OTHER_STATE', `stage ${name} has no final state here yet`)
    upstream[name] = { task, state: await context.store.readBlob(blobs.state(final)) }
  }
  if (!job.step0) throw refuse('OTHER_STATE', 'the common randomness of the job is not known here')
  const s0 = decode(keySum, await context.store.readBlob(blobs.keySum(job.step0.keySum)))
  const seed = draw(`init/${stage.name}`, s0, decode(statement, job.step0.statement))
  const features = context.data.columns(stage.inputs.featureSet)
  return taskByName(stage.task).init(stage.params, { featureSet: stage.inputs.featureSet, features, upstream, seed, rowCap: stage.inputs.rowCap })
}

export function pinnedRoster(context: ClientContext): NonNullable<ReturnType<ClientContext['state']>['roster']> {
  const pinned = context.state().roster
  if (!pinned) throw refuse('OTHER_ROSTER', 'no roster is agreed to yet')
  return pinned
}

/** The set of sealing keys behind a hash; verified once, then kept. */
export async function epochOf(context: ClientContext, hash_: Digest): Promise<NonNullable<ReturnType<ReturnType<ClientContext['state']>['keyEpochs']['get']>>> {
  const known = context.state().keyEpochs.get(hash_)
  if (known) return known
  const set = decode(keyEpoch, await context.link().fetchKeyEpoch(hash_))
  if (keyEpochHash(set) !== hash_) throw refuse('OTHER_EPOCH', 'the key epoch is not the one of the plan')
  checkKeyEpoch(set, pinnedRoster(context).roster)
  if ([...context.state().keyEpochs.values()].some((k) => k.epoch >= set.epoch)) throw refuse('OTHER_EPOCH', `key epoch ${set.epoch} is not above those seen`)
  await context.post({ kind: 'keyEpochLearnt', set })
  return set
}
