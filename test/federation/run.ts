// One job of small hospitals from enrolment to its end, parties dying on the way as a plan says, and what must hold at its end
// whatever happened on the way.
import { expect } from 'vitest'
import { clientEvent } from '../../client/events.ts'
import { type CoordinatorEvent, coordinatorEvent } from '../../coordinator/events.ts'
import type { JobOptions } from '../../coordinator/index.ts'
import { decode } from '../../core/codec.ts'
import { type HospitalId, openingKeyText } from '../../core/ids.ts'
import { type Log, silentLog } from '../../core/log.ts'
import { releaseBundle } from '../../privacy/messages.ts'
import { type Federation, type FederationOptions, startFederation } from '../../simulations/federation.ts'
import { type DeathPoint, mortalStore } from './mortal-store.ts'
import { SMALL_FOUNDING, SMALL_IDS, shortJob, smallHospitals } from './small.ts'
import { createWatcher, type Watcher } from './watcher.ts'

export type Party = HospitalId | 'coordinator'
export interface RunOptions {
  readonly job?: JobOptions
  readonly cipher?: FederationOptions['cipher']
  readonly fault?: FederationOptions['fault']
  /** Asked at each append of a party, once for each entry number and life. */
  readonly dies?: (party: Party, seq: number) => DeathPoint | null
  readonly hospitals?: FederationOptions['hospitals']
}
export interface Run {
  /** Final state of each stage, as the coordinator holds it. */
  readonly finals: ReadonlyMap<string, Uint8Array>
  /** Opened sums of each step, by stage, in order. */
  readonly sums: ReadonlyMap<string, readonly BigInt64Array[]>
  readonly watcher: Watcher
  readonly deaths: number
  /** Length of each party's journal at the end. */
  readonly entries: ReadonlyMap<Party, number>
  /** Codes that the daemons logged as faults of their own. */
  readonly faults: readonly string[]
}

/** A log that keeps what no daemon should ever have to say: INTERNAL, and errors. */
export function faultLog(faults: string[]): Log {
  const log = silentLog()
  const keep = (level: string) => (fields: { code?: string; detail?: string }, text: string) => {
    if (level === 'error' || fields.code === 'INTERNAL') faults.push(`${text}: ${fields.code ?? ''} ${fields.detail ?? ''}`)
  }
  return Object.assign(Object.create(log), { warn: keep('warn'), error: keep('error'), child: () => log }) as Log
}

export async function runJob(options: RunOptions = {}): Promise<Run> {
  const watcher = createWatcher()
  const faults: string[] = []
  const dead: Party[] = []
  const killing: Promise<void>[] = []
  let deaths = 0
  let federation: Federation | null = null
  const die = (party: Party): void => {
    deaths++
    dead.push(party)
    if (federation) killing.push(federation.kill(party))
  }
  federation = await startFederation({
    founding: SMALL_FOUNDING,
    hospitals: options.hospitals ?? smallHospitals(),
    cipher: options.cipher ?? 'clear',
    log: faultLog(faults),
    wrapService: watcher.wrap,
    wrapStore: (party, store) =>
      mortalStore(
        store,
        (seq) => options.dies?.(party as Party, seq) ?? null,
        () => die(party as Party),
      ),
    ...(options.fault ? { fault: options.fault } : {}),
  })
  await using running = federation
  const revive = async (): Promise<void> => {
    await Promise.all(killing.splice(0))
    for (const party of dead.splice(0)) {
      await running.kill(party)
      await running.start(party)
    }
  }
  const until = async (condition: () => boolean, what: string): Promise<void> => {
    while (!condition()) {
      await running.until(() => dead.length > 0 || condition(), what)
      await revive()
    }
  }
  const state = () => running.coordinator.state
  await until(() => dead.length === 0 && state().epoch.kind === 'agreed', 'the roster and the key epoch are agreed')
  while (state().jobs.size === 0) {
    // The operator whose coordinator was killed before it had said "started" asks again.
    await running.coordinator.startJob(options.job ?? shortJob()).catch(() => undefined)
    await revive()
  }
  const [hash = '' as never] = state().jobs.keys()
  const settled = (): boolean => dead.length === 0 && state().jobs.get(hash)?.outcome !== 'running' && SMALL_IDS.every((id) => isDone(running, id, hash))
  await until(settled, 'the job has ended and every member has taken its last release')
  expect(state().jobs.get(hash)?.outcome).toBe('finished')
  const finals = new Map<string, Uint8Array>()
  for (const [stage] of state().jobs.get(hash)?.finals ?? []) finals.set(stage, await running.coordinator.finalState(hash, stage))
  checkJournals(running, watcher, hash)
  const parties: Party[] = ['coordinator', ...SMALL_IDS]
  return { finals, sums: openedSums(running), watcher, deaths, faults, entries: new Map(parties.map((party) => [party, running.disk(party).journal.length])) }
}

