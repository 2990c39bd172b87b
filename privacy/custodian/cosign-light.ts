// Co-signing, light form: the aggregate is fetched once and held against what the roll's members signed about their own contributions.
// Refetched are those who did not sign, and one member drawn by this custodian alone; all of them where the sum does not come out.
import { defend, defends } from '../../core/defences.ts'
import { isRefusal, refuse } from '../../core/errors.ts'
import type { Digest, HospitalId } from '../../core/ids.ts'
import type { Random } from '../../core/random.ts'
import { addFingerprints, checkFingerprint, sameFingerprint } from '../fingerprint.ts'
import type { CosignRequest, Fingerprint, Roll, RollEntry } from '../messages.ts'
import type { CheckedPlan } from '../plan.ts'
import { type CosignDecision, type CosignSite, checkAggregate, checkReleaseOver, refetchReceipted } from './cosign.ts'

export interface LightSite extends CosignSite {
  /** The aggregate's ciphertexts as the coordinator shows them. */
  readonly aggregate: () => Promise<readonly Uint8Array[]>
  /** Valid and at most one a member (usableFingerprints), journalled with the draw before anything is refetched. */
  readonly fingerprints: (statement: Digest) => Promise<{ readonly signed: readonly Fingerprint[]; readonly drawn: HospitalId | null }>
  /** fingerprintOf, off the daemon's thread. */
  readonly fingerprintOf: (statement: Digest, ciphertexts: readonly Uint8Array[]) => Promise<BigInt64Array>
  /** A signed fingerprint that is not that of the receipted bytes: journal and log it. */
  readonly reportFalse: (fingerprint: Fingerprint) => Promise<void>
}

/**
 * As checkRelease, without adding the whole roll up again. Sound up to 2^-134 a statement tried, as long as every signed fingerprint is true; a coordinator with an
 * accomplice that signs a false one can shift the sum by an offset that both fixed in the statement, before anybody knew S, at the risk of being drawn:
 * what the accomplice can do by contributing another vector. @throws AGGREGATE_MISMATCH and what checkRelease throws.
 */
export const checkReleaseLight = (request: CosignRequest, site: LightSite): Promise<CosignDecision> =>
  checkReleaseOver(request, site, async (statement) => {
    const { certificate } = request
    const aggregate = await site.aggregate()
    checkAggregate(aggregate, certificate.statement)
    const expected = await site.fingerprintOf(statement, aggregate)
    const { signed, drawn } = await site.fingerprints(statement)
    const said = new Map(signed.map((fingerprint) => [fingerprint.body.member, fingerprint]))
    /** What the sum is made of: as signed, until it is recomputed. */
    const words = new Map(signed.map(({ body }) => [body.member, body.words]))
    const recompute = async (entries: readonly RollEntry[]): Promise<void> => {
      for (const entry of entries) words.set(entry.member, await recomputed(entry, statement, said.get(entry.member), site))
    }
    const isDoubtful = ({ member }: RollEntry): boolean => (member === drawn && defends('fingerprints-refetched')) || !said.has(member)
    await recompute(certificate.roll.filter(isDoubtful))
    if (!addsUp(words, expected)) {
      if (defends('fingerprints-refetched')) await recompute(certificate.roll.filter((entry) => !isDoubtful(entry)))
      defend('fingerprints-add-up', () => {
        if (!addsUp(words, expected)) throw refuse('AGGREGATE_MISMATCH', 'the fingerprints of the roll do not add up to that of the aggregate')
      })
    }
    return aggregate
  })

/** From the receipted bytes. Whoever signed something else is named. */
async function recomputed(entry: RollEntry, statement: Digest, said: Fingerprint | undefined, site: LightSite): Promise<BigInt64Array> {
  const words = await site.fingerprintOf(statement, await refetchReceipted(entry, site))
  if (said && !sameFingerprint(said.body.words, words)) await site.reportFalse(said)
  return words
}

/** Of exactly the roll: usableFingerprints gives nobody else's. */
function addsUp(words: ReadonlyMap<HospitalId, BigInt64Array>, expected: BigInt64Array): boolean {
  const sum = new BigInt64Array(expected.length)
  for (const term of words.values()) addFingerprints(sum, term)
  return sameFingerprint(sum, expected)
}

/** The valid ones, the first of each member; who has none counts as one who did not sign. */
export function usableFingerprints(shown: readonly Fingerprint[], statement: Digest, roll: Roll, checked: CheckedPlan): readonly Fingerprint[] {
  const valid = new Map<HospitalId, Fingerprint>()
  for (const fingerprint of shown)
    if (!valid.has(fingerprint.body.member) && isValid(fingerprint, statement, roll, checked)) valid.set(fingerprint.body.member, fingerprint)
  return [...valid.values()]
}
function isValid(fingerprint: Fingerprint, statement: Digest, roll: Roll, checked: CheckedPlan): boolean {
  try {
    checkFingerprint(fingerprint, statement, roll, checked)
    return true
  } catch (error) {
    if (isRefusal(error)) return false
    throw error
  }
}

/** One of the others who signed, uniformly; null where nobody did. Only this custodian's randomness decides, after all fingerprints are in its hands. */
export function drawMember(signed: readonly Fingerprint[], self: HospitalId, random: Random): HospitalId | null {
  const others = signed.map(({ body }) => body.member).filter((member) => member !== self)
  if (others.length === 0) return null
  const most = 2 ** 32 - (2 ** 32 % others.length)
  for (;;) {
    const [draw = 0] = random.fill(new Uint32Array(1))
    if (draw < most) return others[draw % others.length] ?? null
  }
}
