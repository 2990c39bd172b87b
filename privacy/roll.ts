// The roll: over whom a step opens. It is a sorted list in which nobody can stand twice, and everyone recomputes from the signed
// reports who may stand in it.
import { defend, defends } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import type { Digest, HospitalId } from '../core/ids.ts'
import { P } from './field.ts'
import { type Complaint, type Receipt, type Report, type ReportBody, type Roll, type RollEntry, receiptHash, rollHash, type Verdict } from './messages.ts'
import { type CheckedPlan, opensWholeBlocks } from './plan.ts'
import { custodianIndex, risesStrictly } from './roster.ts'
import { liesOnPolynomial } from './shamir.ts'

/**
 * Sorted by member, nobody twice, at least `least` members. A roll that names the victim five times would have size 5 and open
 * five times the victim's vector. @throws ROLL_DUPLICATE | ROLL_UNSORTED | ROLL_SMALL.
 */
export function checkRollShape(roll: Roll, least: number): void {
  const ids = roll.map((entry) => entry.member)
  defend('roll-distinct', () => checkDistinct(ids))
  defend('least-roll', () => {
    if (ids.length < least) throw refuse('ROLL_SMALL', `${ids.length} members, at least ${least} expected`)
  })
}

function checkDistinct(ids: readonly HospitalId[]): void {
  if (new Set(ids).size !== ids.length) throw refuse('ROLL_DUPLICATE', `${ids.length} entries, ${new Set(ids).size} members`)
  if (!risesStrictly(ids)) throw refuse('ROLL_UNSORTED', 'the roll is not sorted by member')
}

/** The roll's members are of the plan's group and, for statistics, whole blocks of it. @throws NOT_INVITED | ROLL_NOT_BLOCKS. */
export function checkRollMembers(roll: Roll, checked: CheckedPlan): void {
  const named = new Set(roll.map((entry) => entry.member))
  const invited = new Set(checked.group)
  for (const id of named) if (!invited.has(id)) throw refuse('NOT_INVITED', `the roll names ${id}, who is not in the group`)
  if (opensWholeBlocks(checked.plan)) defend('whole-blocks', () => checkWholeBlocks(named, checked))
}

function checkWholeBlocks(named: ReadonlySet<HospitalId>, checked: CheckedPlan): void {
  const cut = checked.plan.blocks.find((block) => block.some((id) => named.has(id)) && !block.every((id) => named.has(id)))
  if (cut) throw refuse('ROLL_NOT_BLOCKS', `${cut.filter((id) => !named.has(id)).join(', ')} missing from a block that is in the roll`)
}

/** What the custodians said: by custodian, by member. A custodian that said two things about one member has said nothing usable. */
export type Verdicts = ReadonlyMap<HospitalId, ReadonlyMap<HospitalId, ReportBody['entries'][number] | 'contradiction'>>

/** Several reports of one custodian (later candidates) are one. The reports' signatures are checked before (report.ts). */
export function collectVerdicts(reports: readonly Report[]): Verdicts {
  const all = new Map<HospitalId, Map<HospitalId, ReportBody['entries'][number] | 'contradiction'>>()
  for (const { body } of reports) {
    const said = all.get(body.custodian) ?? new Map<HospitalId, ReportBody['entries'][number] | 'contradiction'>()
    all.set(body.custodian, said)
    for (const entry of body.entries) {
      const before = said.get(entry.member)
      said.set(entry.member, before === undefined || (before !== 'contradiction' && sameEntry(before, entry)) ? entry : 'contradiction')
    }
  }
  return all
}
const sameEntry = (a: ReportBody['entries'][number], b: ReportBody['entries'][number]): boolean => a.receipt === b.receipt && sameVerdict(a.verdict, b.verdict)
export function sameVerdict(a: Verdict, b: Verdict): boolean {
  if (a.kind === 'complaint' || b.kind === 'complaint') return a.kind === 'complaint' && b.kind === 'complaint' && a.code === b.code
  return a.words.length === b.words.length && a.words.every((word, r) => word === b.words[r])
}

/** One receipt a member, by hash; two different ones under one opening key exclude the member. The receipts are verified before. */
export function collectReceipts(receipts: readonly Receipt[]): { readonly byMember: ReadonlyMap<HospitalId, Digest>; readonly twice: ReadonlySet<HospitalId> } {
  const byMember = new Map<HospitalId, Digest>()
  const twice = new Set<HospitalId>()
  for (const { body } of receipts) {
    const hash = receiptHash(body)
    const before = byMember.get(body.member)
    if (before !== undefined && before !== hash) twice.add(body.member)
    byMember.set(body.member, before ?? hash)
  }
  return { byMember, twice }
}

/** Why a member is not admissible, worst first. */
export type Exclusion = 'second-receipt' | 'no-report' | 'complaint' | 'words'

/**
 * Whether the reports of all of A admit this receipt: each custodian of A reported four words on it, and each of the four lies on
 * one polynomial of degree t-1 over A's coordinates. rho and the masks make a wrong sharing pass with probability 2^-124 a try
 * (four words of 31 bits). Returns null where admissible.
 */
