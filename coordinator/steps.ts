// What the coordinator does itself within a step: choose the roll, add, open, release. All of it from the journal and the spool.
import { decode, encode } from '../core/codec.ts'
import { isRefusal, refuse } from '../core/errors.ts'
import { type Digest, type HospitalId, type OpeningKey, openingKeyText } from '../core/ids.ts'
import { dequantise } from '../core/lanes.ts'
import { signAbandonment } from '../privacy/abandonment.ts'
import { isWrongKey, recoverKeySum } from '../privacy/answer.ts'
import { cipherInWork } from '../privacy/cipher/in-work.ts'
import {
  type Certificate,
  type CosignatureBody,
  keySum,
  keySumHash,
  type Release,
  type Roll,
  receiptHash,
  release,
  releaseBundle,
  releaseHash,
  sealedBundle,
  sealedReleaseHash,
  stateHash,
  statementHash,
  stepEnd,
} from '../privacy/messages.ts'
import { PARAMETERS } from '../privacy/parameters.ts'
import { type CheckedPlan, createPlanChecker } from '../privacy/plan.ts'
import { cosignatureOf, openRelease } from '../privacy/release.ts'
import { chooseRoll } from '../privacy/roll.ts'
import { buildStatement } from '../privacy/statement.ts'
import { ciphertextDigest } from '../privacy/wire.ts'
import { blobs, type CoordinatorContext } from './context.ts'
import { agreedEpoch, agreedRoster } from './membership.ts'
import { taskOf } from './planning.ts'
import { type JobState, type StepPhase, type StepState, stageOf } from './state.ts'

/** Contributions added in one call of a worker: bounds its memory. */
const BATCH = 16
const CIPHERTEXT_BYTES = PARAMETERS.ciphertextBytes

export function stepAt(context: CoordinatorContext, key: OpeningKey): StepState {
  const found = context.state().steps.get(openingKeyText(key))
  if (!found) throw refuse('NOT_FOUND', `no step ${key.step} of job ${key.job.slice(0, 12)}`)
  return found
}
export function phaseAt<K extends StepPhase['kind']>(step: StepState, kind: K): Extract<StepPhase, { kind: K }> {
  if (step.phase.kind !== kind) throw refuse('CANCELLED', `step ${step.key.step} is ${step.phase.kind} by now`)
  return step.phase as Extract<StepPhase, { kind: K }>
}
function jobOf(context: CoordinatorContext, key: OpeningKey): JobState {
  const job = context.state().jobs.get(key.job)
  if (!job) throw refuse('NOT_FOUND', `no job ${key.job.slice(0, 12)}`)
  return job
}
const checkPlan = createPlanChecker()
/** The coordinator's own plan, with what every check of the step needs. */
export function checkedPlan(context: CoordinatorContext, step: StepState): CheckedPlan {
  const state = context.state()
  return checkPlan(step.signed, { roster: agreedRoster(state, step.plan.roster), keyEpoch: agreedEpoch(state, step.plan.keyEpoch) })
}

/** Chooses A and the roll from the reports, adds the roll's contributions, and states the aggregate's digests. */
export async function makeStatement(context: CoordinatorContext, key: OpeningKey, signal: AbortSignal): Promise<void> {
  const step = stepAt(context, key)
  const { reports } = phaseAt(step, 'checking')
  const checked = checkedPlan(context, step)
  const { answerSet, roll, excluded } = chooseRoll([...step.receipts.values()], reports, checked)
  for (const [member, why] of excluded) context.log.warn({ step: key.step, member, why, code: 'ROLL_EXCLUDED' }, 'contribution excluded')
  const outside = checked.roster.custodians.filter((id) => !answerSet.includes(id) && reports.some((r) => r.body.custodian === id))
  // What they say excludes nobody, and proves nothing against them either.
  if (outside.length > 0)
    context.log.warn({ step: key.step, custodians: outside, code: 'OUTSIDE_ANSWER_SET' }, 'custodians whose reports the others do not bear out')
  if (roll.length < step.plan.minCohort || (await refusers(context, step, answerSet)).length > answerSet.length - checked.g) {
    context.log.warn({ step: key.step, roll: roll.length, least: step.plan.minCohort }, 'no roll can be certified: the opening key is retired')
    return await context.post({ kind: 'stated', key, statement: buildStatement(checked, { roll: [], answerSet, aggregate: [] }), roll: [] })
  }
  const sum = await addRoll(context, step, roll, signal)
  const statement = buildStatement(checked, { roll, answerSet, aggregate: sum.map(ciphertextDigest) })
  await context.store.putBlob(blobs.aggregate(statementHash(statement)), Buffer.concat(sum))
  await context.post({ kind: 'stated', key, statement, roll })
}

