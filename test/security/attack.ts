// An attack is one file in test/security/attacks/ that exports `attack`. Each is run twice between real daemon processes (gRPC over mutual TLS, BGV,
// SQLite): with every defence on it must end in a coded refusal by honest parties and an entry in their log, and the federation goes on or pauses
// by name; with the one defence off that it names, it must succeed, else it tests nothing.
//
// How to add one:
//   1. Name the defence where its check stands: `defend('name', () => { if (wrong) throw refuse(CODE, ...) })` (core/defences.ts).
//   2. Write attacks/<name>.ts. The hostile part runs inside the hostile party's own process: `coordinator` or `hospitals` below get the tools that such
//      a party has anyway (its keys, store, state) and return what it does otherwise. What is learnt or reached is shown with `tools.show(name, body)`.
//   3. `refused` says who refuses by which code, where the entry is, and what follows. `succeeded` runs in the test with the defence off: it waits for
//      what the attacker shows and throws unless that is the real thing (the victim's vector, an honest custodian's signature on what it must not sign).
//   4. Import it in attacks/index.ts and run `npm run generate`: the table in docs/attacks.md is made from these objects.
// The files: scene.ts (who takes part, with which rows and job), launcher.ts (starts, watches and ends the processes; the test's side), daemon.ts (one
// process: a coordinator or a hospital), shadow-step.ts (a step that a hostile coordinator runs itself, message by message).
import type { SiteData } from '../../client/data.ts'
import type { ClientState } from '../../client/state.ts'
import type { Coordinator } from '../../coordinator/index.ts'
import type { ErrorCode } from '../../core/errors.ts'
import type { HospitalId, OpeningKey } from '../../core/ids.ts'
import type { SecretBytes } from '../../core/secret.ts'
import type { Store } from '../../core/store/store.ts'
import type { Work } from '../../core/work/work.ts'
import type { Plan } from '../../privacy/messages.ts'
import type { CheckedPlan } from '../../privacy/plan.ts'
import type { Ask } from '../../proto/messages.ts'
import type { CoordinatorLink, CoordinatorService, Peer } from '../../proto/service.ts'
import type { Invited } from './daemon-hospital.ts'
import type { AttackRun } from './launcher.ts'
import type { Scene } from './scene.ts'
import type { Shadow } from './shadow-step.ts'

export interface Attack {
  readonly title: string
  readonly by: 'coordinator' | 'hospital'
  /** What the adversary would gain. */
  readonly wants: string
  /** Name in core/defences.ts. null: nothing to switch off, the attack fails by construction (the page's three); then `succeeded` is never run. */
  readonly defence: string | null
  readonly scene?: Partial<Scene>
  /** Runs in the coordinator's process, once it listens. */
  readonly coordinator?: (tools: CoordinatorTools) => HostileCoordinator
  /** Adding and opening that the coordinator does otherwise, its honest code around it. */
  readonly coordinatorWork?: (honest: Work) => Work
  /** Runs in the process of the hospital named, before it connects. */
  readonly hospitals?: Readonly<Record<string, (tools: HospitalTools) => HostileHospital>>
  /** Hospitals that collude with the coordinator: in both runs they serve as honest ones do, with these defences off. */
  readonly helpers?: Readonly<Record<string, readonly string[]>>
  readonly refused: Refused
  /** Drives the run from outside where the processes themselves are the attack (restarts on older folders). In both runs. */
  readonly drive?: (run: AttackRun) => Promise<void>
  /** With the defence off. Returns what was shown, in a sentence; throws where the attack did not reach it. */
  readonly succeeded: (run: AttackRun) => Promise<string>
}

export interface Refused {
  /** Honest parties that must refuse, each by this code in its own log; empty where the attacker gets no further than a connection. */
  readonly by: readonly HospitalId[] | readonly ['coordinator']
  readonly code: ErrorCode
  /** Kind of the entry in the refusing party's journal; `log`: the refusal is in its log alone (a release that is not taken, a call that is not served). */
  readonly entry: 'plan refusal' | 'request refusal' | 'log' | 'planRefused' | 'requestRefused'
  /** What the federation does: ends its job with everyone's releases taken, or pauses and names who is missing; `abandons`: the coordinator gives the step up and logs the code; `stands`: the attacker itself holds it up. */
  readonly after: 'finishes' | 'pauses' | 'abandons' | 'stands'
  /** More that must be true, and nothing that was lost; throws otherwise. */
  readonly also?: (run: AttackRun) => Promise<void>
}

/** What a coordinator has: its key, its store, its state; and ways to run a step of its own. */
export interface CoordinatorTools {
  readonly coordinator: Coordinator
  readonly signKey: SecretBytes
  readonly store: Store
  readonly scene: Scene
  /** One line of evidence to the test. */
  show(name: string, body?: unknown): void
  /** Withholds the asks of the first step that matches and resolves with its honest plan, as soon as it is planned. */
  take(matches: (plan: Plan) => boolean): Promise<Plan>
  /** Withholds what the honest code asks, wherever the predicate holds. */
  hide(hides: (ask: Ask, member: HospitalId) => boolean): void
  /** Runs the step of this plan (signed here) by hand: members' calls for its opening key come to the shadow. */
  shadow(plan: Plan): Shadow
  /** A folder that colluding parties share: what they tell each other besides the protocol. */
  readonly collusion: string
  /** Ends all shadows and lets the honest code ask again for what was taken: the attacker has given up. */
  giveBack(): void
}
export interface HostileCoordinator {
  /** Calls that are served otherwise; the rest is the honest coordinator's. */
  readonly calls?: (honest: CoordinatorService) => Partial<CoordinatorService>
  /** What it does on its own. */
  readonly run?: () => Promise<void>
}

/** What a hospital has: its keys, its store, its rows. */
export interface HospitalTools {
  readonly id: HospitalId
  readonly scene: Scene
  /** Its own signing key. */
  signKey(): SecretBytes
  state(): ClientState
  /** The checked plan that this site bound for an opening key: what its messages are signed under. */
  checked(key: OpeningKey): CheckedPlan
  /** How it reaches the coordinator, once it is connected: its certificate, and the invitation that it used up. */
  reach(): Reach
  show(name: string, body?: unknown): void
  /** A folder that colluding parties share: what they tell each other besides the protocol. */
  readonly collusion: string
}
export interface Reach {
  readonly address: string
  readonly caPem: string
  readonly certPem: string
  readonly keyPem: string
  readonly invited: Invited
}
export interface HostileHospital {
  /** Calls to the coordinator that it makes otherwise: alter a report, a signature, an answer; do not make it at all (silence). */
  readonly calls?: (honest: CoordinatorLink) => Partial<CoordinatorLink>
  /** Computing that it does otherwise: the output of encryptJob is its contribution before the receipt is signed. */
  readonly work?: (honest: Work) => Work
  readonly data?: (honest: SiteData) => SiteData
}

export type Party = HospitalId | 'coordinator'
export const memberIs = (peer: Peer, ...ids: readonly HospitalId[]): boolean => ids.includes(peer.member)

/** An object in which some functions are somebody else's. */
export const withOwn = <T extends object>(honest: T, own: Partial<T>): T =>
  new Proxy(honest, { get: (target, name) => own[name as keyof T] ?? Reflect.get(target, name) })
