// A federation of real daemons that may die: each life of a mortal one ends with -9 at a kind of entry it has not died at yet, and it is
// started again at once. What is true is read from the journals on disk, as `consilium client status` reads them.
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type ClientEvent, clientEvent } from '../../client/events.ts'
import { type ClientState, initialState as noClient } from '../../client/state.ts'
import { step as clientStep } from '../../client/step.ts'
import { type CoordinatorEvent, coordinatorEvent } from '../../coordinator/events.ts'
import { type CoordinatorState, initialState as noCoordinator } from '../../coordinator/state.ts'
import { step as coordinatorStep } from '../../coordinator/step.ts'
import { decode } from '../../core/codec.ts'
import type { HospitalId } from '../../core/ids.ts'
import { openSqliteStore } from '../../core/store/sqlite.ts'
import { type Child, type Children, createChildren } from './children.ts'
import type { Places } from './places.ts'

export type Party = HospitalId | 'coordinator'
export interface Journal<Event, State> {
  readonly events: readonly Event[]
  readonly state: State
}
export interface Processes extends AsyncDisposable {
  readonly children: Children
  /** Starts a daemon and keeps it alive; it dies once at each of these kinds, then runs as the plain command. */
  keep(party: Party, kinds?: readonly string[]): void
  /** The present life. */
  life(party: Party): Child
  /** What each life died of, in order. */
  deaths(party: Party): readonly string[]
  /** Kinds at which no life has ended yet. */
  pending(party: Party): readonly string[]
  /** Everything that the party's lives have logged. */
  log(party: Party): string
  /** Holds again and again until it is true; fails when a daemon ends otherwise than planned. */
  until(condition: () => boolean | Promise<boolean>, what: string): Promise<void>
  coordinator(): Promise<Journal<CoordinatorEvent, CoordinatorState>>
  client(id: HospitalId): Promise<Journal<ClientEvent, ClientState>>
  /** SIGTERM; resolves with the exit code. */
  stop(party: Party): Promise<number | null>
}

const LOOK_MS = 100

export function createProcesses(places: Places): Processes {
  const children = createChildren(join(places.folder, 'compiled'))
  const lives = new Map<Party, Child[]>()
  const deaths = new Map<Party, string[]>()
  const pending = new Map<Party, Set<string>>()
  const stopping = new Set<Party>()
  let failure: Error | null = null

  function start(party: Party): Child {
    const role = party === 'coordinator' ? 'coordinator' : 'client'
    const kinds = [...(pending.get(party) ?? [])]
    const child = kinds.length > 0 ? children.mortal(role, places.config(party), kinds) : children.consilium(role, 'start', '--config', places.config(party))
    lives.set(party, [...(lives.get(party) ?? []), child])
    return child
  }
  async function keepAlive(party: Party): Promise<void> {
    for (;;) {
      const { code, signal, stderr } = await start(party).ended
      if (stopping.has(party)) return
      const cause = /^killed after (.+)$/m.exec(stderr)?.[1]
      if (signal !== 'SIGKILL' || cause === undefined) throw new Error(`${party} ended with ${code ?? signal}:\n${stderr.slice(-1500)}`)
      deaths.set(party, [...(deaths.get(party) ?? []), cause])
      pending.get(party)?.delete(cause)
    }
  }
  async function journal<Event, State>(
    party: Party,
    parse: (body: Uint8Array) => Event,
    fold: (state: State, event: Event, atMs: number) => State,
    initial: State,
  ): Promise<Journal<Event, State>> {
    await using store = openSqliteStore(places.data(party))
    const events: Event[] = []
    let state = initial
    for await (const { body, atMs } of store.entries()) {
      const event = parse(body)
      events.push(event)
      state = fold(state, event, atMs)
    }
    return { events, state }
  }
  const life = (party: Party): Child => {
    const child = lives.get(party)?.at(-1)
    if (!child) throw new Error(`${party} was never started`)
    return child
  }
  return {
    children,
    keep(party, kinds = []) {
      stopping.delete(party)
      pending.set(party, new Set(kinds))
      keepAlive(party).catch((error: Error) => {
        failure = error
      })
    },
    life,
    deaths: (party) => deaths.get(party) ?? [],
    pending: (party) => [...(pending.get(party) ?? [])],
    log: (party) => (lives.get(party) ?? []).map((child) => child.log()).join('\n'),
    async until(condition, what) {
      while (!(await condition())) {
        if (failure) throw new Error(`while waiting until ${what}`, { cause: failure })
        await pause(LOOK_MS)
      }
    },
    coordinator: () => journal<CoordinatorEvent, CoordinatorState>('coordinator', (body) => decode(coordinatorEvent, body), coordinatorStep, noCoordinator),
    client: (id) => journal<ClientEvent, ClientState>(id, (body) => decode(clientEvent, body), clientStep, noClient),
    async stop(party) {
      stopping.add(party)
      const child = life(party)
      child.signal('SIGTERM')
      return (await child.ended).code
    },
    async [Symbol.asyncDispose]() {
      for (const party of lives.keys()) stopping.add(party)
      await children[Symbol.asyncDispose]()
    },
  }
}
