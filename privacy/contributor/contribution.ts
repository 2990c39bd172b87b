// A hospital's side of step 2, "Contribute": from quantised lanes to everything that leaves, and a receipt that names it.
import { encode } from '../../core/codec.ts'
import { refuse } from '../../core/errors.ts'
import type { Digest, HospitalId } from '../../core/ids.ts'
import { type Random, systemRandom } from '../../core/random.ts'
import { type CipherName, type CipherOptions, createCipher } from '../cipher.ts'
import { checkFits, pack } from '../lanes.ts'
import { type KeyEpochSet, keyEpochHash, type Plan, planHash, type ReceiptBody, type Roster, rosterHash } from '../messages.ts'
import { thresholds } from '../parameters.ts'
import { sealedShareDigest, sealShare } from '../sealing.ts'
import { shareKey, shareMasks } from '../shamir.ts'
import { shareWords } from '../share-words.ts'
import { ciphertextDigest } from '../wire.ts'

export interface ContributionInput {
  readonly plan: Plan
  /** Of the state that `quantised` was computed from; the receipt carries it. Holding it against the plan is the client's part. */
  readonly stateHash: Digest
  readonly member: HospitalId
  readonly roster: Roster
  readonly keyEpoch: KeyEpochSet
  /** laneCount(plan.layout) integers, from quantise(). */
  readonly quantised: Float64Array
  readonly cipher: CipherName
  readonly random?: Random
  readonly options?: CipherOptions
}
export interface Contribution {
  readonly ciphertexts: Uint8Array[]
  /** In the order of custodians. */
  readonly sealedShares: Uint8Array[]
  readonly receiptBody: ReceiptBody
}

/**
 * Packs, encrypts under a key that is used this once, shares the key among the custodians, seals and digests. Key, shares and masks are wiped.
 * Two calls for one plan give two keys: the caller stores the result durably and sends nothing else (the same s under another m leaks the difference, and two keys leak
 * nothing but make two receipts).
 * @throws OTHER_ROSTER | OTHER_EPOCH where roster or key epoch are not the plan's; BAD_PARAMETERS, BAD_LAYOUT, BAD_KEY.
 */
export async function prepareContribution(input: ContributionInput): Promise<Contribution> {
  const { plan, random = systemRandom } = input
  const plan32 = planHash(plan)
  checkAgreed(input)
  checkFits(plan.layout, plan.groups[plan.key.group]?.length ?? 0)
  const { ciphertexts, key } = await createCipher(input.cipher, input.options).encrypt(plan32, pack(plan.layout, input.quantised), random)
  const sealedShares = sealKey(key, plan32, input, random)
  const receiptBody = {
    plan: plan32,
    state: input.stateHash,
    member: input.member,
    ciphertexts: ciphertexts.map(ciphertextDigest),
    shares: sealedShares.map(sealedShareDigest),
  }
  return { ciphertexts, sealedShares, receiptBody }
}

function checkAgreed({ plan, roster, keyEpoch }: ContributionInput): void {
  if (rosterHash(roster) !== plan.roster) throw refuse('OTHER_ROSTER', "the roster is not the plan's")
  if (keyEpochHash(keyEpoch) !== plan.keyEpoch || keyEpoch.roster !== plan.roster) throw refuse('OTHER_EPOCH', "the key epoch is not the plan's")
  if (keyEpoch.keys.map(({ key }) => key.custodian).join() !== roster.custodians.join())
    throw refuse('OTHER_EPOCH', "the key epoch's custodians are not the roster's")
}

/** Shares, seals and wipes. */
function sealKey(key: Int32Array, planHash: Digest, { roster, keyEpoch, member }: ContributionInput, random: Random): Uint8Array[] {
  const m = roster.custodians.length
  const { t } = thresholds(m, roster.corrupt)
  const [shares, masks] = [shareKey(key, t, m, random), shareMasks(t, m, random)]
  try {
    return keyEpoch.keys.map(({ key: receiver }, k) => {
      const context = { planHash, rosterHash: keyEpoch.roster, epoch: keyEpoch.epoch, sender: member, receiver: receiver.custodian, receiverIndex: k + 1 }
      const payload = encode(shareWords, { share: shares[k] as Uint32Array, masks: masks[k] as Uint32Array })
      const sealed = sealShare(receiver, context, payload)
      payload.fill(0)
      return sealed
    })
  } finally {
    for (const secret of [key, ...shares, ...masks]) secret.fill(0)
  }
}
