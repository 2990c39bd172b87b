// Starts the processes of an attack, watches what they say, and ends them. What a party journals and logs arrives as lines: nothing is polled.
import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type ClientEvent, clientEvent } from '../../client/events.ts'
import { type CoordinatorEvent, coordinatorEvent } from '../../coordinator/events.ts'
import { decode } from '../../core/codec.ts'
import type { HospitalId } from '../../core/ids.ts'
import type { Party } from './attack.ts'
import type { Invited } from './daemon-hospital.ts'
import type { Settings } from './life.ts'

const DAEMON = fileURLToPath(new URL('./daemon.ts', import.meta.url))
const WAIT_MS = 90_000

export interface LogLine {
  readonly level: number
  readonly code?: string
  readonly msg: string
  readonly [field: string]: unknown
}
export interface Evidence {
  readonly from: Party
  readonly name: string
  readonly body: unknown
}
export interface AttackRun extends AsyncDisposable {
  readonly folder: string
  readonly members: readonly HospitalId[]
  /** How many the scene starts. */
  readonly jobs: number
  /** The coordinator's journal of this run, all its lives, in order. */
  centre(): readonly CoordinatorEvent[]
  /** A hospital's journal of this run. */
  journal(id: HospitalId): readonly ClientEvent[]
  log(party: Party): readonly LogLine[]
  readonly evidence: readonly Evidence[]
  /** What was shown under this name, first. Waits for it. */
  shown<T>(name: string, from?: Party): Promise<T>
  /** Holds after some line has arrived. Fails where a process ends, an attack's own code throws, or after 90 seconds. */
  until(condition: () => boolean, what: string): Promise<void>
  start(party: Party): void
  /** SIGTERM, or SIGKILL; resolves when the process is gone. */
  stop(party: Party, signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Keeps a copy of a stopped party's folder, and puts one back. */
  keep(party: Party, name: string): void
  restore(party: Party, name: string): void
}

export interface RunOptions {
  readonly members: readonly HospitalId[]
  readonly jobs: number
  /** URL of the attack's module. */
  readonly attack: string | null
  /** By party: the defences that it runs without. */
  readonly off: (party: Party) => readonly string[]
  /** Folder of compiled modules that processes share. */
  readonly cache: string
}

interface Watched {
  child: ChildProcess | null
  ended: Promise<void>
  readonly events: unknown[]
  readonly log: LogLine[]
  readonly raw: string[]
  stopping: boolean
}

export function startRun(options: RunOptions): AttackRun {
  const folder = mkdtempSync(join(tmpdir(), 'consilium-attack-'))
  const parties: readonly Party[] = ['coordinator', ...options.members]
  const watched = new Map<Party, Watched>(parties.map((p) => [p, { child: null, ended: Promise.resolve(), events: [], log: [], raw: [], stopping: false }]))
  const evidence: Evidence[] = []
  const looks = new Set<() => void>()
  let failure: string | null = null
  let ports: Settings['ports'] = { members: 0, enrolment: 0 }
  let invited: ((id: HospitalId) => Invited) | null = null
  const of = (party: Party): Watched => watched.get(party) as Watched
  const place = (party: Party): string => join(folder, party)
  const changed = (): void => {
    for (const look of [...looks]) look()
  }

  function invite(id: HospitalId): void {
    if (invited) of(id).child?.stdin?.write(`${JSON.stringify(invited(id))}\n`)
  }
  function hear(party: Party, line: string): void {
    if (!line.startsWith('{')) return
    const record = JSON.parse(line) as {
      kind: string
      hex: string
      name: string
      body: unknown
      ports: Settings['ports']
      caPem: string
      tokens: Record<string, string>
    }
    if (record.kind === 'event') of(party).events.push(eventOf(party, record.hex))
    if (record.kind === 'show') evidence.push({ from: party, name: record.name, body: record.body })
    if (record.kind === 'show' && record.name === 'fault') failure ??= `${party}: ${String(record.body)}`
    if (record.kind === 'listening') {
      ports = record.ports
      invited = (id) => ({ enrolmentAddress: `127.0.0.1:${record.ports.enrolment}`, caPem: record.caPem, token: record.tokens[id] ?? '' })
      for (const id of options.members) invite(id)
    }
    changed()
  }
  function start(party: Party): void {
    const here = of(party)
    const off = options.off(party)
    mkdirSync(place(party), { recursive: true, mode: 0o700 })
    const settings: Settings = { party, folder: place(party), attack: options.attack, off, ports }
    const file = join(folder, `${party}.json`)
    writeFileSync(file, JSON.stringify(settings))
    const { INSECURE_TEST_DEFENCES_OFF: _, ...environment } = process.env
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', DAEMON, file], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...environment,
        NO_COLOR: '1',
        NODE_COMPILE_CACHE: options.cache,
        ...(off.length > 0 ? { INSECURE_TEST_DEFENCES_OFF: off.join(',') } : {}),
      },
    })
    here.child = child
    here.stopping = false
    child.stdin.on('error', () => undefined)
    createInterface({ input: child.stdout }).on('line', (line) => hear(party, line))
    createInterface({ input: child.stderr }).on('line', (line) => {
      here.raw.push(line)
      if (line.startsWith('{')) here.log.push(JSON.parse(line) as LogLine)
      changed()
    })
    here.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        here.child = null
        if (!here.stopping) failure ??= `${party} ended with ${code ?? signal}: ${here.raw.slice(-12).join('\n')}`
        changed()
        resolve()
      })
    })
    if (party !== 'coordinator') invite(party)
  }

  const run: AttackRun = {
    folder,
    members: options.members,
    jobs: options.jobs,
    centre: () => of('coordinator').events as CoordinatorEvent[],
    journal: (id) => of(id).events as ClientEvent[],
    log: (party) => of(party).log,
    evidence,
    async shown<T>(name: string, from?: Party): Promise<T> {
      const find = () => evidence.find((e) => e.name === name && (from === undefined || e.from === from))
      await run.until(() => find() !== undefined, `${from ?? 'someone'} shows ${name}`)
      return find()?.body as T
    },
    until: (condition, what) =>
      new Promise((resolve, reject) => {
        const end = (then: () => void): void => {
          looks.delete(look)
          clearTimeout(timer)
          then()
        }
        const look = (): void => {
          if (failure !== null) end(() => reject(new Error(`while waiting until ${what}: ${failure}`)))
          else if (condition()) end(resolve)
        }
        const timer = setTimeout(() => end(() => reject(new Error(`waited in vain until ${what}\n${story(parties, of)}`))), WAIT_MS)
        looks.add(look)
        look()
      }),
    start,
    async stop(party, signal = 'SIGTERM') {
      const here = of(party)
      here.stopping = true
      here.child?.kill(signal)
      await here.ended
    },
    keep: (party, name) => cpSync(place(party), join(folder, `kept ${name}`), { recursive: true }),
    restore(party, name) {
      rmSync(place(party), { recursive: true })
      cpSync(join(folder, `kept ${name}`), place(party), { recursive: true })
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(parties.map((party) => run.stop(party, 'SIGKILL')))
      rmSync(folder, { recursive: true, force: true })
    },
  }
  for (const party of parties) start(party)
  return run
}

function eventOf(party: Party, hex: string): unknown {
  const bytes = new Uint8Array(Buffer.from(hex, 'hex'))
  return party === 'coordinator' ? decode(coordinatorEvent, bytes) : decode(clientEvent, bytes)
}

/** What each party journalled and logged last: for a test that waited in vain. */
function story(parties: readonly Party[], of: (party: Party) => Watched): string {
  return parties
    .map((party) => {
      const kinds = (of(party).events as { kind: string }[]).slice(-8).map((e) => e.kind)
      const said = of(party)
        .log.slice(-5)
        .map(({ code, msg, detail }) => `${code ?? ''} ${msg} ${String(detail ?? '')}`)
      return `${party}: ${kinds.join(' ')}\n    ${said.join('\n    ')}`
    })
    .join('\n')
}
