// This hospital as a custodian: check, certify, answer, co-sign. Each is decided by privacy/custodian from what this site journalled,
// journalled again before a signature leaves, and said with the same bytes when asked again.
import { decode, encode } from '../core/codec.ts'
import { type ErrorCode, refuse, toConsiliumError } from '../core/errors.ts'
import { type OpeningKey, openingKeyText } from '../core/ids.ts'
import { dequantise } from '../core/lanes.ts'
import { LIMITS } from '../core/limits.ts'
import { taskByName } from '../models/index.ts'
import { signAnswer } from '../privacy/answer.ts'
import { cipherInWork } from '../privacy/cipher/in-work.ts'
import {
  bindPlan,
  type CosignSite,
  checkRelease,
  checkReleaseLight,
  custodyOf,
  decideStatement,
  type InspectSite,
  inspectCandidates,
  type LightSite,
  makeAnswer,
  openKeptShare,
} from '../privacy/custodian/index.ts'
import {
  answer as answerCodec,
  type Candidate,
  candidates as candidatesCodec,
  certificate as certificateCodec,
  cosignRequest,
  type KeyEpochSet,
  namedSignature,
  type ReportBody,
  type Roll,
  type RollEntry,
  receiptHash,
  report as reportCodec,
  signedPlan,
  signRequest,
  stateHash,
} from '../privacy/messages.ts'
import { PARAMETERS } from '../privacy/parameters.ts'
import { type CheckedPlan, createPlanChecker } from '../privacy/plan.ts'
import { signCosignature } from '../privacy/release.ts'
import { signReport } from '../privacy/report.ts'
import { signStatement } from '../privacy/statement.ts'
import { collect } from '../proto/index.ts'
import { epochOf, rosterOf } from './agreed.ts'
import { blobs } from './blobs.ts'
import type { ClientContext } from './context.ts'
import { fingerprintInWork, fingerprintsFor, reportFalse, splitCiphertexts } from './fingerprint.ts'
import { stateOf } from './job-state.ts'
import { KEYS, signKey } from './membership.ts'
import { receiptThatLeft } from './participation.ts'
import { learnJob, readPlan } from './plan-reading.ts'
import { requireOwnSealingKey } from './sealing-keys.ts'

type Phase = 'sign' | 'answer' | 'cosign'
/** Not a verdict on the request: the same request may be served later. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['UNAVAILABLE', 'CANCELLED', 'NOT_FOUND', 'STORE', 'INTERNAL', 'OFFSET', 'PAUSED', 'DEADLINE'])

const checkPlan = createPlanChecker()

interface Bound {
  readonly checked: CheckedPlan
  readonly keyEpoch: KeyEpochSet
}

/** The plan of the key, checked as a contributor checks it, and bound: a custodian serves no plan that it would itself refuse. */
async function bind(context: ClientContext, key: OpeningKey): Promise<Bound> {
  const text = openingKeyText(key)
  if (!context.state().steps.get(text)?.signed) {
    const signed = decode(signedPlan, await context.link().fetchPlan(key))
    const job = await learnJob(context, key.job)
    if (job.step < key.step) throw refuse('UNAVAILABLE', `this site has not taken the release before step ${key.step} yet`)
    await readPlan(context, signed, key, job)
    await context.post({ kind: 'planBound', plan: signed })
  }
  const step = context.state().steps.get(text)
  if (!step?.signed || step.at.kind === 'refused') throw refuse('POLICY', `this site refused the plan of step ${key.step}`)
  const keyEpoch = await epochOf(context, step.signed.plan.keyEpoch)
  const checked = checkPlan(step.signed, { roster: await rosterOf(context, step.signed.plan.roster), keyEpoch })
  await requireOwnSealingKey(context, checked, keyEpoch)
  if (!custodyOf(context.state().custody, key)) await context.post({ kind: 'custody', event: bindPlan(checked, keyEpoch) })
  return { checked, keyEpoch }
}

