// Parties die at each entry of their journals while a hospital joins, keys rotate and old keys are wiped: what holds at the end is the same.
import { expect, test } from 'vitest'
import { clientEvent } from '../../client/events.ts'
import { coordinatorEvent } from '../../coordinator/events.ts'
import { decode } from '../../core/codec.ts'
import type { HospitalId } from '../../core/ids.ts'
import { type Federation, startFederation } from '../../simulations/federation.ts'
import { type DeathPoint, mortalStore } from './mortal-store.ts'
import { faultLog, type Party } from './run.ts'
import { FEATURES, jobOf, SMALL_FOUNDING, SMALL_IDS, STAGES, smallHospital, smallHospitals } from './small.ts'

const CUSTODIAN = SMALL_IDS[1] as HospitalId
const NEWCOMER = 'zeta' as HospitalId
/** Deaths at entries of one kind: the first of them. */
const DEATHS = 4
/** Kinds of entries that this file is about. */
const KINDS: Readonly<Record<'coordinator' | 'custodian', readonly string[]>> = {
  coordinator: ['membershipWanted', 'rosterProposed', 'rosterSigned', 'rosterActivated', 'sealingKeyPublished', 'keyEpochOpened', 'keyEpochActivated'],
  custodian: ['rosterSigned', 'rostersPinned', 'sealingKeyMade', 'keyEpochLearnt', 'sealingKeyWiped'],
}

/** A run in which the party dies at entries of these kinds, each time on this side of it. */
async function runWithDeaths(
  victim: Party,
  kinds: readonly string[],
  point: DeathPoint,
): Promise<{ readonly met: ReadonlyMap<string, number>; readonly deaths: number }> {
  const met = new Map<string, number>()
  const dead: Party[] = []
  const killing: Promise<void>[] = []
  const faults: string[] = []
  let deaths = 0
  let federation: Federation | null = null
  await using running = await startFederation({
    founding: SMALL_FOUNDING,
    hospitals: smallHospitals(),
    cipher: 'clear',
    log: faultLog(faults),
    keyEpoch: { days: 30, steps: 2 },
    wrapStore: (party, store) => {
      if (party !== victim) return store
      let kind = ''
      const mortal = mortalStore(
        store,
        () => {
          const times = met.get(kind) ?? 0
          if (!federation || !kinds.includes(kind) || times === DEATHS) return null
          met.set(kind, times + 1)
          return point
        },
        () => {
          deaths++
          dead.push(victim)
          if (federation) killing.push(federation.kill(victim))
        },
      )
      // One entry at a time, so that its kind is known when its fate is decided.
      return {
        ...mortal,
        [Symbol.asyncDispose]: () => mortal[Symbol.asyncDispose](),
        async appendAll(entries) {
          let seq = 0
          for (const entry of entries) {
            kind = entry.kind
            seq = await mortal.appendAll([entry])
          }
          return seq
        },
      }
    },
  })
  federation = running
  const until = async (condition: () => boolean, what: string): Promise<void> => {
    let held = false
    while (!held) {
      await running.until(() => dead.length > 0 || condition(), what)
      await Promise.all(killing.splice(0))
      for (const party of dead.splice(0)) await running.start(party)
      held = dead.length === 0 && condition()
    }
  }
  const state = () => running.coordinator.state
  const alive = (): boolean => running.client(CUSTODIAN) !== null && dead.length === 0
  const insist = async (act: () => Promise<void>): Promise<void> => {
    let done = false
    while (!done) {
      await until(alive, 'everybody is there')
      done = await act().then(
        () => true,
        () => false,
      )
    }
  }
  await until(() => alive() && state().epoch.kind === 'agreed', 'the first key epoch')
  const hash = await running.coordinator.startJob(jobOf(FEATURES, STAGES.describe, STAGES.fedavg({ steps: 5 })))
  await until(() => alive() && (state().jobs.get(hash)?.stageStep ?? 0) >= 2 && state().jobs.get(hash)?.stage === 1, 'two updates')
  await insist(() => running.coordinator.proposeRoster({ ...SMALL_FOUNDING, hospitals: [...SMALL_FOUNDING.hospitals, { id: NEWCOMER, name: NEWCOMER }] }))
  await insist(() => running.add(smallHospital(NEWCOMER)))
  const everybody = [...SMALL_IDS, NEWCOMER]
  const followsSecond = (id: HospitalId): boolean => running.client(id)?.state.roster?.roster.version === 2
  const job = () => state().jobs.get(hash)
  await until(
    () => alive() && job()?.outcome === 'finished' && everybody.every((id) => (job()?.adopted.get(id) ?? 0) === job()?.releases.length),
    'the job ends',
  )
  await until(() => alive() && everybody.every(followsSecond), 'everybody follows the second version')
  check(running, faults)
  return { met, deaths }
}

function check(federation: Federation, faults: readonly string[]): void {
  expect(faults).toEqual([])
  const centre = federation.disk('coordinator').journal.map(({ body }) => decode(coordinatorEvent, body))
  const count = (kind: string): number => centre.filter((e) => e.kind === kind).length
  expect(count('rosterActivated')).toBe(1)
  const planned = centre.flatMap((e) => (e.kind === 'planned' ? [e.plan.plan] : []))
  const sets = federation.coordinator.state.keyEpochs
  const epochs = planned.map((plan) => sets.get(plan.keyEpoch)?.epoch ?? 0)
  expect([...epochs].sort((a, b) => a - b)).toEqual(epochs)
  expect(new Set(epochs).size).toBeGreaterThan(2)
  for (const id of SMALL_IDS) {
    const events = federation.disk(id).journal.map(({ body }) => decode(clientEvent, body))
    const made = events.flatMap((e) => (e.kind === 'sealingKeyMade' ? [e.key.epoch] : []))
    expect(new Set(made).size, `${id} makes one key an epoch`).toBe(made.length)
    const wiped = federation.client(id)?.state.wipedEpochs ?? new Set()
    expect(wiped.size).toBeGreaterThan(0)
    for (const epoch of wiped) expect(federation.keystore(id).names()).not.toContain(`sealing-${epoch}`)
  }
}

for (const point of ['before', 'after'] as const) {
  test(`a coordinator that dies right ${point} each entry about rosters and keys goes on`, async () => {
    const { met, deaths } = await runWithDeaths('coordinator', KINDS.coordinator, point)
    expect([...met.keys()].sort()).toEqual([...KINDS.coordinator].sort())
    expect(deaths).toBeGreaterThan(KINDS.coordinator.length)
  }, 120_000)
  test(`a custodian that dies right ${point} each entry about rosters and keys goes on`, async () => {
    const { met, deaths } = await runWithDeaths(CUSTODIAN, KINDS.custodian, point)
    expect([...met.keys()].sort()).toEqual([...KINDS.custodian].sort())
    expect(deaths).toBeGreaterThan(KINDS.custodian.length)
  }, 120_000)
}
