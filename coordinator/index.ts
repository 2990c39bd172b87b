// coordinator/: the regulator's daemon. It plans, collects, adds, asks custodians, releases; it holds no share and no decryption secret.
// A journal and a pure step: step.ts (what is), owed.ts (what it does itself), asks.ts (what it asks of members), service.ts (their calls).
// May import core, proto, models, privacy (its first face only). Never client, claims, an engine, the contributor or the custodian.
import { encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import type { Digest, HospitalId } from '../core/ids.ts'
import { startMachine } from '../core/machine.ts'
import { checkAudiences, taskByName } from '../models/index.ts'
import { checkStages, drawsOf } from '../privacy/job.ts'
import { type Cosigning, type JobSpec, jobHash, jobSpec, PROTOCOL_VERSION } from '../privacy/messages.ts'
import { publicSignKey, signMessage } from '../privacy/signatures.ts'
import type { Authority } from '../proto/certificates.ts'
import type { Authorize } from '../proto/index.ts'
import type { CoordinatorService, EnrolmentService } from '../proto/service.ts'
import { blobs, type CoordinatorContext, type CoordinatorPorts } from './context.ts'
import { createAuthorize, createEnrolment, invite, tokenHash } from './enrolment.ts'
import { type CoordinatorEvent, coordinatorEvent } from './events.ts'
import type { KeyEpochLife } from './membership-owed.ts'
import { type CoordinatorEffect, owed } from './owed.ts'
import { perform } from './perform.ts'
import { isEnrolled, membershipOf, proposeRoster, type RosterChange } from './roster-change.ts'
import { createService } from './service.ts'
import { type CoordinatorState, initialState, runningJob } from './state.ts'
import { step } from './step.ts'

export interface FoundingOptions extends RosterChange {
  readonly federation: string
}
export interface CoordinatorOptions extends CoordinatorPorts {
  /** Read at the first start. Later only the name is held against the journal: a change of members goes through `proposeRoster`. */
  readonly founding: FoundingOptions
  /** When sealing keys are replaced; not given: only where custodians change or give theirs up. */
  readonly keyEpoch?: KeyEpochLife
  readonly retryMs?: number
  readonly observe?: (event: CoordinatorEvent, state: CoordinatorState, atMs: number) => void
}
export interface JobOptions {
  readonly stages: JobSpec['stages']
  readonly featureSets: JobSpec['featureSets']
  readonly minCohort: number
  /** Deadline of a step, in ms from its plan. */
  readonly stepMs: number
  /** Forces a form of co-signing; without it, by the size of what a co-signer would refetch. */
  readonly cosigning?: Cosigning
  /** Least members of a block: exact statistics go on without a whole block where a member is missing. Not given: everybody in one block. */
  readonly blockMembers?: number
}
export interface Coordinator extends AsyncDisposable {
  readonly state: CoordinatorState
  readonly service: CoordinatorService
  readonly authorize: Authorize
  enrolment(authority: Authority, memberAddress: () => string): EnrolmentService
  /**
   * Asks the members for a next roster (or, before the first is agreed, changes what the first will be). Whoever is new is invited and
   * enrols; once all are there the version is proposed, replaces an earlier proposal, and comes into force between two steps when more than
   * half of the current members have signed it. Nothing happens where nothing changes.
   * @throws BAD_CONFIG | BAD_PARAMETERS.
   */
  proposeRoster(change: RosterChange): Promise<void>
  /** A one-time token for a hospital that is wanted; null where it is enrolled under a certificate that is still good. */
  invite(hospital: HospitalId): Promise<Uint8Array | null>
  /** Whether this token was used: its invitation is good for nothing any more. */
  isSpent(token: Uint8Array): boolean
  revoke(tlsKey: Digest): Promise<void>
  /** Starts a job once those before it have ended. Returns its hash. */
  startJob(job: JobOptions): Promise<Digest>
  /** Final state of a finished stage. @throws NOT_FOUND. */
  finalState(job: Digest, stage: string): Promise<Uint8Array>
  subscribe(listener: (state: CoordinatorState) => void): () => void
}

/** Replays the journal, founds the federation where it is new, and goes on. */
export async function startCoordinator(options: CoordinatorOptions): Promise<Coordinator> {
  let context: CoordinatorContext
  const runner = await startMachine<CoordinatorState, CoordinatorEvent, CoordinatorEffect>({
    machine: { initial: initialState, events: coordinatorEvent, step, owed: (state, nowMs) => owed(state, nowMs, options.keyEpoch ?? null) },
    store: options.store,
    clock: options.clock,
    log: options.log,
    perform: (effect, { signal }) => perform(context, effect, signal),
    ...(options.retryMs === undefined ? {} : { retryMs: options.retryMs }),
    ...(options.observe ? { observe: options.observe } : {}),
  })
  context = { ...options, state: () => runner.state, post: (event) => runner.post(event) }
  await found(context, options.founding)
  return {
    get state() {
      return runner.state
    },
    service: createService(context, runner),
    authorize: createAuthorize(context),
    enrolment: (authority, memberAddress) => createEnrolment(context, authority, memberAddress),
    proposeRoster: (change) => proposeRoster(context, change),
    invite: async (hospital) => (isEnrolled(runner.state, hospital) ? null : await invite(context, hospital)),
    isSpent: (token) => runner.state.usedTokens.has(tokenHash(token)),
    revoke: (tlsKey) => context.post({ kind: 'revoked', tlsKey }),
    startJob: (job) => startJob(context, job),
    finalState: (job, stage) => finalState(context, job, stage),
    subscribe: (listener) => runner.subscribe(listener),
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  }
}

async function found(context: CoordinatorContext, founding: FoundingOptions): Promise<void> {
  const before = context.state().founding
  const coordinatorKey = publicSignKey(context.signKey)
  if (!before) return await context.post({ kind: 'founded', federation: founding.federation, coordinatorKey, ...membershipOf(founding) })
  if (before.federation !== founding.federation || Buffer.compare(before.coordinatorKey, coordinatorKey) !== 0)
    throw refuse('BAD_CONFIG', 'the store was founded with another federation or signing key')
}

async function startJob(context: CoordinatorContext, job: JobOptions): Promise<Digest> {
  const { roster, founding } = context.state()
  if (roster.kind !== 'agreed' || !founding) throw refuse('OTHER_ROSTER', 'a job needs an agreed roster')
  for (const stage of job.stages) taskByName(stage.task).checkParams(stage.params)
  const nonce = context.random.fill(new Uint8Array(16))
  const spec: JobSpec = {
    protocol: PROTOCOL_VERSION,
    federation: founding.federation,
    roster: roster.hash,
    nonce,
    draws: drawsOf(job.stages),
    featureSets: job.featureSets,
    stages: job.stages,
  }
  checkStages(spec)
  checkAudiences(spec.stages)
  await context.post({
    kind: 'jobStarted',
    spec,
    signature: signMessage('job', {}, encode(jobSpec, spec), context.signKey),
    minCohort: job.minCohort,
    stepMs: job.stepMs,
    cosigning: job.cosigning ?? null,
    blockMembers: job.blockMembers ?? 0,
  })
  return jobHash(spec)
}

async function finalState(context: CoordinatorContext, hash: Digest, stage: string): Promise<Uint8Array> {
  const final = context.state().jobs.get(hash)?.finals.get(stage)
  if (final === undefined) throw refuse('NOT_FOUND', `stage ${stage} has no final state`)
  return await context.store.readBlob(blobs.state(final))
}

export { asksFor } from './asks.ts'
export type { CoordinatorPorts } from './context.ts'
export type { CoordinatorEvent } from './events.ts'
export type { KeyEpochLife } from './membership-owed.ts'
export type { RosterChange } from './roster-change.ts'
export type { CoordinatorState, JobState, StepState } from './state.ts'
export { runningJob }
