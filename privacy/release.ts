// The release: what the certified aggregate opens to, checked by everyone who acts on it.
import { encode, hash } from '../core/codec.ts'
import { defend, defends } from '../core/defences.ts'
import { isRefusal, refuse } from '../core/errors.ts'
import { type Digest, fromDigest, type HospitalId } from '../core/ids.ts'
import { laneCount } from '../core/lanes.ts'
import type { SecretBytes } from '../core/secret.ts'
import { checkKeyBound } from './answer.ts'
import type { Cipher } from './cipher.ts'
import { unpack } from './lanes.ts'
import {
  type CosignatureBody,
  cosignatureBody,
  type KeyEpochSet,
  keySum as keySumCodec,
  keySumHash,
  type NamedSignature,
  type Plan,
  type Release,
  type ReleaseBundle,
  type Roster,
  releaseHash,
  type SealedBundle,
  type Statement,
  sealedReleaseHash,
  stateHash,
  statement as statementCodec,
} from './messages.ts'
import { type CheckedPlan, checkPlan, messageContext } from './plan.ts'
import { memberOf } from './roster.ts'
import { signMessage, verifyMessage } from './signatures.ts'
import { checkCertificate } from './statement.ts'

/**
 * sum(c_j) - a_j S -> coefficients mod T -> lane sums. n is the roll's size: every constant lane must equal it, and the noise must be that of n.
 * The lanes find accidents. The noise leaves one S only: whoever proposes S (the coordinator, to co-signers) cannot choose another whose few
 * constant lanes agree, and so choose what common randomness is drawn from it.
 * @throws KEY_BOUND | CONSTANT_LANES (a wrong S, a ciphertext that is not the receipt's, another's key in the sum) | NOISE_BOUND (the same,
 * with constant lanes that happen to agree).
 */
export async function openRelease(
  checked: { readonly plan: Plan; readonly planHash: Digest },
  statement: Digest,
  aggregate: readonly Uint8Array[],
  keySum: Int32Array,
  n: number,
  cipher: Cipher,
): Promise<Release> {
  checkKeyBound(keySum, n)
  const noiseOf = defends('opening-checked') ? n : undefined
  try {
    return { statement, sums: unpackSums(checked.plan, await cipher.open(checked.planHash, aggregate, keySum, noiseOf), n) }
  } catch (error) {
    // The plainer reason first: where the constant lanes differ too, that is what is said.
    if (isRefusal(error, 'NOISE_BOUND')) unpackSums(checked.plan, await cipher.open(checked.planHash, aggregate, keySum), n)
    throw error
  }
}
function unpackSums(plan: Plan, coefficients: readonly BigUint64Array[], n: number): BigInt64Array {
  const { sums, constants } = unpack(plan.layout, coefficients, n)
  const wrong = constants.findIndex((constant) => constant !== BigInt(n))
  defend('opening-checked', () => {
    if (wrong >= 0) throw refuse('CONSTANT_LANES', `the constant lane of ciphertext ${wrong} is ${constants[wrong]}, ${n} expected`)
  })
  return sums
}

export function signCosignature(
  body: CosignatureBody,
  checked: Pick<CheckedPlan, 'plan' | 'planHash'>,
  signer: HospitalId,
  privateKey: SecretBytes,
): NamedSignature {
  return { signer, signature: signMessage('cosignature', messageContext(checked), encode(cosignatureBody, body), privateKey) }
}

/** The custodians with a valid co-signature over exactly this body, each once. */
export function cosigners(body: CosignatureBody, signatures: readonly NamedSignature[], checked: CheckedPlan): ReadonlySet<HospitalId> {
  const payload = encode(cosignatureBody, body)
  const valid = signatures.filter(
    ({ signer, signature }) =>
      checked.roster.custodians.includes(signer) &&
      verifyMessage('cosignature', messageContext(checked), payload, signature, memberOf(checked.roster, signer).signKey),
  )
  return new Set(valid.map(({ signer }) => signer))
}

/**
 * What t custodians sign about a release. `nextState`: hash of the state after it; null for audience `coordinator`, whose members see the body
 * too and must not be able to try sums against it: release and S are then hashed together.
 */