export function exclusionOf(member: HospitalId, receipt: Digest, verdicts: Verdicts, answerSet: readonly HospitalId[], checked: CheckedPlan): Exclusion | null {
  const points: { readonly x: number; readonly words: Uint32Array }[] = []
  let missing = false
  for (const custodian of answerSet) {
    const entry = verdicts.get(custodian)?.get(member)
    if (entry === undefined || entry === 'contradiction' || entry.receipt !== receipt) missing = true
    else if (entry.verdict.kind === 'words') points.push({ x: custodianIndex(checked.roster, custodian), words: entry.verdict.words })
    else if (defends('complaints-exclude')) return 'complaint'
  }
  if (missing) return 'no-report'
  return !defends('words-on-one-polynomial') || [0, 1, 2, 3].every((r) => onePolynomial(points, r, checked.t - 1)) ? null : 'words'
}
function onePolynomial(points: readonly { readonly x: number; readonly words: Uint32Array }[], r: number, degree: number): boolean {
  const row = points.map(({ x, words }) => ({ x, word: words[r] ?? P }))
  return row.every(({ word }) => word < P) && liesOnPolynomial(row, degree)
}

/** Everyone in the group with a receipt whom A's reports or two receipts exclude. What a custodian recomputes before it signs. */
export function excludedMembers(
  receipts: readonly Receipt[],
  reports: readonly Report[],
  answerSet: readonly HospitalId[],
  checked: CheckedPlan,
): ReadonlyMap<HospitalId, Exclusion> {
  const verdicts = collectVerdicts(reports)
  const { byMember, twice } = collectReceipts(receipts)
  const excluded = new Map<HospitalId, Exclusion>()
  for (const [member, receipt] of byMember) {
    const why = twice.has(member) ? 'second-receipt' : exclusionOf(member, receipt, verdicts, answerSet, checked)
    if (why) excluded.set(member, why)
  }
  return excluded
}

/** Complaints that only the contributor can have caused: the others can be provoked by who carries the message. */
const CONTRIBUTORS_FAULT: ReadonlySet<Complaint> = new Set<Complaint>(['share-does-not-open', 'second-receipt'])

/**
 * Whether signed reports of A speak against this very receipt. Silence does not: a coordinator that never shows a candidate to the
 * custodians, or spoils it on the way, must not so excuse its absence from the roll.
 */
export function reportsSpeakAgainst(
  member: HospitalId,
  receipt: Digest,
  reports: readonly Report[],
  answerSet: readonly HospitalId[],
  checked: CheckedPlan,
): boolean {
  const verdicts = collectVerdicts(reports)
  const complained = answerSet.some((custodian) => {
    const entry = verdicts.get(custodian)?.get(member)
    return (
      entry !== undefined &&
      entry !== 'contradiction' &&
      entry.receipt === receipt &&
      entry.verdict.kind === 'complaint' &&
      CONTRIBUTORS_FAULT.has(entry.verdict.code)
    )
  })
  return complained || exclusionOf(member, receipt, verdicts, answerSet, checked) === 'words'
}

export interface ChosenRoll {
  readonly answerSet: readonly HospitalId[]
  readonly roll: Roll
  readonly rollHash: Digest
  readonly excluded: ReadonlyMap<HospitalId, Exclusion>
}

/**
 * The coordinator's choice of A and roll: the most members first, then the largest A, then the first in the roster's order; the same
 * from the same reports everywhere. For statistics the roll keeps whole blocks only, so it is empty where a member of the one block
 * is missing: the caller pauses. @throws FEW_ANSWERS where fewer than g custodians have reported.
 */
export function chooseRoll(receipts: readonly Receipt[], reports: readonly Report[], checked: CheckedPlan): ChosenRoll {
  const verdicts = collectVerdicts(reports)
  const { byMember, twice } = collectReceipts(receipts)
  const reporting = checked.roster.custodians.filter((id) => verdicts.has(id))
  if (reporting.length < checked.g) throw refuse('FEW_ANSWERS', `${reporting.length} custodians reported, ${checked.g} needed`)
  const single = [...byMember].filter(([member]) => !twice.has(member))
  const admits = (answerSet: readonly HospitalId[]) => (entry: readonly [HospitalId, Digest]) =>
    exclusionOf(entry[0], entry[1], verdicts, answerSet, checked) === null
  // Whom all of them admit, every smaller set admits too: only the others are tried again.
  const always = single.filter(admits(reporting))
  const doubtful = single.filter((entry) => !always.includes(entry))
  let best: { answerSet: readonly HospitalId[]; roll: Roll } | null = null
  for (const answerSet of subsetsFrom(reporting, checked.g)) {
    const roll = wholeBlocks([...always, ...doubtful.filter(admits(answerSet))], checked)
    if (!best || (roll.length > best.roll.length && defends('members-before-custodians'))) best = { answerSet, roll }
    if (best.roll.length === single.length) break
  }
  const { answerSet, roll } = best as { answerSet: readonly HospitalId[]; roll: Roll }
  return { answerSet, roll, rollHash: rollHash(roll), excluded: excludedMembers(receipts, reports, answerSet, checked) }
}

/** All subsets of at least `least`, the largest first, each in the given order; at most 2^10 of ten custodians. */
export function subsetsFrom<T>(items: readonly T[], least: number): readonly (readonly T[])[] {
  const subsets: T[][] = []
  for (let bits = 2 ** items.length - 1; bits > 0; bits--) {
    const subset = items.filter((_, i) => bits & (1 << (items.length - 1 - i)))
    if (subset.length >= least) subsets.push(subset)
  }
  return subsets.sort((a, b) => b.length - a.length)
}

function wholeBlocks(entries: readonly (readonly [HospitalId, Digest])[], checked: CheckedPlan): Roll {
  const present = new Map(entries)
  const members = opensWholeBlocks(checked.plan) ? checked.plan.blocks.filter((block) => block.every((id) => present.has(id))).flat() : [...present.keys()]
  return members.sort().map((member): RollEntry => ({ member, receipt: present.get(member) as Digest }))
}
