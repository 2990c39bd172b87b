// Virtual hospitals: the same coordinator and client code as the daemons', in one process, over the memory transport and a virtual clock.
// Time advances when nothing else is left to do. Hospitals can be cut off, killed and started again on their disks.

import { type Client, createMemoryDecisions, type Decisions, type Policy, type SiteData, startClient } from '../client/index.ts'
import { type Coordinator, type FoundingOptions, type KeyEpochLife, startCoordinator } from '../coordinator/index.ts'
import { createVirtualClock, type VirtualClock } from '../core/clock.ts'
import { refuse } from '../core/errors.ts'
import type { HospitalId } from '../core/ids.ts'
import type { Keystore } from '../core/keystore.ts'
import { createMemoryKeystore } from '../core/keystore-memory.ts'
import { type Log, silentLog } from '../core/log.ts'
import { systemRandom } from '../core/random.ts'
import type { SecretBytes } from '../core/secret.ts'
import { createDisk, createMemoryStore, type Disk } from '../core/store/memory.ts'
import type { Store } from '../core/store/store.ts'
import { createInlineWork } from '../core/work/inline.ts'
import type { Work } from '../core/work/work.ts'
import type { CipherName } from '../privacy/index.ts'
import { createSignKey } from '../privacy/signatures.ts'
import { type Authority, createAuthority, spkiDigest } from '../proto/certificates.ts'
import { type CoordinatorService, connectMemory, type Fault, type MemoryLink, type Peer } from '../proto/index.ts'

export interface VirtualHospital {
  readonly id: HospitalId
  readonly name: string
  readonly data: SiteData
  readonly policy: Policy
  /** What its staff decide, where its policy asks them. */
  readonly decisions?: Decisions
}
export interface FederationOptions {
  readonly founding: FoundingOptions
  readonly hospitals: readonly VirtualHospital[]
  readonly cipher: CipherName
  readonly log?: Log
  readonly fault?: Fault
  /** Wraps a party's store: tests kill at an entry of the journal. */
  readonly wrapStore?: (party: string, store: Store) => Store
  /** What members' calls meet instead of the coordinator's own service: to watch what they send, or to play a dishonest coordinator. */
  readonly wrapService?: (service: CoordinatorService) => CoordinatorService
  /** The coordinator's signing key, where a dishonest one shall sign what the honest code would not. */
  readonly coordinatorKey?: SecretBytes
  readonly work?: () => Work
  readonly keyEpoch?: KeyEpochLife
  /** Wraps a hospital's keys, as wrapStore its store. */
  readonly wrapKeystore?: (party: HospitalId, keystore: Keystore) => Keystore
}
export interface Federation extends AsyncDisposable {
  readonly clock: VirtualClock
  readonly coordinator: Coordinator
  client(id: HospitalId): Client | null
  /** Ends a party without a farewell: what is not on its disk is lost. */
  kill(party: HospitalId | 'coordinator'): Promise<void>
  start(party: HospitalId | 'coordinator'): Promise<void>
  /** One more hospital, or the same one anew with an empty disk and fresh keys: invited (it must be wanted: `coordinator.proposeRoster`) and started. */
  add(hospital: VirtualHospital): Promise<void>
  link(id: HospitalId): MemoryLink | null
  disk(party: HospitalId | 'coordinator'): Disk
  /** A hospital's keys: to play a dishonest member that signs what the honest code would not. */
  keystore(id: HospitalId): Keystore
  /** Runs until the condition holds; advances the clock whenever nothing else moves. @throws Error after `maxTimers` timers. */
  until(condition: () => boolean, what: string, maxTimers?: number): Promise<void>
}

/** Real time, and rounds of an idle event loop, without any timer or work: after both nothing will come any more, however busy the machine is. */
const STUCK_MS = 5_000
const STUCK_ROUNDS = 200

interface Place {
  readonly disk: Disk
  readonly secrets: Map<string, Uint8Array>
  client: Client | null
  link: MemoryLink | null
  token: Uint8Array
}

