// What several attacks of a coordinator have in common: running a shadow step honestly up to some point, and publishing what they made.
import { decode, encode } from '../../core/codec.ts'
import { type HospitalId, openingKeyText } from '../../core/ids.ts'
import { dequantise } from '../../core/lanes.ts'
import type { SecretBytes } from '../../core/secret.ts'
import { taskByName } from '../../models/index.ts'
import { createCipher } from '../../privacy/cipher.ts'
import { unpack } from '../../privacy/lanes.ts'
import {
  type Answer,
  type Certificate,
  type CosignRequest,
  type NamedSignature,
  type Plan,
  plan as planCodec,
  planHash,
  type Release,
  type ReleaseBundle,
  type Report,
  type Roll,
  releaseBundle,
  type SealingKey,
  type SignedPlan,
  type Statement,
  stateHash,
  statementHash,
} from '../../privacy/messages.ts'
import { openShare } from '../../privacy/sealing.ts'
import { interpolateAtZero } from '../../privacy/shamir.ts'
import { shareWords } from '../../privacy/share-words.ts'
import { signMessage } from '../../privacy/signatures.ts'
import { PRIMES, packCiphertext, parseCiphertext, RESIDUES } from '../../privacy/wire.ts'
import type { CoordinatorTools } from './attack.ts'
import { IDS } from './scene.ts'
import type { Contributed, Opened, Shadow } from './shadow-step.ts'

export interface Gathered {
  readonly reports: readonly Report[]
}
/** These contribute, all custodians check. */
export async function gather(step: Shadow, members: readonly HospitalId[]): Promise<Gathered> {
  await step.contribute(members)
  return { reports: await step.check(IDS) }
}

export interface Asked {
  readonly roll: Roll
  readonly answerSet: readonly HospitalId[]
  readonly statement: Statement
  readonly aggregate: readonly Uint8Array[]
}
/** A statement over a roll of these names; the aggregate is their true sum unless another is given. */
export async function stateOver(
  step: Shadow,
  names: readonly HospitalId[],
  answerSet: readonly HospitalId[] = IDS,
  aggregate: readonly Uint8Array[] | null = null,
): Promise<Asked> {
  const roll = step.entries(names)
  const sum = aggregate ?? (await step.aggregate(names))
  return { roll, answerSet, statement: step.statement(roll, answerSet, sum), aggregate: sum }
}

/** Asks these custodians to sign; who signed is in the certificate, be they enough or not. */
export async function certify(step: Shadow, { statement, roll }: Asked, reports: readonly Report[], signers: readonly HospitalId[]): Promise<Certificate> {
  const receipts = [...step.contributed.values()].map((c) => c.receipt)
  return { statement, roll, signatures: await step.sign(signers, { statement, roll, receipts, reports }) }
}

/** Asks all of the answer set; null where too few answered. */
export async function openBy(
  step: Shadow,
  certificate: Certificate,
  aggregate: readonly Uint8Array[],
  custodians: readonly HospitalId[],
): Promise<{ readonly opened: Opened; readonly answers: readonly Answer[] } | null> {
  const answers = await step.answer(custodians, certificate)
  return answers.length < step.checked.t ? null : { opened: await step.open(certificate, aggregate, answers), answers }
}

export const releaseOf = (statement: Statement, sums: BigInt64Array): Release => ({ statement: statementHash(statement), sums })

/** The state that follows from these sums, whether or not they are what was opened. */
export async function nextStateOf({ store }: CoordinatorTools, plan: Plan, sums: BigInt64Array): Promise<Uint8Array> {
  const before = await store.readBlob(`state.${plan.state}`)
  return taskByName(plan.task).advance(before, dequantise(plan.layout, sums))
}

