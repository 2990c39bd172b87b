// Five hospitals, all custodians, (m,f,t,g) = (5,2,3,4), or whichever others a test names, small enough to watch one step at a time: who is
// absent when, and what follows.

import { type ClientEvent, clientEvent } from '../../client/events.ts'
import { type CoordinatorEvent, coordinatorEvent } from '../../coordinator/events.ts'
import type { JobOptions, JobState, StepState } from '../../coordinator/index.ts'
import { decode } from '../../core/codec.ts'
import type { HospitalId } from '../../core/ids.ts'
import { createSignKey } from '../../privacy/signatures.ts'
import { type Federation, type FederationOptions, startFederation, type VirtualHospital } from '../../simulations/federation.ts'
import { FOUNDING, IDS, POLICY, testData, virtualHospitals } from '../support/hospitals.ts'
import { faultLog } from './run.ts'
import { jobOf, STAGES } from './small.ts'
import { createWatcher, type Watcher } from './watcher.ts'

export const DATA = testData(16, 2)
export const STEP_MS = 20_000
/** As `jobOf`, over the columns and the least cohort of five hospitals. */
export const fiveJob = (...stages: Parameters<typeof jobOf>[1][]): JobOptions => ({ ...jobOf(DATA.features, ...stages), minCohort: 4, stepMs: STEP_MS })
export const TWO_STEPS = fiveJob(STAGES.describe)

export interface Five extends AsyncDisposable {
  readonly federation: Federation
  readonly watcher: Watcher
  readonly coordinatorKey: ReturnType<typeof createSignKey>['privateKey']
  job(): JobState
  /** The step that is open or was last. */
  step(): StepState
  until(condition: () => boolean, what: string): Promise<void>
  /** Runs until the condition holds after an entry of the coordinator's journal, and acts at that very entry. */
  at(condition: () => boolean, what: string, act: () => void): Promise<void>
  /** Until the job has ended and everyone who is online has taken its ends of steps. */
  finish(): Promise<void>
  leave(...ids: readonly HospitalId[]): void
  comeBack(...ids: readonly HospitalId[]): void
  /** The coordinator's journal. */
  journal<K extends CoordinatorEvent['kind']>(kind: K): readonly (Extract<CoordinatorEvent, { kind: K }> & { readonly atMs: number })[]
  journalOf<K extends ClientEvent['kind']>(id: HospitalId, kind: K): readonly Extract<ClientEvent, { kind: K }>[]
  readonly faults: readonly string[]
}
export interface FiveOptions
  extends Pick<Partial<FederationOptions>, 'fault' | 'founding' | 'wrapService' | 'wrapStore' | 'wrapKeystore' | 'cipher' | 'coordinatorKey' | 'keyEpoch'> {
  readonly hospitals?: readonly VirtualHospital[]
}

/** A hospital of the five with something about it changed. */
export const five = (change: (hospital: VirtualHospital) => Partial<VirtualHospital> = () => ({})): VirtualHospital[] =>
  virtualHospitals(DATA, POLICY).map((h) => ({ ...h, ...change(h) }))
/** The same where only one differs. */
export const oneOfFive = (id: HospitalId, change: Partial<VirtualHospital>): VirtualHospital[] => five((h) => (h.id === id ? change : {}))

export async function startFive(job: JobOptions, options: FiveOptions = {}): Promise<Five> {
  const watcher = createWatcher()
  const faults: string[] = []
  const coordinatorKey = options.coordinatorKey ?? createSignKey().privateKey
  const dishonest = options.wrapService ?? ((service) => service)
  const founding = options.founding ?? FOUNDING
  const ids = founding.hospitals.map((h) => h.id)
  const federation = await startFederation({
    founding,
    hospitals: options.hospitals ?? five(),
    cipher: options.cipher ?? 'clear',
    log: faultLog(faults),
    coordinatorKey,
    wrapService: (service) => watcher.wrap(dishonest(service)),
    ...(options.fault ? { fault: options.fault } : {}),
    ...(options.keyEpoch ? { keyEpoch: options.keyEpoch } : {}),
    ...(options.wrapStore ? { wrapStore: options.wrapStore } : {}),
    ...(options.wrapKeystore ? { wrapKeystore: options.wrapKeystore } : {}),
  })
  await federation.until(() => federation.coordinator.state.epoch.kind === 'agreed', 'the key epoch is agreed')
  const hash = await federation.coordinator.startJob(job)
  const jobState = (): JobState => federation.coordinator.state.jobs.get(hash) as JobState
  const online = (): HospitalId[] => ids.filter((id) => federation.client(id) && federation.link(id)?.online)
  const settled = (): boolean => jobState().outcome !== 'running' && online().every((id) => (jobState().adopted.get(id) ?? 0) === jobState().releases.length)
  const setOnline = (ids: readonly HospitalId[], on: boolean): void => {
    for (const id of ids) {
      const link = federation.link(id)
      if (link) link.online = on
    }
  }
  return {
    federation,
    watcher,
    coordinatorKey,
    faults,
    job: jobState,
    step: () => federation.coordinator.state.steps.get(`${hash}.${jobState().step - 1}.0`) as StepState,
    until: (condition, what) => federation.until(condition, what),
    async at(condition, what, act) {
      let acted = false
      const stop = federation.coordinator.subscribe(() => {
        if (acted || !condition()) return
        acted = true
        act()
      })
      await federation.until(() => acted, what)
      stop()
    },
    finish: () => federation.until(settled, 'the job has ended'),
    leave: (...ids) => setOnline(ids, false),
    comeBack: (...ids) => setOnline(ids, true),
    journal: (kind) =>
      federation.disk('coordinator').journal.flatMap(({ body, atMs }) => [{ ...decode(coordinatorEvent, body), atMs }].filter((e) => e.kind === kind)) as never,
    journalOf: (id, kind) => federation.disk(id).journal.flatMap(({ body }) => [decode(clientEvent, body)].filter((e) => e.kind === kind)) as never,
    [Symbol.asyncDispose]: () => federation[Symbol.asyncDispose](),
  }
}

export const rollOf = (event: { readonly roll: readonly { readonly member: HospitalId }[] }): readonly HospitalId[] => event.roll.map((entry) => entry.member)
export const without = (...gone: readonly HospitalId[]): readonly HospitalId[] => IDS.filter((id) => !gone.includes(id))