function openedSums(federation: Federation): Map<string, BigInt64Array[]> {
  const sums = new Map<string, BigInt64Array[]>()
  for (const [name, bytes] of federation.disk('coordinator').blobs) {
    if (!name.startsWith('bundle.')) continue
    const { plan, release } = decode(releaseBundle, bytes)
    sums.set(plan.plan.stage, [...(sums.get(plan.plan.stage) ?? []), release.sums])
  }
  return sums
}

/** The member has taken everything, said so, and scored with what was published. */
function isDone(federation: Federation, id: HospitalId, hash: string): boolean {
  const job = federation.coordinator.state.jobs.get(hash as never)
  if (!job || !federation.client(id)) return false
  const published = job.spec.stages.filter((s) => s.publish === 1)
  return (job.adopted.get(id) ?? 0) === job.releases.length && published.every((s) => job.scored.get(s.name)?.has(id))
}

/** Once each: what a member contributed, reported, signed, answered, co-signed under one opening key; the same final states everywhere. */
function checkJournals(federation: Federation, watcher: Watcher, hash: string): void {
  expect(watcher.differences).toEqual([])
  for (const [place, hashes] of watcher.receipts) expect.soft(hashes.size, `receipts of ${place}`).toBe(1)
  for (const [place, bodies] of watcher.said) expect.soft(bodies.size, `bodies of ${place}`).toBe(1)
  const centre = federation.disk('coordinator').journal.map(({ body }) => decode(coordinatorEvent, body))
  const once = entriesOnce(centre)
  expect(once.filter((what, i) => once.indexOf(what) !== i)).toEqual([])
  const rolls = centre.flatMap((e) => (e.kind === 'stated' ? [e.roll.map((entry) => entry.member)] : []))
  for (const roll of rolls) expect(new Set(roll).size).toBe(roll.length)
  const finals = federation.coordinator.state.jobs.get(hash as never)?.finals
  for (const id of SMALL_IDS) checkMember(federation, id, hash, finals as never)
  const left = [...federation.disk('coordinator').blobs.keys()].filter((name) => /^(spool|aggregate|fingerprint)/.test(name))
  expect(left).toEqual([])
}

/** Entries of the coordinator's journal that may stand there once only, as texts. */
export function entriesOnce(centre: readonly CoordinatorEvent[]): readonly string[] {
  return centre.flatMap((e) => {
    switch (e.kind) {
      case 'contributed':
        return [`contributed ${openingKeyText(e.key)} ${e.receipt.body.member}`]
      case 'reported':
        return [`reported ${openingKeyText(e.key)} ${e.report.body.custodian}`]
      case 'signed':
      case 'cosigned':
        return [`${e.kind} ${openingKeyText(e.key)} ${e.signature.signer}`]
      case 'answered':
        return [`answered ${openingKeyText(e.key)} ${e.answer.body.custodian}`]
      case 'fingerprinted':
        return [`fingerprinted ${openingKeyText(e.key)} ${e.member}`]
      case 'adopted':
        return [`adopted ${openingKeyText(e.key)} ${e.member}`]
      case 'planned':
        return [`planned ${openingKeyText(e.plan.plan.key)}`]
      case 'stated':
      case 'opened':
      case 'released':
        return [`${e.kind} ${openingKeyText(e.key)}`]
      default:
        return []
    }
  })
}

function checkMember(federation: Federation, id: HospitalId, hash: string, finals: ReadonlyMap<string, string>): void {
  const { journal, blobs } = federation.disk(id)
  const state = federation.client(id)?.state
  const job = state?.jobs.get(hash as never)
  expect(job?.finals, id).toEqual(finals)
  for (const final of finals.values()) expect(blobs.has(`state.${final}`)).toBe(true)
  const events = journal.map(({ body }) => decode(clientEvent, body))
  const signed = events.flatMap((e) => (e.kind === 'custody' && e.event.kind === 'statementSigned' ? [openingKeyText(e.event.key)] : []))
  expect(new Set(signed).size, `${id} signs one statement an opening key`).toBe(signed.length)
  const left = events.flatMap((e) => (e.kind === 'left' ? [e.id] : []))
  expect(new Set(left).size, `${id} logs each message that left once`).toBe(left.length)
  for (const [key, held] of state?.custody.keys ?? []) expect(held.wiped, `${id} wiped its shares of ${key}`).toBe(true)
  expect([...blobs.keys()].filter((name) => /^(contribution|candidates|fingerprints)\./.test(name))).toEqual([])
}
