// A hospital's part in one step: read the plan as a stranger would, compute, encrypt under a one-time key, make it durable, send it.
// After the first byte has left, a restart sends the same bytes: the spool is what is sent, never a second computation.
import { decode, encode } from '../core/codec.ts'
import { defend } from '../core/defences.ts'
import { type ErrorCode, refuse, toConsiliumError } from '../core/errors.ts'
import { type Digest, type OpeningKey, openingKeyText } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import type { SplitTable, Table } from '../core/table.ts'
import { contributeJob } from '../models/jobs.ts'
import { encryptJob } from '../privacy/jobs.ts'
import { keyEpoch, plan, planHash, receipt, receiptBody, receiptHash, roster, signedPlan } from '../privacy/messages.ts'
import { signMessage } from '../privacy/signatures.ts'
import { caughtUp } from './adoption.ts'
import { epochOf, rosterOf } from './agreed.ts'
import { blobs } from './blobs.ts'
import { requireConsent } from './consent.ts'
import type { ClientContext } from './context.ts'
import { signKey } from './membership.ts'
import { readPlan } from './plan-reading.ts'
import type { ClientState, StepKind } from './state.ts'
import { stepsToday } from './step.ts'

const NO_TABLE: Table = {
  featureSet: '',
  features: [],
  rows: 0,
  x: new Float64Array(0),
  y: new Uint8Array(0),
  amountFen: new Float64Array(0),
  persons: new Int32Array(),
  ids: [],
}
const NO_ROWS: SplitTable = { train: NO_TABLE, heldOut: NO_TABLE }

/** Codes of this site's own checks after which the same plan cannot become acceptable: it says so, by code, and rests. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'POLICY',
  'OTHER_PLAN',
  'OTHER_STATE',
  'OTHER_LAYOUT',
  'OTHER_ROSTER',
  'BAD_ROSTER',
  'OTHER_EPOCH',
  'BAD_SIGNATURE',
  'BAD_LAYOUT',
  'BAD_BYTES',
  'TOO_LARGE',
  'NOT_INVITED',
  'DIFFERENCING',
  'BAD_DATA',
  'BAD_PLAN',
  'OTHER_VERSION',
  'ROLL_DUPLICATE',
  'ROLL_SMALL',
  'SECOND_RECEIPT',
  'BAD_PARAMETERS',
  'BAD_KEY',
  'BAD_ROSTER',
  'OFF_THE_ROSTER',
  'QUOTA',
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
  const job = await caughtUp(context, key, signal)
  const stateBytes = await readPlan(context, signed, key, job)
  const { plan: agreed } = signed
  if (!agreed.groups[key.group]?.includes(context.hospital)) throw refuse('NOT_INVITED', 'this site is not in the cohort')
  await requireConsent(context, signed, job)
  checkQuota(context)
  await context.post({ kind: 'planBound', plan: signed })
  // Common randomness reads no records.
  const data = agreed.layout.segments.length === 0 ? NO_ROWS : await context.data.table(agreed.inputs)
  const local = job.local === null ? null : await context.store.readBlob(job.local)
  const computed = await context.work.run(
    contributeJob,
    { task: agreed.task, state: stateBytes, local, data, rowCap: agreed.inputs.rowCap, layout: agreed.layout, seed: null },
    { signal },
  )
  const made = await context.secretWork(key.job).run(
    encryptJob,
    {
      cipher: context.cipher,
      plan: encode(plan, agreed),
      stateHash: agreed.state,
      member: context.hospital,
      roster: encode(roster, await rosterOf(context, agreed.roster)),
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

/** A plan is endless work too: a coordinator gets so many contributions a day and no more. */
function checkQuota(context: ClientContext): void {
  const [steps, most] = [stepsToday(context.state(), context.clock.now()), context.policy.stepsPerDay]
  defend('steps-a-day', () => {
    if (steps >= most) throw refuse('QUOTA', `${steps} contributions today, ${most} allowed`)
  })
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