/**
 * Custodians that began to send a contribution and are not among the candidates: they will not sign a roll without it. Asked now, the others
 * would sign, and nobody could retire the key any more; seen in time, the empty roll does, and nothing is spent.
 */
async function refusers(context: CoordinatorContext, step: StepState, answerSet: readonly HospitalId[]): Promise<readonly HospitalId[]> {
  const begun = (await context.store.blobNames()).filter((name) => name.startsWith(blobs.spools(step.key)))
  return answerSet.filter((id) => !step.receipts.has(id) && begun.some((name) => name.startsWith(`${blobs.spools(step.key)}${id}.`)))
}

async function addRoll(context: CoordinatorContext, step: StepState, roll: Roll, signal: AbortSignal): Promise<Uint8Array[]> {
  let partial: Uint8Array[] | null = null
  for (let i = 0; i < roll.length; i += BATCH) {
    const contributions: Uint8Array[][] = []
    for (const { member } of roll.slice(i, i + BATCH)) contributions.push(await spooledCiphertexts(context, step, member))
    partial = await cipherInWork(context.work, context.cipher, signal).add(partial, contributions)
  }
  return partial ?? []
}

async function spooledCiphertexts(context: CoordinatorContext, step: StepState, member: Roll[number]['member']): Promise<Uint8Array[]> {
  const receipt = step.receipts.get(member)
  if (!receipt) throw refuse('INTERNAL', `no receipt of ${member}`)
  const count = receipt.body.ciphertexts.length
  const bytes = await context.store.readBlob(blobs.spool(step.key, member, receiptHash(receipt.body)), 0, count * CIPHERTEXT_BYTES)
  return split(bytes, count)
}
const split = (bytes: Uint8Array, count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, j) => bytes.slice(j * CIPHERTEXT_BYTES, (j + 1) * CIPHERTEXT_BYTES))

/** From t answers on: the sum of keys, the release, the next state. Fails (and waits for one more answer) where none of the subsets opens. */
export async function openStep(context: CoordinatorContext, key: OpeningKey, signal: AbortSignal): Promise<void> {
  const step = stepAt(context, key)
  const phase = phaseAt(step, 'opening')
  const certificate: Certificate = { statement: phase.statement, roll: phase.roll, signatures: phase.signatures }
  const aggregate = split(await context.store.readBlob(blobs.aggregate(phase.statementHash)), phase.statement.aggregate.length)
  const cipher = cipherInWork(context.work, context.cipher, signal)
  const checked = checkedPlan(context, step)
  const recovered = await recoverKeySum(phase.answers, certificate, checked, (sum) =>
    openRelease(checked, phase.statementHash, aggregate, sum, phase.roll.length, cipher),
  ).catch(async (error: unknown) => {
    const late = phase.statement.answerSet.some((c) => !phase.answers.some((a) => a.body.custodian === c) && !step.requestRefusals.has(`answer ${c}`))
    // A fault of this machine, or an opening that was overtaken, says nothing about the answers.
    if (late || !isWrongKey(error)) throw error
    // Everybody has answered, and no t of the answers open: a contribution or too many answers are wrong, and no further one will come.
    context.log.error({ step: key.step, code: error.code, detail: error.message }, 'no answers open the aggregate')
    await abandonStep(context, key, error.code)
    return null
  })
  if (!recovered) return
  for (const custodian of recovered.blamed)
    context.log.error({ step: key.step, custodian, code: 'WRONG_ANSWER' }, 'a signed answer contradicts the sum of keys')
  const nextState = await advance(context, step, recovered.opened.sums).catch(async (error: unknown) => {
    if (!isRefusal(error, 'CELL_SMALL')) throw error
    // The count says that too few stand behind what comes next: no other try finds more. The count itself is not published.
    context.log.error({ step: key.step, detail: error.message }, 'nothing more of this job may open')
    await abandonStep(context, key, error.code)
    return null
  })
  if (!nextState) return
  await context.store.putBlob(blobs.keySum(keySumHash(recovered.keySum)), encode(keySum, recovered.keySum))
  await context.store.putBlob(blobs.release(releaseHash(recovered.opened)), encode(release, recovered.opened))
  await context.post({ kind: 'opened', key, keySum: keySumHash(recovered.keySum), release: releaseHash(recovered.opened), nextState: stateHash(nextState) })
}

async function advance(context: CoordinatorContext, step: StepState, sums: BigInt64Array): Promise<Uint8Array> {
  const before = await context.store.readBlob(blobs.state(step.plan.state))
  const next = taskOf(stageOf(jobOf(context, step.key))).advance(before, dequantise(step.plan.layout, sums))
  await context.store.putBlob(blobs.state(stateHash(next)), next)
  return next
}