/** Opens each candidate's share and reports four hiding words or a complaint, once for each member. */
export async function check(context: ClientContext, key: OpeningKey, signal: AbortSignal): Promise<void> {
  const bound = await bind(context, key)
  if ((custodyOf(context.state().custody, key)?.reported.size ?? 0) === 0) {
    const bytes = await collect(context.link().fetchCandidates(key, signal), LIMITS.stateBytes)
    const inspected = inspectCandidates(decode(candidatesCodec, bytes), await inspectSite(context, bound))
    for (const { share } of inspected.shares.values()) share.fill(0)
    // Kept sealed: shares are opened again for the answer, and only then.
    await context.store.putBlob(blobs.candidates(key), bytes)
    await context.post({ kind: 'custody', event: { kind: 'reported', key, report: signReport(inspected.body, bound.checked, await signKey(context)) } })
  }
  const report = encode(reportCodec, signReport(reportedBody(context, bound.checked), bound.checked, await signKey(context)))
  await context.leaving('check report', openingKeyText(key), report.length, key)
  await context.link().report(key, report)
}

/** What this custodian journalled, in the form it was signed in. */
function reportedBody(context: ClientContext, checked: CheckedPlan): ReportBody {
  const reported = custodyOf(context.state().custody, checked.plan.key)?.reported
  return { plan: checked.planHash, custodian: context.hospital, entries: [...(reported?.values() ?? [])] }
}

async function inspectSite(context: ClientContext, { checked, keyEpoch }: Bound): Promise<InspectSite> {
  const sealingKey = await context.keystore.get(KEYS.sealing(keyEpoch.epoch))
  if (!sealingKey) throw refuse('OTHER_EPOCH', `no sealing key of epoch ${keyEpoch.epoch} here`)
  return { checked, keyEpoch, self: context.hospital, sealingKey, reported: new Map() }
}

export const certify = (context: ClientContext, key: OpeningKey, signal: AbortSignal): Promise<void> =>
  orRefuse(context, key, 'sign', async () => {
    const { checked } = await bind(context, key)
    const request = decode(signRequest, await collect(context.link().fetchSignRequest(key, signal), LIMITS.stateBytes))
    const { custody } = context.state()
    const own = receiptThatLeft(context.state(), key)
    const verdict = decideStatement(request, { checked, custody, self: context.hospital, own, policy: context.policy })
    if (verdict.kind === 'refuse') throw refuse(verdict.code, verdict.detail)
    const signature = encode(namedSignature, signStatement(request.statement, checked, context.hospital, await signKey(context)))
    await context.leaving(
      'statement signature',
      openingKeyText(key),
      signature.length,
      key,
      custodyOf(custody, key)?.signed ? undefined : { kind: 'custody', event: verdict.event },
    )
    await context.link().sign(key, signature)
  })

export const answer = (context: ClientContext, key: OpeningKey, signal: AbortSignal): Promise<void> =>
  orRefuse(context, key, 'answer', async () => {
    const bound = await bind(context, key)
    const certificate = decode(certificateCodec, await collect(context.link().fetchCertificate(key, signal), LIMITS.stateBytes))
    const kept = new Map((await keptCandidates(context, key)).map((candidate) => [candidate.receipt.body.member, candidate]))
    const site = await inspectSite(context, bound)
    const { custody } = context.state()
    const shareOf = ({ member, receipt }: RollEntry): Uint32Array => {
      const candidate = kept.get(member)
      if (!candidate || receiptHash(candidate.receipt.body) !== receipt)
        throw refuse('ROLL_EXCLUDED', `no share of ${member} under the receipt of the roll is held here`)
      return openKeptShare(candidate, site)
    }
    const made = await makeAnswer(certificate, { checked: bound.checked, custody, self: context.hospital, shareOf })
    const bytes = encode(answerCodec, signAnswer(made.body, bound.checked, await signKey(context)))
    await context.leaving(
      'answer',
      openingKeyText(key),
      bytes.length,
      key,
      custodyOf(custody, key)?.answered ? undefined : { kind: 'custody', event: made.event },
    )
    await context.link().answer(key, bytes)
  })

