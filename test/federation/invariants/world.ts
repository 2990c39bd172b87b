// Runs a case: five hospitals whose first four hold shares, a job, operations at entries of the coordinator's journal; then all faults end and the
// jobs are given bounded virtual time to end.
import { type Policy, policyOf } from '../../../client/policy.ts'
import type { JobOptions } from '../../../coordinator/index.ts'
import { sleepUntil } from '../../../core/clock.ts'
import { refuse } from '../../../core/errors.ts'
import { type HospitalId, openingKeyText, parseHospitalId } from '../../../core/ids.ts'
import type { Log } from '../../../core/log.ts'
import { createSignKey } from '../../../privacy/signatures.ts'
import { type Federation, startFederation, type VirtualHospital } from '../../../simulations/federation.ts'
import { type DeathPoint, mortalStore } from '../mortal-store.ts'
import { faultLog, type Party } from '../run.ts'
import { FEATURES, jobOf, SMALL_POLICY, STAGES, smallHospital } from '../small.ts'
import { createWatcher, type Watcher } from '../watcher.ts'
import { type Corruption, corruptService, createLies } from './lies.ts'
import { type Case, CUSTODIANS, MEMBERS, type Operation } from './operations.ts'
import { createRecord, type Record } from './record.ts'

export const IDS: readonly HospitalId[] = ['alpha', 'beta', 'delta', 'gamma', 'theta'].slice(0, MEMBERS).map(parseHospitalId)
export const FOUNDING = { federation: 'trouble', hospitals: IDS.map((id) => ({ id, name: id })), custodians: IDS.slice(0, CUSTODIANS), corrupt: 1 }
export const MIN_COHORT = 3
const STEP_MS = 20_000
const idOf = (member: number): HospitalId => IDS[member] as HospitalId

export interface World extends AsyncDisposable {
  readonly federation: Federation
  readonly watcher: Watcher
  readonly record: Record
  readonly corrupt: HospitalId
  /** Whether the corrupt member ever was: else it is as honest as the others. */
  readonly wasCorrupt: boolean
  readonly faults: readonly string[]
  readonly deaths: number
  /** The last step is paused for ever: a dishonest coordinator had a member bind another plan, and that member's bytes are for no other. */
  readonly isEquivocated: boolean
}

/** Three steps of statistics, and updates where `updates`: all of them small. */
const jobOptions = (light: boolean): JobOptions => ({
  ...jobOf(FEATURES, STAGES.describe, STAGES.logistic(2)),
  minCohort: MIN_COHORT,
  stepMs: STEP_MS,
  cosigning: light ? 'light' : 'full',
})
const policies = {
  nothing: SMALL_POLICY,
  describe: without('describe'),
  logistic: without('logistic'),
} as const
function without(task: string): Policy {
  const { [task]: _, ...tasks } = SMALL_POLICY.tasks
  return policyOf({ ...SMALL_POLICY, tasks })
}

interface Deaths {
  /** Journal length at which this party dies next. */
  readonly due: Map<Party, { readonly seq: number; readonly point: DeathPoint }>
  readonly dead: Party[]
}

