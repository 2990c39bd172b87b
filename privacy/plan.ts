// What a plan must satisfy whatever the site's policy: the same checks for client, custodian and coordinator. Bounds come first,
// then shape, then the signature's author. A site's own policy file decides on top (client/).
import { encode } from '../core/codec.ts'
import { defend } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import type { Digest, HospitalId } from '../core/ids.ts'
import { laneCount } from '../core/lanes.ts'
import { LIMITS } from '../core/limits.ts'
import type { SecretBytes } from '../core/secret.ts'
import { checkFits, ciphertextCount } from './lanes.ts'
import {
  type KeyEpochSet,
  keyEpochHash,
  type Plan,
  PROTOCOL_VERSION,
  plan as planCodec,
  planHash,
  type Roster,
  rosterHash,
  type SignedPlan,
} from './messages.ts'
import { isMember, risesStrictly, rosterThresholds } from './roster.ts'
import { requireSignature, signMessage } from './signatures.ts'

/** A plan that passed `checkPlan`, with what every later check needs. */
export interface CheckedPlan {
  readonly plan: Plan
  readonly planHash: Digest
  readonly roster: Roster
  readonly rosterHash: Digest
  /** The members of this plan's group, sorted. */
  readonly group: readonly HospitalId[]
  /** Ciphertexts of one contribution. */
  readonly ciphertexts: number
  /** Any t answers open; g signatures certify. */
  readonly t: number
  readonly g: number
}

export const signPlan = (plan: Plan, coordinatorKey: SecretBytes): SignedPlan => ({
  plan,
  signature: signMessage('plan', {}, encode(planCodec, plan), coordinatorKey),
})

/** The context under which every message of this plan is signed. */
export const messageContext = (checked: Pick<CheckedPlan, 'plan' | 'planHash'>): { readonly plan: Digest; readonly key: Plan['key'] } => ({
  plan: checked.planHash,
  key: checked.plan.key,
})

/** A step whose vector has no lanes of its own reads no records: common randomness. */
export const readsRecords = (plan: Plan): boolean => plan.layout.segments.length > 0

/**
 * True where only whole blocks may open: a statistic is a function of the records, so two sums that differ by one member reveal it.
 * Updates are functions of a fresh state and may open over varying rolls.
 */
export const opensWholeBlocks = (plan: Plan): boolean => plan.disclosure === 'statistic'

/**
 * @throws OTHER_VERSION | OTHER_ROSTER | OTHER_EPOCH | BAD_SIGNATURE | BAD_LAYOUT | BAD_PLAN | POLICY (privacy `dp`, which no task fills yet:
 * a plan must not claim noise that nobody adds).
 */
export function checkPlan(signed: SignedPlan, known: { readonly roster: Roster; readonly keyEpoch: KeyEpochSet }): CheckedPlan {
  const { plan } = signed
  const { roster } = known
  if (plan.protocol !== PROTOCOL_VERSION) throw refuse('OTHER_VERSION', `a plan of protocol ${plan.protocol}`)
  const agreed = rosterHash(roster)
  if (plan.roster !== agreed) throw refuse('OTHER_ROSTER', 'the plan names another roster')
  if (plan.keyEpoch !== keyEpochHash(known.keyEpoch) || known.keyEpoch.roster !== agreed) throw refuse('OTHER_EPOCH', 'the plan names another key epoch')
  requireSignature('plan', {}, encode(planCodec, plan), signed.signature, roster.coordinatorKey, 'the coordinator')
  const group = checkGroups(plan, roster)
  checkSnapshots(plan, group)
  checkRandomness(plan)
  if (plan.privacy === 'dp') throw refuse('POLICY', 'differential privacy is planned, but this protocol version adds no noise')
  return { plan, planHash: planHash(plan), roster, rosterHash: agreed, group, ciphertexts: checkLayout(plan, group.length), ...rosterThresholds(roster) }
}

/** Groups partition a cohort of distinct members; each is large enough; this plan's blocks fit them. */
function checkGroups(plan: Plan, roster: Roster): readonly HospitalId[] {
  const cohort = plan.groups.flat()
  if (cohort.length > LIMITS.members) throw refuse('BAD_PLAN', `a cohort of ${cohort.length}`)
  defend('groups-disjoint', () => {
    if (new Set(cohort).size !== cohort.length) throw refuse('BAD_PLAN', 'a member is in two groups')
  })
  defend('members-only', () => {
    for (const id of cohort) if (!isMember(roster, id)) throw refuse('OFF_THE_ROSTER', `the plan invites ${id}`)
  })
  for (const members of plan.groups) {
    if (!risesStrictly(members)) throw refuse('BAD_PLAN', 'a group is not sorted')
    if (members.length < plan.minCohort) throw refuse('BAD_PLAN', `a group of ${members.length}, at least ${plan.minCohort} planned`)
  }
  // Two honest members must remain beside f corrupt ones; each custodian asks the same of its own c >= f.
  if (plan.minCohort < roster.corrupt + 2) throw refuse('BAD_PLAN', `a least cohort of ${plan.minCohort} with ${roster.corrupt} corrupt`)
  const group = plan.groups[plan.key.group]
  if (!group) throw refuse('BAD_PLAN', `group ${plan.key.group} of ${plan.groups.length}`)
  defend('groups-disjoint', () => checkBlocks(plan, cohort, roster))
  return group
}

