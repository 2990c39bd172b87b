// What may happen to a federation, as a list that fast-check can shrink: faults of lines, machines and people, dishonest members, a dishonest
// coordinator, new jobs. Each operation comes `wait` entries of the coordinator's journal after the one before.
import fc from 'fast-check'
import type { CallName, FaultPoint } from '../../../proto/index.ts'
import type { DeathPoint } from '../mortal-store.ts'

export const MEMBERS = 5
/** The first four hold shares: (m,f,t,g) = (4,1,2,3). */
export const CUSTODIANS = 4

export const CALLS = [
  'watch',
  'fetchRoster',
  'fetchJob',
  'fetchPlan',
  'refusePlan',
  'contributionOffset',
  'contribute',
  'fetchCandidates',
  'report',
  'fetchSignRequest',
  'sign',
  'refuseRequest',
  'fetchCertificate',
  'answer',
  'fetchCosignRequest',
  'fetchContribution',
  'cosign',
  'fingerprint',
  'fetchFingerprints',
  'fetchAggregate',
  'fetchRelease',
  'adopted',
  'scored',
] as const satisfies readonly CallName[]
/** What the one corrupt member sends in place of its honest contribution. */
export const CONTRIBUTIONS = ['garbage', 'spoilt shares', 'two receipts', 'a copy', 'a false sum'] as const
export type FalseContribution = (typeof CONTRIBUTIONS)[number]
/** What the one corrupt member does where it holds shares. */
export const CUSTODY = ['wrong answer', 'silent', 'refuses', 'signs anything', 'false report'] as const
export type FalseCustody = (typeof CUSTODY)[number]
/** What the coordinator shows one member in place of the truth. */
export const LIES = [
  'another plan',
  'another state',
  'a plan without one',
  'no candidates',
  'swapped candidates',
  'a roll without one',
  'a roll that repeats one',
  'an empty roll',
  'a smaller answer set',
  'a certificate without signatures',
  'a certificate signed twice by one',
  'a certificate over fewer',
  'another release to co-sign',
  'another state to co-sign',
  'another aggregate',
  'another release',
  'an older release',
] as const
export type Lie = (typeof LIES)[number]

export type Operation = { readonly wait: number } & (
  | { readonly kind: 'lose'; readonly call: (typeof CALLS)[number]; readonly member: number; readonly point: FaultPoint; readonly times: number }
  | { readonly kind: 'late'; readonly member: number; readonly seconds: number }
  | { readonly kind: 'cut'; readonly member: number }
  | { readonly kind: 'restore'; readonly member: number }
  /** Party 0 is the coordinator. It dies so many entries of its own journal later. */
  | { readonly kind: 'kill'; readonly party: number; readonly entries: number; readonly point: DeathPoint }
  /** Timers ring while work is still under way: a clock that jumps. */
  | { readonly kind: 'rush'; readonly timers: number }
  | { readonly kind: 'policy'; readonly member: number; readonly refuses: 'describe' | 'logistic' | 'nothing' }
  | { readonly kind: 'contributor'; readonly how: FalseContribution }
  | { readonly kind: 'custodian'; readonly how: FalseCustody }
  | { readonly kind: 'coordinator'; readonly shows: Lie; readonly member: number; readonly times: number }
  | { readonly kind: 'job'; readonly again: boolean }
)
export interface Case {
  readonly light: boolean
  /** The one member that is corrupt wherever an operation says so. */
  readonly corrupt: number
  readonly operations: readonly Operation[]
}

const member = fc.nat(MEMBERS - 1)
const kinds: readonly fc.Arbitrary<object>[] = [
  fc.record({
    kind: fc.constant('lose'),
    call: fc.constantFrom(...CALLS),
    member,
    point: fc.constantFrom('before', 'chunk', 'after'),
    times: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant('late'), member, seconds: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant('cut'), member }),
  fc.record({ kind: fc.constant('restore'), member }),
  fc.record({ kind: fc.constant('kill'), party: fc.nat(MEMBERS), entries: fc.integer({ min: 1, max: 12 }), point: fc.constantFrom('before', 'after') }),
  fc.record({ kind: fc.constant('rush'), timers: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('policy'), member, refuses: fc.constantFrom('describe', 'logistic', 'nothing') }),
  fc.record({ kind: fc.constant('contributor'), how: fc.constantFrom(...CONTRIBUTIONS) }),
  fc.record({ kind: fc.constant('custodian'), how: fc.constantFrom(...CUSTODY) }),
  fc.record({ kind: fc.constant('coordinator'), shows: fc.constantFrom(...LIES), member, times: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('job'), again: fc.boolean() }),
]
const operation = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.oneof(...kinds)).map(([wait, what]) => ({ wait, ...what }) as Operation)

export const cases = (most: number): fc.Arbitrary<Case> =>
  fc.record({ light: fc.boolean(), corrupt: member, operations: fc.array(operation, { minLength: 1, maxLength: most }) })