export async function runCase({ light, corrupt, operations }: Case): Promise<World> {
  const faults: string[] = []
  const watcher = createWatcher()
  const record = createRecord()
  const coordinatorKey = createSignKey().privateKey
  const lies = createLies(coordinatorKey)
  const bad: { now: Corruption; ever: boolean } = { now: { contributor: null, custodian: null }, ever: false }
  const lost = new Map<string, number>()
  const late = new Map<HospitalId, number>()
  const deaths: Deaths = { due: new Map(), dead: [] }
  const count = { deaths: 0 }
  const killing: Promise<void>[] = []
  const hospitals: VirtualHospital[] = IDS.map((id) => smallHospital(id))
  let federation: Federation | null = null
  const corruptId = idOf(corrupt)
  const spoil = corruptService({
    id: corruptId,
    corruption: () => bad.now,
    signKey: () => federation?.keystore(corruptId).get('sign') ?? coordinatorKey,
  })

  federation = await startFederation({
    founding: FOUNDING,
    hospitals,
    cipher: 'clear',
    coordinatorKey,
    log: onlyInternal(faultLog(faults)),
    wrapService: (service) => watcher.wrap(record.outer(lies.wrap(spoil(record.inner(service))))),
    wrapStore: (party, store) =>
      mortalStore(
        store,
        (seq) => {
          const due = deaths.due.get(party as Party)
          if (!due || seq < due.seq) return null
          deaths.due.delete(party as Party)
          return due.point
        },
        () => {
          count.deaths++
          deaths.dead.push(party as Party)
          if (federation) killing.push(federation.kill(party as Party))
        },
      ),
    async fault(method, peer, point) {
      const name = `${method} ${peer.member} ${point}`
      const left = lost.get(name) ?? 0
      if (left > 0) {
        lost.set(name, left - 1)
        throw refuse('UNAVAILABLE', `injected: ${name}`)
      }
      const ms = late.get(peer.member)
      if (ms === undefined || method !== 'contribute' || point !== 'before' || !federation) return
      late.delete(peer.member)
      await sleepUntil(federation.clock, federation.clock.now() + ms)
    },
  })
  const running = federation
  await running.until(() => running.coordinator.state.epoch.kind === 'agreed', 'the key epoch is agreed')
  await running.coordinator.startJob(jobOptions(light))

  const length = (): number => running.disk('coordinator').journal.length
  const jobs = () => [...running.coordinator.state.jobs.values()]
  const isEnded = (): boolean => jobs().every((job) => job.outcome !== 'running')
  async function revive(): Promise<void> {
    await Promise.all(killing.splice(0))
    for (const party of deaths.dead.splice(0)) {
      await running.kill(party)
      await running.start(party)
    }
  }
  /** Until the coordinator's journal has so many more entries, or nothing comes for some timers. */
  async function pass(entries: number): Promise<void> {
    const target = length() + entries
    for (let timers = 0; timers < 60 && length() < target; timers += 10) {
      await running.until(() => deaths.dead.length > 0 || length() >= target || isEnded(), 'entries', 10).catch(() => undefined)
      await revive()
      if (isEnded()) return
    }
  }
  async function restart(id: HospitalId): Promise<void> {
    await revive()
    await running.kill(id)
    await running.start(id)
  }
  async function apply(operation: Operation): Promise<void> {
    switch (operation.kind) {
      case 'lose':
        lost.set(`${operation.call} ${idOf(operation.member)} ${operation.point}`, operation.times)
        return
      case 'late':
        late.set(idOf(operation.member), operation.seconds * 1000)
        return
      case 'cut':
      case 'restore': {
        const link = running.link(idOf(operation.member))
        if (link) link.online = operation.kind === 'restore'
        return
      }
      case 'kill': {
        const party: Party = operation.party === 0 ? 'coordinator' : idOf(operation.party - 1)
        deaths.due.set(party, { seq: running.disk(party).journal.length + operation.entries, point: operation.point })
        return
      }
      case 'rush':
        for (let i = 0; i < operation.timers; i++) running.clock.advance()
        return
      case 'policy': {
        const id = idOf(operation.member)
        hospitals[operation.member] = smallHospital(id, undefined, policies[operation.refuses])
        return await restart(id)
      }
      case 'contributor':
        bad.now = { ...bad.now, contributor: operation.how }
        bad.ever = true
        return
      case 'custodian':
        bad.now = { ...bad.now, custodian: operation.how }
        bad.ever = true
        return
      case 'coordinator':
        return lies.tell(idOf(operation.member), operation.shows, operation.times)
      case 'job':
        // The same question over the same extracts again: stored releases serve it, unless the form of co-signing differs.
        await running.coordinator.startJob(jobOptions(operation.again ? light : !light)).catch(() => undefined)
        return
      default:
        operation satisfies never
    }
  }
  async function endFaults(): Promise<void> {
    lost.clear()
    late.clear()
    lies.end()
    bad.now = { contributor: null, custodian: null }
    deaths.due.clear()
    await revive()
    for (const [i, id] of IDS.entries()) {
      const link = running.link(id)
      if (link) link.online = true
      if (hospitals[i]?.policy === SMALL_POLICY) continue
      hospitals[i] = smallHospital(id)
      await restart(id)
    }
  }

  for (const operation of operations) {
    await pass(operation.wait)
    await apply(operation)
    await revive()
  }
  await endFaults()
  const taken = (): boolean => jobs().every((job) => IDS.every((id) => (job.adopted.get(id) ?? 0) === job.releases.length))
  const scored = (): boolean =>
    jobs().every((job) => job.spec.stages.every((s) => s.publish === 0 || !job.finals.has(s.name) || IDS.every((id) => job.scored.get(s.name)?.has(id))))
  const isEquivocated = (): boolean => {
    const open = [...running.coordinator.state.steps.values()].find((s) => s.phase.kind === 'collecting' && s.phase.paused.length > 0)
    const bound = (id: HospitalId) => open && running.client(id)?.state.steps.get(openingKeyText(open.key))?.planHash
    return open?.phase.kind === 'collecting' && open.phase.paused.every((id) => ![undefined, null, open.planHash].includes(bound(id)))
  }
  const settled = (): boolean => taken() && scored() && (isEnded() || isEquivocated())
  await running.until(settled, 'all jobs have ended and everybody has taken every end of a step', 1_500)
  return {
    federation: running,
    watcher,
    record,
    corrupt: corruptId,
    get wasCorrupt() {
      return bad.ever
    },
    faults,
    isEquivocated: isEquivocated(),
    get deaths() {
      return count.deaths
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

/** Errors are what these runs are made of; a fault of the daemons' own is INTERNAL. */
const onlyInternal = (log: Log): Log =>
  Object.assign(Object.create(log), {
    error: (fields: { code?: string }, text: string) => (fields.code === 'INTERNAL' ? log.error(fields, text) : undefined),
    child: () => onlyInternal(log),
  }) as Log