export interface Made {
  readonly request: CosignRequest
  readonly bundle: (cosignatures: readonly NamedSignature[]) => ReleaseBundle
}
/** What co-signers and then members are shown of a release of these sums. */
export async function releaseFrom(tools: CoordinatorTools, step: Shadow, certificate: Certificate, keySum: Int32Array, sums: BigInt64Array): Promise<Made> {
  const { plan } = step.checked
  const nextState = await nextStateOf(tools, plan, sums)
  const release = releaseOf(certificate.statement, sums)
  return {
    request: { certificate, keySum, release, nextState: stateHash(nextState) },
    bundle: (cosignatures) => ({ plan: signed(tools, plan), certificate, keySum, release, nextState, cosignatures }),
  }
}

export const signed = ({ signKey }: Pick<CoordinatorTools, 'signKey'>, plan: Plan): SignedPlan => ({
  plan,
  signature: signMessage('plan', {}, encode(planCodec, plan), signKey),
})

/** The same step over other groups, and each group a block: lanes and extracts as its task wants them for so many. */
export async function regrouped({ store }: CoordinatorTools, plan: Plan, groups: readonly (readonly HospitalId[])[]): Promise<Plan> {
  const group = groups[plan.key.group] ?? []
  const own = (member: HospitalId): Plan['snapshots'][number] =>
    plan.snapshots.find((s) => s.member === member) ?? { boundary: plan.inputs.boundary, member, id: planHash(plan) }
  const layout = taskByName(plan.task).layout(await store.readBlob(`state.${plan.state}`), group.length)
  return { ...plan, groups, blocks: groups, layout, snapshots: group.map(own) }
}

/** One lane more than was opened: a false release whose size says whose it is. */
export const shifted = (sums: BigInt64Array, by = 1n): BigInt64Array => sums.map((v, i) => (i === 0 ? v + by : v))

/** c + d at coefficient 0, without any key: a constant is the same number at every point of the transform. */
export function addConstant(ciphertext: Uint8Array, d: bigint): Uint8Array {
  const primeOf = (i: number): bigint => BigInt(PRIMES[i < RESIDUES / 2 ? 0 : 1])
  return packCiphertext(parseCiphertext(ciphertext).map((v, i) => Number((BigInt(v) + d) % primeOf(i))))
}

/** The sums of the first so many released steps of a task, as soon as they are there: what any coordinator sees. */
export async function openedSums({ coordinator, store }: CoordinatorTools, task: string, count: number): Promise<readonly (readonly number[])[]> {
  const done = (): readonly string[] =>
    [...coordinator.state.steps.values()].flatMap(({ plan, phase, key }) => (plan.task === task && phase.kind === 'released' ? [openingKeyText(key)] : []))
  await new Promise<void>((resolve) => {
    const stop = coordinator.subscribe(() => look())
    const look = (): void => {
      if (done().length < count) return
      stop()
      resolve()
    }
    look()
  })
  const bundles = await Promise.all(done().map(async (text) => decode(releaseBundle, await store.readBlob(`bundle.${text}`))))
  return bundles.map(({ release }) => [...release.sums].map(Number))
}

/** A sealing key that the coordinator made and put in a custodian's place. */
export interface OwnSealingKey {
  readonly key: SealingKey
  readonly privateKey: SecretBytes
  /** The custodian's coordinate, 1..m. */
  readonly index: number
}
/** The one-time key of a contribution, put together from t shares that were sealed to the coordinator's own keys, and with it the vector. */
export async function openAlone(contributed: Contributed, plan: Plan, own: readonly OwnSealingKey[]): Promise<readonly number[]> {
  const points = own.map(({ key, privateKey, index }) => {
    const sealed = contributed.sealedShares[index - 1] as Uint8Array
    const context = {
      planHash: planHash(plan),
      rosterHash: plan.roster,
      epoch: key.epoch,
      sender: contributed.receipt.body.member,
      receiver: key.custodian,
      receiverIndex: index,
    }
    return { x: index, words: decode(shareWords, openShare(privateKey, key, context, sealed)).share }
  })
  const coefficients = await createCipher('bgv').open(planHash(plan), contributed.ciphertexts, interpolateAtZero(points))
  return [...unpack(plan.layout, coefficients, 1).sums].map(Number)
}