async function keptCandidates(context: ClientContext, key: OpeningKey): Promise<readonly Candidate[]> {
  if ((await context.store.blobSize(blobs.candidates(key))) === null) throw refuse('SHARES_WIPED', `no shares of step ${key.step} are held here`)
  return decode(candidatesCodec, await context.store.readBlob(blobs.candidates(key)))
}

/** Adds the roll's contributions up again, opens them with S, recomputes the next state, and only then signs. */
export const cosign = (context: ClientContext, key: OpeningKey, signal: AbortSignal): Promise<void> =>
  orRefuse(context, key, 'cosign', async () => {
    const { checked } = await bind(context, key)
    const request = decode(cosignRequest, await collect(context.link().fetchCosignRequest(key, signal), LIMITS.stateBytes))
    const receipts = new Map((await keptCandidates(context, key)).map(({ receipt }) => [receipt.body.member, receipt]))
    const site: CosignSite = {
      checked,
      custody: context.state().custody,
      cipher: cipherInWork(context.work, context.cipher, signal),
      receiptOf: (entry) => receipts.get(entry.member),
      refetch: async (member) =>
        splitCiphertexts(await collect(context.link().fetchContribution(key, member, signal), checked.ciphertexts * PARAMETERS.ciphertextBytes)),
      nextState: checked.plan.audience === 'members' ? stateHash(await nextStateOf(context, checked, request.release.sums)) : null,
    }
    const { body, event } = await (checked.plan.cosigning === 'light'
      ? checkReleaseLight(request, lightSite(context, site, request.certificate.roll, signal))
      : checkRelease(request, site))
    const signature = encode(namedSignature, signCosignature(body, checked, context.hospital, await signKey(context)))
    await context.leaving(
      'co-signature',
      openingKeyText(key),
      signature.length,
      key,
      custodyOf(context.state().custody, key)?.cosigned ? undefined : { kind: 'custody', event },
    )
    await context.link().cosign(key, signature)
  })

async function nextStateOf(context: ClientContext, { plan }: CheckedPlan, sums: BigInt64Array): Promise<Uint8Array> {
  const job = await learnJob(context, plan.key.job)
  if (job.step !== plan.key.step) throw refuse('UNAVAILABLE', `this site stands at step ${job.step}`)
  return taskByName(plan.task).advance(await stateOf(context, job), dequantise(plan.layout, sums))
}

function lightSite(context: ClientContext, site: CosignSite, roll: Roll, signal: AbortSignal): LightSite {
  const { checked } = site
  const { key } = checked.plan
  return {
    ...site,
    aggregate: async () => splitCiphertexts(await collect(context.link().fetchAggregate(key, signal), checked.ciphertexts * PARAMETERS.ciphertextBytes)),
    fingerprints: (statement) => fingerprintsFor(context, { statement, roll }, checked, signal),
    fingerprintOf: (statement, ciphertexts) => fingerprintInWork(context.work, statement, ciphertexts, signal),
    reportFalse: (fingerprint) => reportFalse(context, key, fingerprint),
  }
}

/** A refusal is said once, by code; the reason stays in this site's log. */
async function orRefuse(context: ClientContext, key: OpeningKey, phase: Phase, serve: () => Promise<void>): Promise<void> {
  try {
    await serve()
  } catch (error) {
    const fault = toConsiliumError(error)
    if (PASSING.has(fault.code)) throw error
    context.log.error({ step: key.step, phase, code: fault.code, detail: fault.message }, 'request refused')
    await context.leaving('request refusal', `${phase} ${openingKeyText(key)}`, fault.code.length, key)
    await context.link().refuseRequest(key, phase, fault.code)
  }
}
