// prepareContribution as a job: in a worker thread whose memory, SEAL's pool with it, ends with the thread.
import { decode, encode } from '../../core/codec.ts'
import { parseDigest, parseHospitalId } from '../../core/ids.ts'
import type { CipherName } from '../cipher.ts'
import { keyEpoch, plan, receiptBody, roster } from '../messages.ts'
import { prepareContribution } from './contribution.ts'

/** Structured-cloneable: messages as their canonical bytes. */
export interface EncryptInput {
  readonly cipher: CipherName
  readonly plan: Uint8Array
  readonly roster: Uint8Array
  readonly keyEpoch: Uint8Array
  readonly stateHash: string
  readonly member: string
  readonly quantised: Float64Array
}
export interface EncryptOutput {
  readonly ciphertexts: Uint8Array[]
  readonly sealedShares: Uint8Array[]
  /** Canonical bytes of the receipt body. */
  readonly receiptBody: Uint8Array
}

export async function encrypt(input: EncryptInput): Promise<EncryptOutput> {
  const contribution = await prepareContribution({
    cipher: input.cipher,
    plan: decode(plan, input.plan),
    roster: decode(roster, input.roster),
    keyEpoch: decode(keyEpoch, input.keyEpoch),
    stateHash: parseDigest(input.stateHash),
    member: parseHospitalId(input.member),
    quantised: input.quantised,
  })
  return { ...contribution, receiptBody: encode(receiptBody, contribution.receiptBody) }
}
