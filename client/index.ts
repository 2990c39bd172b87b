// client/: the hospital's daemon. It takes part in steps, serves as custodian, enforces its hospital's policy, keeps a log of all that
// leaves, and scores its own rows. A journal and a pure step; it only dials out.
// May import core, proto, models, privacy, claims. Never coordinator.
import { isRefusal, refuse } from '../core/errors.ts'
import { openingKeyText } from '../core/ids.ts'
import { type Effect, type Runner, startMachine } from '../core/machine.ts'
import type { Work } from '../core/work/work.ts'
import type { Ask } from '../proto/messages.ts'
import type { CoordinatorLink } from '../proto/service.ts'
import { adopt } from './adoption.ts'
import { epochsToWipe, givesUp } from './agreement.ts'
import { createHolds } from './consent.ts'
import type { ClientContext, ClientPorts } from './context.ts'
import { answer, certify, check, cosign } from './custody.ts'
import { type ClientEvent, clientEvent } from './events.ts'
import { fingerprint } from './fingerprint.ts'
import { declareSnapshot, type EnrolmentPorts, enrol, tlsKeyPem } from './membership.ts'
import { contribute } from './participation.ts'
import { signRoster } from './roster.ts'
import { scorePublished } from './scoring.ts'
import { giveUpEpoch, publishSealingKey, wipeSealingKey } from './sealing-keys.ts'
import { type ClientState, type Enrolment, initialState } from './state.ts'
import { isOver, step } from './step.ts'

export interface ClientOptions extends ClientPorts {
  readonly enrolment: EnrolmentPorts
  /** Opens the member connection under this site's certificate. */
  readonly connect: (identity: { readonly enrolment: Enrolment; readonly keyPem: string }) => CoordinatorLink
  readonly retryMs?: number
  readonly observe?: (event: ClientEvent, state: ClientState, atMs: number) => void
}
export interface Client extends AsyncDisposable {
  readonly state: ClientState
  subscribe(listener: (state: ClientState) => void): () => void
  readonly traffic: () => { readonly bytesUp: number; readonly bytesDown: number }
}

type Duty = Effect &
  (
    | { readonly kind: 'enrol' }
    | { readonly kind: 'watch' }
    | { readonly kind: 'giveUp'; readonly epoch: number }
    | { readonly kind: 'wipe'; readonly epoch: number }
    | { readonly kind: 'ask'; readonly ask: Ask }
  )

export async function startClient(options: ClientOptions): Promise<Client> {
  const secretWorks = new Map<string, Work>()
  let asked: readonly Ask[] = []
  let link: CoordinatorLink | null = null
  let runner: Runner<ClientState, ClientEvent>
  const holds = createHolds(options.policy, options.decisions)

  const context: ClientContext = {
    ...options,
    state: () => runner.state,
    post: (event) => runner.post(event),
    link() {
      if (!link) throw refuse('UNAVAILABLE', 'not connected yet')
      return link
    },
    secretWork(job) {
      const work = secretWorks.get(job) ?? options.createSecretWork()
      secretWorks.set(job, work)
      return work
    },
    async leaving(what, id, bytes, about, because) {
      const known = `${what} ${id}`
      if (about && what !== 'acknowledgement' && isOver(runner.state, about))
        throw refuse('CANCELLED', `step ${about.step} is over: nothing more leaves about it`)
      const posts = because ? [runner.post(because)] : []
      if (!runner.state.left.has(known)) posts.push(runner.post({ kind: 'left', what, id: known, bytes, about }))
      await Promise.all(posts)
    },
  }

  async function watch(signal: AbortSignal): Promise<void> {
    const { enrolment } = runner.state
    if (!enrolment) return
    link ??= options.connect({ enrolment, keyPem: await tlsKeyPem(context) })
    try {
      for await (const asks of link.watch(signal)) {
        asked = asks
        await endFinishedJobs(asks)
        runner.nudge()
      }
    } finally {
      asked = []
      runner.nudge()
    }
    throw refuse('UNAVAILABLE', 'the connection to the coordinator ended')
  }

  /** The worker that held a job's one-time keys ends with the job. */
  async function endFinishedJobs(asks: readonly Ask[]): Promise<void> {
    for (const [job, work] of secretWorks) {
      const known = [...runner.state.jobs.values()].find((j) => j.hash === job)
      const asksForIt = asks.some((a) => 'key' in a && a.key.job === job)
      if (!known || known.stage < known.spec.stages.length || asksForIt) continue
      secretWorks.delete(job)
      await work[Symbol.asyncDispose]()
    }
  }

  async function perform(duty: Duty, { signal }: { signal: AbortSignal }): Promise<void> {
    switch (duty.kind) {
      case 'enrol':
        return await enrol(context, options.enrolment)
      case 'watch':
        return await watch(signal)
      case 'giveUp':
        return await giveUpEpoch(context, duty.epoch)
      case 'wipe':
        return await wipeSealingKey(context, duty.epoch)
      case 'ask':
        return await serve(context, duty.ask, signal).catch((error: unknown) => {
          // Asked once; after that the duty rests until somebody decides.
          if (duty.ask.kind === 'contribute' && isRefusal(error, 'CONSENT')) holds.undecided.add(duty.ask.key.job)
          throw error
        })
      default:
        return duty satisfies never
    }
  }

  runner = await startMachine<ClientState, ClientEvent, Duty>({
    machine: {
      initial: initialState,
      events: clientEvent,
      step,
      owed: (state, nowMs) => ({
        effects: dutiesOf(
          state,
          asked.filter((ask) => !holds.isHeld(ask, state, nowMs)),
        ),
        wakeAtMs: holds.wakeAtMs(asked, state, nowMs),
      }),
    },
    store: options.store,
    clock: options.clock,
    log: options.log,
    perform,
    ...(options.retryMs === undefined ? {} : { retryMs: options.retryMs }),
    ...(options.observe ? { observe: options.observe } : {}),
  })

  const undecide = options.decisions.subscribe(() => runner.nudge())

  return {
    get state() {
      return runner.state
    },
    subscribe: (listener) => runner.subscribe(listener),
    traffic: () => link?.traffic ?? { bytesUp: 0, bytesDown: 0 },
    async [Symbol.asyncDispose]() {
      undecide()
      await runner[Symbol.asyncDispose]()
      await link?.[Symbol.asyncDispose]()
      for (const work of secretWorks.values()) await work[Symbol.asyncDispose]()
    },
  }
}

