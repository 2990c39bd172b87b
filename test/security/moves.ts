// What several attacks of a coordinator have in common: running a shadow step honestly up to some point, and publishing what they made.
import { encode } from '../../core/codec.ts'
import type { HospitalId } from '../../core/ids.ts'
import { dequantise } from '../../core/lanes.ts'
import { taskByName } from '../../models/index.ts'
import {
  type Answer,
  type Certificate,
  type CosignRequest,
  type NamedSignature,
  type Plan,
  plan as planCodec,
  type Release,
  type ReleaseBundle,
  type Report,
  type Roll,
  type SignedPlan,
  type Statement,
  stateHash,
  statementHash,
} from '../../privacy/messages.ts'
import { signMessage } from '../../privacy/signatures.ts'
import { PRIMES, packCiphertext, parseCiphertext, RESIDUES } from '../../privacy/wire.ts'
import type { CoordinatorTools } from './attack.ts'
import { IDS } from './scene.ts'
import type { Opened, Shadow } from './shadow-step.ts'

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

/** One lane more than was opened: a false release whose size says whose it is. */
export const shifted = (sums: BigInt64Array, by = 1n): BigInt64Array => sums.map((v, i) => (i === 0 ? v + by : v))

/** c + d at coefficient 0, without any key: a constant is the same number at every point of the transform. */
export function addConstant(ciphertext: Uint8Array, d: bigint): Uint8Array {
  const primeOf = (i: number): bigint => BigInt(PRIMES[i < RESIDUES / 2 ? 0 : 1])
  return packCiphertext(parseCiphertext(ciphertext).map((v, i) => Number((BigInt(v) + d) % primeOf(i))))
}
