// Taking a release: verify its proofs as a stranger would, recompute the next state, and only then let it replace the last one.
import { decode, encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { type OpeningKey, openingKeyText } from '../core/ids.ts'
import { dequantise } from '../core/lanes.ts'
import { LIMITS } from '../core/limits.ts'
import { taskByName } from '../models/index.ts'
import { custodyOf } from '../privacy/custodian/index.ts'
import { keySum, keySumHash, planHash, type ReleaseBundle, releaseBundle, stateHash, statement } from '../privacy/messages.ts'
import { checkBundle } from '../privacy/release.ts'
import { collect } from '../proto/index.ts'
import { epochOf, pinnedRoster } from './agreed.ts'
import { blobs } from './blobs.ts'
import type { ClientContext } from './context.ts'
import { stateOf } from './job-state.ts'
import { learnJob } from './plan-reading.ts'
import { type ClientJob, stageOf } from './state.ts'

export async function adopt(context: ClientContext, key: OpeningKey, signal: AbortSignal): Promise<void> {
  const job = await learnJob(context, key.job)
  if (job.step < key.step) throw refuse('OTHER_STATE', `release of step ${key.step} where ${job.step} comes next`)
  if (job.step === key.step) await take(context, key, job, signal)
  // Also where the release was taken before a restart: shares are not kept because the power failed here.
  await forget(context, key)
  await context.leaving('acknowledgement', `adopted ${openingKeyText(key)}`, 0, key)
  await context.link().adopted(key)
}

async function take(context: ClientContext, key: OpeningKey, job: ClientJob, signal: AbortSignal): Promise<void> {
  const bundle = decode(releaseBundle, await collect(context.link().fetchRelease(key, signal), LIMITS.stateBytes))
  const { plan } = bundle.plan
  const bound = context.state().steps.get(openingKeyText(key))
  if (openingKeyText(plan.key) !== openingKeyText(key) || (bound?.planHash && bound.planHash !== planHash(plan)))
    throw refuse('OTHER_PLAN', 'the release is of another plan than this site bound')
  checkBundle(bundle, { roster: pinnedRoster(context).roster, keyEpoch: await epochOf(context, plan.keyEpoch) })
  await recompute(context, bundle, job)
  const next = stateHash(bundle.nextState)
  await context.store.putBlob(blobs.state(next), bundle.nextState)
  if (key.step === 0) await context.store.putBlob(blobs.keySum(keySumHash(bundle.keySum)), encode(keySum, bundle.keySum))
  const stageDone = taskByName(plan.task).done(bundle.nextState)
  const counted = bundle.certificate.roll.some((entry) => entry.member === context.hospital)
  const step0 = key.step === 0 ? { keySum: keySumHash(bundle.keySum), statement: encode(statement, bundle.certificate.statement) } : null
  await context.post({ kind: 'adopted', key, stageDone: stageDone ? 1 : 0, nextState: next, counted: counted ? 1 : 0, step0 })
}

/** A site that holds the state before recomputes the state after; a late one takes it with the custodians' signatures alone. */
async function recompute(context: ClientContext, bundle: ReleaseBundle, job: ClientJob): Promise<void> {
  const { plan } = bundle.plan
  const stage = stageOf(job)
  if (plan.stage !== (stage?.name ?? 'randomness') || plan.task !== (stage?.task ?? 'randomness'))
    throw refuse('OTHER_PLAN', `a release of ${plan.stage} where ${stage?.name ?? 'randomness'} comes next`)
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