export const cosignatureOf = (statement: Digest, keySum: Int32Array, release: Release, nextState: Digest | null): CosignatureBody =>
  nextState === null
    ? sealedBody(statement, sealedReleaseHash(release, keySum))
    : { statement, keySum: keySumHash(keySum), release: releaseHash(release), nextState }
const sealedBody = (statement: Digest, sealed: Digest): CosignatureBody => ({ statement, keySum: null, release: sealed, nextState: null })

/** At least t distinct custodians: one of them is honest, and it refetched, re-added and opened. @throws FEW_COSIGNATURES. */
export function checkCosignatures(body: CosignatureBody, signatures: readonly NamedSignature[], checked: CheckedPlan): void {
  const count = cosigners(body, signatures, checked).size
  defend('cosignatures', () => {
    if (count < checked.t) throw refuse('FEW_COSIGNATURES', `${count} valid co-signatures, ${checked.t} needed`)
  })
}

export interface CheckedBundle {
  readonly checked: CheckedPlan
  readonly statementHash: Digest
  readonly stateHash: Digest
}

/**
 * A published release as any member takes it: plan, certificate, bound of S, length of the sums, and t co-signatures over statement, S, release
 * and the bytes of the next state. A member that holds the previous state recomputes advance() on top and refuses a difference.
 * @throws what checkPlan and checkCertificate throw; ROLL_SMALL (an empty roll releases nothing), OTHER_STATEMENT, KEY_BOUND, RELEASE_MISMATCH, FEW_COSIGNATURES.
 */
export function checkBundle(bundle: ReleaseBundle, known: { readonly roster: Roster; readonly keyEpoch: KeyEpochSet }): CheckedBundle {
  const checked = checkPlan(bundle.plan, known)
  if (checked.plan.audience !== 'members') throw refuse('OTHER_PLAN', 'a release for the coordinator, published to members')
  const statementHash = checkCertificate(bundle.certificate, checked)
  const n = bundle.certificate.roll.length
  if (n === 0) throw refuse('ROLL_SMALL', 'the empty roll releases nothing')
  if (bundle.release.statement !== statementHash) throw refuse('OTHER_STATEMENT', 'the release belongs to another statement')
  checkKeyBound(bundle.keySum, n)
  const lanes = laneCount(checked.plan.layout)
  if (bundle.release.sums.length !== lanes) throw refuse('RELEASE_MISMATCH', `${bundle.release.sums.length} sums, ${lanes} lanes planned`)
  const next = stateHash(bundle.nextState)
  checkCosignatures(cosignatureOf(statementHash, bundle.keySum, bundle.release, next), bundle.cosignatures, checked)
  return { checked, statementHash, stateHash: next }
}

/**
 * What members are shown of a release for the coordinator's eyes: that this roll was certified and opened, and that t custodians saw it open to what
 * the hash commits to. No figure, no S, no state. @throws what checkPlan and checkCertificate throw; OTHER_PLAN (a release for members must be shown to
 * them), ROLL_SMALL, FEW_COSIGNATURES.
 */
export function checkSealedBundle(bundle: SealedBundle, known: { readonly roster: Roster; readonly keyEpoch: KeyEpochSet }): Omit<CheckedBundle, 'stateHash'> {
  const checked = checkPlan(bundle.plan, known)
  if (checked.plan.audience !== 'coordinator') throw refuse('OTHER_PLAN', 'a release for members, withheld from them')
  const statementHash = checkCertificate(bundle.certificate, checked)
  if (bundle.certificate.roll.length === 0) throw refuse('ROLL_SMALL', 'the empty roll releases nothing')
  checkCosignatures(sealedBody(statementHash, bundle.sealed), bundle.cosignatures, checked)
  return { checked, statementHash }
}

/**
 * Common randomness of a job: SHA-256("draw", use, S_0, statement without signatures), 32 bytes. S_0 is the key sum of step 0: nobody knew
 * it when the uses were fixed, so the coordinator can only abandon a job after seeing it, which is logged.
 */
export const draw = (use: string, keySum: Int32Array, statement: Statement): Uint8Array =>
  fromDigest(hash('consilium/draw/1', Buffer.from(use, 'utf8'), encode(keySumCodec, keySum), encode(statementCodec, statement)))