/**
 * Blocks partition the whole cohort, in the order of their first members, each of at least f + 2 members and inside one group: so a group is a
 * union of blocks, and groups that are drawn anew cannot take a block apart. Where rolls may vary (updates), the blocks are the groups.
 */
function checkBlocks(plan: Plan, cohort: readonly HospitalId[], roster: Roster): void {
  if (!risesStrictly(plan.blocks.map((block) => block[0] ?? ''))) throw refuse('BAD_PLAN', 'the blocks are not sorted by their first members')
  const inBlocks = plan.blocks.flat()
  if (inBlocks.length !== cohort.length || new Set(inBlocks).size !== inBlocks.length) throw refuse('BAD_PLAN', 'the blocks are not a partition of the cohort')
  const groupOf = new Map(plan.groups.flatMap((group, i) => group.map((id) => [id, i] as const)))
  for (const block of plan.blocks) {
    if (!risesStrictly(block)) throw refuse('BAD_PLAN', 'a block is not sorted')
    if (block.length < roster.corrupt + 2) throw refuse('BAD_PLAN', `a block of ${block.length} members, at least ${roster.corrupt + 2} expected`)
    const [home] = block.map((id) => groupOf.get(id))
    if (home === undefined || block.some((id) => groupOf.get(id) !== home)) throw refuse('BAD_PLAN', 'a block is not inside one group')
  }
  if (!opensWholeBlocks(plan) && plan.blocks.length !== plan.groups.length) throw refuse('BAD_PLAN', 'blocks where whole groups may open')
}

/** One frozen extract a member of the group, sorted; a step that reads no records (constant lanes only) lists none. */
function checkSnapshots(plan: Plan, group: readonly HospitalId[]): void {
  const named = plan.snapshots.map((snapshot) => snapshot.member)
  const expected = plan.layout.segments.length === 0 ? [] : group
  if (named.length !== expected.length || named.some((id, i) => id !== expected[i]))
    throw refuse('BAD_PLAN', `${named.length} snapshots for a group of ${expected.length}`)
  for (const { boundary, member } of plan.snapshots)
    if (boundary !== plan.inputs.boundary) throw refuse('BAD_PLAN', `${member}'s snapshot is of ${boundary}, the plan of ${plan.inputs.boundary}`)
}

/** Step 0 of a job is its common randomness (again, if it was retired): one group, for members, constant lanes only. */
function checkRandomness(plan: Plan): void {
  const constantsOnly = plan.layout.segments.length === 0
  if ((plan.stage === 'randomness') !== constantsOnly || (plan.key.step === 0 && !constantsOnly))
    throw refuse('BAD_PLAN', `step ${plan.key.step} of stage ${plan.stage}`)
  if (constantsOnly && (plan.groups.length !== 1 || plan.audience !== 'members'))
    throw refuse('BAD_PLAN', 'common randomness needs one group and the audience members')
}

/** @throws BAD_LAYOUT. The bounds first, so that no later step allocates what a plan merely asks for. */
function checkLayout(plan: Plan, n: number): number {
  const lanes = laneCount(plan.layout)
  if (!(lanes <= LIMITS.lanes)) throw refuse('BAD_LAYOUT', `${lanes} lanes, at most ${LIMITS.lanes}`)
  checkFits(plan.layout, n)
  const ciphertexts = ciphertextCount(plan.layout)
  if (ciphertexts > LIMITS.ciphertexts) throw refuse('BAD_LAYOUT', `${ciphertexts} ciphertexts, at most ${LIMITS.ciphertexts}`)
  return ciphertexts
}

/**
 * checkPlan with a memory: the same signed plan object against the same roster and key epoch objects is checked once. For daemons, whose
 * every call within a step needs the checked plan.
 */
export function createPlanChecker(): typeof checkPlan {
  const known = new WeakMap<SignedPlan, { readonly roster: Roster; readonly keyEpoch: KeyEpochSet; readonly checked: CheckedPlan }>()
  return (signed, { roster, keyEpoch }) => {
    const before = known.get(signed)
    if (before && before.roster === roster && before.keyEpoch === keyEpoch) return before.checked
    const checked = checkPlan(signed, { roster, keyEpoch })
    known.set(signed, { roster, keyEpoch, checked })
    return checked
  }
}
