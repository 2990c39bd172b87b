// The light form of co-signing, both sides of it: this site's fingerprint of its own contribution, and what it goes by as a co-signer.
import { decode, encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { type Digest, type HospitalId, type OpeningKey, openingKeyText } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import { systemRandom } from '../core/random.ts'
import type { Work } from '../core/work/work.ts'
import { custodyOf, drawMember, type FingerprintDraw, usableFingerprints } from '../privacy/custodian/index.ts'
import { FINGERPRINT_WORDS, signFingerprint } from '../privacy/fingerprint.ts'
import { fingerprintJob } from '../privacy/jobs.ts'
import {
  certificate as certificateCodec,
  type Fingerprint,
  fingerprint as fingerprintCodec,
  fingerprints as fingerprintsCodec,
  fingerprintsHash,
  type Roll,
  receiptHash,
} from '../privacy/messages.ts'
import { PARAMETERS } from '../privacy/parameters.ts'
import { type CheckedPlan, checkPlan } from '../privacy/plan.ts'
import { checkCertificate } from '../privacy/statement.ts'
import { collect } from '../proto/index.ts'
import { epochOf, rosterOf } from './agreed.ts'
import { blobs } from './blobs.ts'
import type { ClientContext } from './context.ts'
import { signKey } from './membership.ts'

/** Ciphertexts of one call of a worker: bounds its memory. */
const BATCH = 64

/** fingerprintOf in a worker. */
export async function fingerprintInWork(work: Work, statement: Digest, ciphertexts: readonly Uint8Array[], signal: AbortSignal): Promise<BigInt64Array> {
  const words = new BigInt64Array(FINGERPRINT_WORDS * ciphertexts.length)
  for (let j = 0; j < ciphertexts.length; j += BATCH)
    words.set(await work.run(fingerprintJob, { statement, ciphertexts: ciphertexts.slice(j, j + BATCH) }, { signal }), FINGERPRINT_WORDS * j)
  return words
}

/**
 * Signs the fingerprint of what this site contributed, once an opening key: the certificate stands, names this site's own receipt, and was journalled
 * here by its statement before the signature leaves. Asked again, the same bytes go out: both fingerprint and signature are functions of what is stored.
 */
export async function fingerprint(context: ClientContext, key: OpeningKey, signal: AbortSignal): Promise<void> {
  const step = context.state().steps.get(openingKeyText(key))
  if (!step?.signed || step.at.kind !== 'contributed') throw refuse('NOT_FOUND', `this site holds no contribution to step ${key.step}`)
  const { receipt } = step.at.contribution
  const checked = checkPlan(step.signed, {
    roster: await rosterOf(context, step.signed.plan.roster),
    keyEpoch: await epochOf(context, step.signed.plan.keyEpoch),
  })
  const certificate = decode(certificateCodec, await collect(context.link().fetchCertificate(key, signal), LIMITS.stateBytes))
  const statement = checkCertificate(certificate, checked)
  const own = receiptHash(receipt.body)
  if (!certificate.roll.some((entry) => entry.member === context.hospital && entry.receipt === own))
    throw refuse('ROLL_OMITS_ME', `the certified roll does not name this site's receipt of step ${key.step}`)
  const bytes = await context.store.readBlob(blobs.contribution(key), 0, checked.ciphertexts * PARAMETERS.ciphertextBytes)
  const words = await fingerprintInWork(context.work, statement, splitCiphertexts(bytes), signal)
  const signed = signFingerprint({ statement, receipt: own, member: context.hospital, words }, checked, await signKey(context))
  const body = encode(fingerprintCodec, signed)
  await context.leaving('fingerprint', openingKeyText(key), body.length, key, { kind: 'fingerprinted', key, statement })
  await context.link().fingerprint(key, body)
}

export interface SignedAndDrawn {
  readonly signed: readonly Fingerprint[]
  readonly drawn: HospitalId | null
}

/**
 * The fingerprints that this co-signer goes by: fetched once, kept, and journalled with the member that it drew, before that member's contribution is asked for.
 * After a restart, or a refetch that the coordinator let fail, it is the same list and the same member: nobody draws again until a liar escapes.
 */
export async function fingerprintsFor(
  context: ClientContext,
  certified: { readonly statement: Digest; readonly roll: Roll },
  checked: CheckedPlan,
  signal: AbortSignal,
): Promise<SignedAndDrawn> {
  const { key } = checked.plan
  const kept = blobs.fingerprints(key)
  const draw = (): FingerprintDraw | null => custodyOf(context.state().custody, key)?.draw ?? null
  if (!draw()) {
    const shown = decode(fingerprintsCodec, await collect(context.link().fetchFingerprints(key, signal), LIMITS.stateBytes))
    const usable = usableFingerprints(shown, certified.statement, certified.roll, checked)
    await context.store.putBlob(kept, encode(fingerprintsCodec, usable))
    const drawn = drawMember(usable, context.hospital, systemRandom)
    const event = { kind: 'fingerprintsDrawn', key, statement: certified.statement, fingerprints: fingerprintsHash(usable), drawn } as const
    await context.post({ kind: 'custody', event })
  }
  const signed = decode(fingerprintsCodec, await context.store.readBlob(kept))
  const made = draw()
  if (!made || fingerprintsHash(signed) !== made.fingerprints) throw refuse('STORE', `the fingerprints of step ${key.step} are not those of the draw`)
  return { signed, drawn: made.drawn }
}

/** A signed fingerprint that is not that of the receipted bytes: with the receipt, proof against its signer for anyone. */
export async function reportFalse(context: ClientContext, key: OpeningKey, fingerprint: Fingerprint): Promise<void> {
  const { member } = fingerprint.body
  context.log.error({ step: key.step, member, code: 'FINGERPRINT_FALSE' }, 'a signed fingerprint is not that of the receipted bytes')
  if (!custodyOf(context.state().custody, key)?.falseFingerprints.has(member))
    await context.post({ kind: 'custody', event: { kind: 'fingerprintFalse', key, fingerprint } })
}

export const splitCiphertexts = (bytes: Uint8Array): Uint8Array[] => {
  const size = PARAMETERS.ciphertextBytes
  return Array.from({ length: bytes.length / size }, (_, j) => bytes.slice(j * size, (j + 1) * size))
}