/** What co-signers of the step sign. */
export async function cosignatureBodyOf(context: CoordinatorContext, step: StepState): Promise<CosignatureBody> {
  const { statementHash: statement, keySum: sum, release: opened, nextState } = phaseAt(step, 'cosigning')
  if (step.plan.audience === 'members') return { statement, keySum: sum, release: opened, nextState }
  return cosignatureOf(statement, await keySumOf(context, sum), await releaseOf(context, opened), null)
}
const keySumOf = async (context: CoordinatorContext, hash: Digest): Promise<Int32Array> => decode(keySum, await context.store.readBlob(blobs.keySum(hash)))
const releaseOf = async (context: CoordinatorContext, hash: Digest): Promise<Release> => decode(release, await context.store.readBlob(blobs.release(hash)))

/** What members are shown: everything, or, of a release for the coordinator's eyes, that it was certified, opened and co-signed. */
async function bundleOf(context: CoordinatorContext, step: StepState, nextState: Uint8Array): Promise<Uint8Array> {
  const phase = phaseAt(step, 'cosigning')
  const [sum, opened] = [await keySumOf(context, phase.keySum), await releaseOf(context, phase.release)]
  const proofs = {
    plan: step.signed,
    certificate: { statement: phase.statement, roll: phase.roll, signatures: phase.signatures },
    cosignatures: phase.cosignatures,
  }
  return step.plan.audience === 'members'
    ? encode(releaseBundle, { ...proofs, keySum: sum, release: opened, nextState })
    : encode(sealedBundle, { ...proofs, sealed: sealedReleaseHash(opened, sum) })
}

/** Publishes the release with its proofs. The spooled contributions go first: killed in between, the release is owed still, and nothing stays behind. */
export async function publishRelease(context: CoordinatorContext, key: OpeningKey): Promise<void> {
  const step = stepAt(context, key)
  const phase = phaseAt(step, 'cosigning')
  const nextState = await context.store.readBlob(blobs.state(phase.nextState))
  await context.store.putBlob(blobs.bundle(key), await bundleOf(context, step, nextState))
  // Members cannot follow a state that they do not see: what the coordinator alone learns is one step.
  const stageDone = step.plan.audience === 'coordinator' || taskOf(stageOf(jobOf(context, key))).done(nextState)
  await forget(context, step)
  await context.post({ kind: 'released', key, stageDone })
}

/** g custodians signed the empty roll: what was received goes, and the step is over. */
export async function retireStep(context: CoordinatorContext, key: OpeningKey): Promise<void> {
  await forget(context, stepAt(context, key))
  await context.post({ kind: 'retired', key })
}

/** Too few custodians serve it, or its answers open nothing: whatever was received goes, and the step counts as opened. */
export async function abandonStep(context: CoordinatorContext, key: OpeningKey, code: string): Promise<void> {
  const step = stepAt(context, key)
  context.log.error({ step: key.step, phase: step.phase.kind, code }, 'the step is abandoned')
  const signature = signAbandonment(step, context.signKey)
  await forget(context, step)
  await context.post({ kind: 'abandoned', key, code, signature })
}

async function forget(context: CoordinatorContext, step: StepState): Promise<void> {
  const gone = [blobs.spools(step.key), blobs.fingerprints(step.key)]
  for (const name of await context.store.blobNames()) if (gone.some((prefix) => name.startsWith(prefix))) await context.store.deleteBlob(name)
  if ('statementHash' in step.phase) await context.store.deleteBlob(blobs.aggregate(step.phase.statementHash))
}

/** How a step of a job ended, as members take it. @throws NOT_FOUND while it has not. */
export async function endOf(context: CoordinatorContext, key: OpeningKey): Promise<Uint8Array> {
  const from = context.state().jobs.get(key.job)?.reused.get(key.step)
  if (from) return await storedEnd(context, from, 'stored')
  const { phase, signed } = stepAt(context, key)
  switch (phase.kind) {
    case 'released':
      return await storedEnd(context, key, 'released')
    case 'retired':
      return encode(stepEnd, { kind: 'retired', plan: signed, certificate: { statement: phase.statement, roll: [], signatures: phase.signatures } })
    case 'abandoned':
      return encode(stepEnd, { kind: 'abandoned', plan: signed, signature: phase.signature })
    default:
      throw refuse('NOT_FOUND', `step ${key.step} is not over`)
  }
}

/** Of a step that was released: under its own opening key, or again under a later one. */
async function storedEnd(context: CoordinatorContext, key: OpeningKey, kind: 'released' | 'stored'): Promise<Uint8Array> {
  const bytes = await context.store.readBlob(blobs.bundle(key))
  if (stepAt(context, key).plan.audience === 'coordinator') return encode(stepEnd, { kind: 'sealed', bundle: decode(sealedBundle, bytes) })
  return encode(stepEnd, { kind, bundle: decode(releaseBundle, bytes) })
}