/** Releases are taken in their order, and before anything that may start from them. */
export function dutiesOf(state: ClientState, asked: readonly Ask[]): readonly Duty[] {
  if (!state.enrolment) return [{ key: 'enrol', kind: 'enrol' }]
  const dropped = givesUp(state)
  return [
    { key: 'watch', kind: 'watch' },
    ...(dropped === null ? [] : [{ key: `giveUp ${dropped}`, kind: 'giveUp' as const, epoch: dropped }]),
    ...epochsToWipe(state).map((epoch): Duty => ({ key: `wipe ${epoch}`, kind: 'wipe', epoch })),
    ...asked.map((ask): Duty => ({ key: askKey(ask), kind: 'ask', ask })),
  ]
}

function askKey(ask: Ask): string {
  switch (ask.kind) {
    case 'signRoster':
      return `signRoster ${ask.roster}`
    case 'publishSealingKey':
      return `publishSealingKey ${ask.epoch}`
    case 'declareSnapshot':
      return `declareSnapshot ${ask.boundary}`
    case 'score':
      return `score ${ask.job} ${ask.stage}`
    default:
      return `${ask.kind} ${openingKeyText(ask.key)}`
  }
}

async function serve(context: ClientContext, ask: Ask, signal: AbortSignal): Promise<void> {
  switch (ask.kind) {
    case 'signRoster':
      return await signRoster(context, ask.roster, signal)
    case 'publishSealingKey':
      return await publishSealingKey(context, ask)
    case 'declareSnapshot':
      return await declareSnapshot(context, ask.boundary)
    case 'contribute':
      return await contribute(context, ask.key, signal)
    case 'check':
      return await check(context, ask.key, signal)
    case 'sign':
      return await certify(context, ask.key, signal)
    case 'answer':
      return await answer(context, ask.key, signal)
    case 'cosign':
      return await cosign(context, ask.key, signal)
    case 'adopt':
      return await adopt(context, ask.key, signal)
    case 'fingerprint':
      return await fingerprint(context, ask.key, signal)
    case 'score':
      return await scorePublished(context, ask.job, ask.stage)
    default:
      return ask satisfies never
  }
}

export type { ClientPorts } from './context.ts'
export type { SiteData } from './data.ts'
export { createDecisionFiles, decisionFolder } from './decision-files.ts'
export { type AskedJob, askedJob, createMemoryDecisions, type Decisions } from './decisions.ts'
export { nextOpening, withinHours } from './hours.ts'
export { type Policy, type PolicyFinding, policyFindings, policyOf, policySchema } from './policy.ts'
export { createSiteData } from './site-data.ts'
export type { ClientState } from './state.ts'