export async function startFederation(options: FederationOptions): Promise<Federation> {
  const clock = createVirtualClock(Date.UTC(2026, 0, 1))
  const log = options.log ?? silentLog()
  const authority: Authority = await createAuthority('simulation', { nowMs: clock.now() })
  const signKey = options.coordinatorKey ?? createSignKey().privateKey
  const coordinatorDisk = createDisk()
  const newPlace = (): Place => ({ disk: createDisk(), secrets: new Map(), client: null, link: null, token: new Uint8Array(32) })
  const hospitals = new Map(options.hospitals.map((h) => [h.id, h]))
  const places = new Map<HospitalId, Place>(options.hospitals.map((h) => [h.id, newPlace()]))
  const busy = { count: 0 }
  const storeOf = (party: string, disk: Disk): Store => {
    const store = createMemoryStore(disk)
    return options.wrapStore ? countingStore(options.wrapStore(party, store), busy) : store
  }
  const work = (): Work => countingWork((options.work ?? createInlineWork)(), busy)
  let coordinator: Coordinator | null = null
  const service = (options.wrapService ?? ((own) => own))(forwarding(() => centre()))

  async function startCentre(): Promise<void> {
    coordinator = await startCoordinator({
      founding: options.founding,
      store: storeOf('coordinator', coordinatorDisk),
      clock,
      log,
      work: work(),
      random: systemRandom,
      cipher: options.cipher,
      signKey,
      ...(options.keyEpoch ? { keyEpoch: options.keyEpoch } : {}),
    })
  }
  const centre = (): Coordinator => {
    if (!coordinator) throw refuse('UNAVAILABLE', 'the coordinator is down')
    return coordinator
  }
  const place = (id: HospitalId): Place => {
    const found = places.get(id)
    if (!found) throw new Error(`no hospital ${id}`)
    return found
  }

  const keystoreOf = (id: HospitalId): Keystore => (options.wrapKeystore ?? ((_, keystore) => keystore))(id, createMemoryKeystore(place(id).secrets))

  async function startSite(hospital: VirtualHospital): Promise<void> {
    const here = place(hospital.id)
    here.client = await startClient({
      hospital: hospital.id,
      name: hospital.name,
      store: storeOf(hospital.id, here.disk),
      keystore: keystoreOf(hospital.id),
      clock,
      log,
      work: work(),
      createSecretWork: work,
      cipher: options.cipher,
      data: countingData(hospital.data, busy),
      policy: hospital.policy,
      decisions: hospital.decisions ?? createMemoryDecisions(),
      enrolment: {
        token: here.token,
        enrol: (request) =>
          centre()
            .enrolment(authority, () => 'memory:0')
            .enrol(request),
      },
      connect({ enrolment }) {
        const key = spkiDigest(Buffer.from(enrolment.certificate).toString())
        const identify = (): Peer => centre().authorize(key, { subject: hospital.id, serial: '0', notBeforeMs: 0, notAfterMs: Number.MAX_SAFE_INTEGER })
        here.link = connectMemory(gated(service, identify), identify(), options.fault ? { fault: options.fault } : {})
        return here.link
      },
    })
  }

  async function invite(id: HospitalId): Promise<void> {
    const token = await centre().invite(id)
    if (token) place(id).token = token
  }

  await startCentre()
  for (const { id } of options.hospitals) await invite(id)
  for (const hospital of options.hospitals) await startSite(hospital)

  return {
    clock,
    get coordinator() {
      return centre()
    },
    client: (id) => place(id).client,
    link: (id) => place(id).link,
    disk: (party) => (party === 'coordinator' ? coordinatorDisk : place(party).disk),
    keystore: keystoreOf,
    async kill(party) {
      if (party === 'coordinator') {
        const dying = coordinator
        coordinator = null
        for (const { link } of places.values()) if (link) link.online = false
        await dying?.[Symbol.asyncDispose]()
        return
      }
      const here = place(party)
      const dying = here.client
      here.client = null
      if (here.link) here.link.online = false
      await dying?.[Symbol.asyncDispose]()
      here.link = null
    },
    async start(party) {
      if (party !== 'coordinator') return await startSite(hospitals.get(party) as VirtualHospital)
      await startCentre()
      for (const { link } of places.values()) if (link) link.online = true
    },
    async add(hospital) {
      hospitals.set(hospital.id, hospital)
      places.set(hospital.id, newPlace())
      await invite(hospital.id)
      await startSite(hospital)
    },
    async until(condition, what, maxTimers = 10_000) {
      let timers = 0
      let idleSince: number | null = null
      let idleRounds = 0
      while (!condition()) {
        await quiet(condition, busy)
        if (condition()) return
        const moved = clock.advance()
        // Key generation and file access end in their own time: without a timer left, they get some.
        idleSince = moved ? null : (idleSince ?? performance.now())
        idleRounds = moved ? 0 : idleRounds + 1
        const stuck = idleSince !== null && performance.now() - idleSince > STUCK_MS && idleRounds > STUCK_ROUNDS
        if (stuck || (moved && timers++ >= maxTimers))
          throw new Error(`waited in vain until ${what}: ${stuck ? 'nothing is left to happen' : `${timers} timers rang`}`)
      }
    },
    async [Symbol.asyncDispose]() {
      for (const { client, link } of places.values()) {
        if (link) link.online = false
        await client?.[Symbol.asyncDispose]()
      }
      await coordinator?.[Symbol.asyncDispose]()
    },
  }
}

/** The service of whichever coordinator runs now: a restart is a new object behind the same address. */
function forwarding(centre: () => Coordinator): CoordinatorService {
  return new Proxy({} as CoordinatorService, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        Reflect.apply(centre().service[name as keyof CoordinatorService], undefined, args),
  })
}

/** As the gate of a real port: who calls is asked again at every call. */
function gated(service: CoordinatorService, identify: () => Peer): CoordinatorService {
  return new Proxy(service, {
    get:
      (own, name: keyof CoordinatorService) =>
      (...args: unknown[]) => {
        identify()
        return Reflect.apply(own[name], own, args)
      },
  })
}

interface Busy {
  count: number
}
async function counted<T>(busy: Busy, work: Promise<T>): Promise<T> {
  busy.count++
  return await work.finally(() => busy.count--)
}
const countingWork = (work: Work, busy: Busy): Work => ({
  run: (job, input, runOptions) => counted(busy, work.run(job, input, runOptions)),
  [Symbol.asyncDispose]: () => work[Symbol.asyncDispose](),
})
const countingData = (data: SiteData, busy: Busy): SiteData => ({
  snapshot: (boundary) => counted(busy, data.snapshot(boundary)),
  columns: (featureSet) => data.columns(featureSet),
  table: (inputs) => counted(busy, data.table(inputs)),
})

/** A store that a test put in its place may lie on a real disk: time does not run away from it. */
const countingStore = (store: Store, busy: Busy): Store =>
  new Proxy(store, {
    get(own, name: keyof Store) {
      const member = own[name]
      if (typeof member !== 'function' || name === 'entries') return member
      return (...args: unknown[]) => counted(busy, Promise.resolve(Reflect.apply(member, own, args)))
    },
  })

/** Lets everything run that needs no time: until no work is under way and the event loop has turned some times without any starting. */
async function quiet(condition: () => boolean, busy: Busy): Promise<void> {
  for (let turn = 0; turn < 30 && !condition(); turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    if (busy.count > 0) turn = 0
  }
}
