// A daemon is a journal and a pure step. An event is journalled before anything follows from it; the effects are a function of
// the state alone (everything owed now), so after a restart the same effects are owed again: kill it anywhere, it goes on.
import type { Clock } from './clock.ts'
import { type Codec, decode, encode } from './codec.ts'
import { isRefusal, refuse, toConsiliumError } from './errors.ts'
import type { Log } from './log.ts'
import type { Store } from './store/store.ts'

export interface Effect {
  /** Two effects with the same key are the same piece of work. */
  readonly key: string
  readonly kind: string
}

export interface Machine<State, Event extends { readonly kind: string }, E extends Effect> {
  readonly initial: State
  readonly events: Codec<Event>
  /**
   * Pure. Throws a coded refusal where the event is not acceptable in this state; nothing is then journalled. Returns `state` itself where
   * the event changes nothing (a call repeated because its reply was lost): nothing is journalled then either, and its poster hears success.
   * The effects are all that is owed in the new state; `wakeAtMs` is when the machine wants a `tick`, if at all.
   */
  step(state: State, event: Event, nowMs: number): State
  owed(state: State, nowMs: number): { readonly effects: readonly E[]; readonly wakeAtMs: number | null }
}

export interface Runner<State, Event> extends AsyncDisposable {
  readonly state: State
  /** Resolves once the event is durable; rejects with the step's refusal. Events are taken one at a time, in order of call. */
  post(event: Event): Promise<void>
  /** Called after each change with the new state. The returned function ends it. */
  subscribe(listener: (state: State) => void): () => void
  /** Tries again at once whatever is owed and pauses after a failure: for callers that know that something outside the journal changed. */
  nudge(): void
}

export interface RunnerOptions<State, Event extends { readonly kind: string }, E extends Effect> {
  readonly machine: Machine<State, Event, E>
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** Does the effect; posts its outcome itself, through `post`. A rejection is retried after a pause as long as it is owed. */
  perform(effect: E, context: { state: () => State; post: (event: Event) => Promise<void>; signal: AbortSignal }): Promise<void>
  readonly retryMs?: number
  /** Told of each event once it is durable (not of replayed ones): progress, metrics. */
  readonly observe?: (event: Event, state: State, atMs: number) => void
}

interface Posted<Event> {
  readonly event: Event
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}
interface Accepted<State, Event> extends Posted<Event> {
  readonly body: Uint8Array
  /** After this event. */
  readonly state: State
  readonly changes: boolean
}
/** A turn of the event loop: what arrives in it is taken together. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** From one second to about a minute. */
const MOST_DOUBLINGS = 6

/** Replays the journal, then starts whatever is owed. */
export async function startMachine<State, Event extends { readonly kind: string }, E extends Effect>(
  options: RunnerOptions<State, Event, E>,
): Promise<Runner<State, Event>> {
  const { machine, store, clock, log } = options
  let state = machine.initial
  for await (const entry of store.entries()) state = machine.step(state, decode(machine.events, entry.body), entry.atMs)

  const inFlight = new Map<string, AbortController>()
  const pauses = new Map<string, () => void>()
  /** Failures in a row of an effect that is still owed: each doubles its pause. */
  const failures = new Map<string, number>()
  const running = new Set<Promise<void>>()
  const listeners = new Set<(state: State) => void>()
  let queue: Promise<void> = Promise.resolve()
  const waiting: Posted<Event>[] = []
  let cancelWake: (() => void) | null = null
  let closed = false

  const post = (event: Event): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ event, resolve, reject })
      if (waiting.length === 1) queue = queue.then(turn).then(takeAll)
    })

  /** Takes all that has been posted by now, one after the other, and writes what is accepted in one commit: a disk syncs once for all of them. */
  async function takeAll(): Promise<void> {
    const posted = waiting.splice(0)
    const nowMs = clock.now()
    const accepted: Accepted<State, Event>[] = []
    let next = state
    for (const { event, resolve, reject } of posted) {
      try {
        if (closed) throw refuse('CANCELLED', 'the daemon is stopping')
        // The step sees what a replay will see, not the caller's object: a field off the codec, a -0 or a later change cannot split the two.
        const body = encode(machine.events, event)
        const written = decode(machine.events, body)
        const after = machine.step(next, written, nowMs)
        accepted.push({ event: written, body, state: after, changes: after !== next, resolve, reject })
        next = after
      } catch (error) {
        reject(error)
      }
    }
    await commit(accepted, nowMs)
  }

  async function commit(accepted: readonly Accepted<State, Event>[], nowMs: number): Promise<void> {
    const changing = accepted.filter((a) => a.changes)
    try {
      if (changing.length > 0) await store.appendAll(changing.map(({ event, body }) => ({ kind: event.kind, body, atMs: nowMs })))
    } catch (error) {
      for (const { reject } of accepted) reject(error)
      return
    }
    for (const { event, state: after, changes } of accepted) {
      if (!changes) continue
      state = after
      announce(event, nowMs)
    }
    for (const { resolve } of accepted) resolve()
    if (changing.length > 0) settle()
  }

  /** The event is durable: a listener's fault is not the poster's. */
  function announce(event: Event, nowMs: number): void {
    const calls = [() => options.observe?.(event, state, nowMs), ...[...listeners].map((listener) => () => listener(state))]
    for (const call of calls) {
      try {
        call()
      } catch (error) {
        log.error({ event: event.kind, detail: toConsiliumError(error).message }, 'a listener failed')
      }
    }
  }

  function settle(): void {
    if (closed) return
    const nowMs = clock.now()
    const { effects, wakeAtMs } = machine.owed(state, nowMs)
    const keys = new Set(effects.map((effect) => effect.key))
    for (const [key, controller] of inFlight) if (!keys.has(key)) controller.abort()
    for (const [key, cancel] of pauses)
      if (!keys.has(key)) {
        cancel()
        pauses.delete(key)
      }
    for (const key of failures.keys()) if (!keys.has(key)) failures.delete(key)
    for (const effect of effects) if (!inFlight.has(effect.key) && !pauses.has(effect.key)) start(effect)
    cancelWake?.()
    // What is owed now has just been seen: a wake that lies in the past would come again at once, for ever.
    cancelWake = wakeAtMs === null || wakeAtMs <= nowMs ? null : clock.at(wakeAtMs, settle)
  }

  function start(effect: E): void {
    const controller = new AbortController()
    inFlight.set(effect.key, controller)
    const work = perform(effect, controller.signal)
      .then(() => void failures.delete(effect.key))
      .catch((error: unknown) => {
        if (closed || controller.signal.aborted || isRefusal(error, 'CANCELLED') || isRefusal(error, 'CONSENT')) return
        const fault = toConsiliumError(error)
        // A lost connection is nobody's fault and cheap to try: it is tried at the same pace for as long as it takes.
        if (fault.code !== 'UNAVAILABLE') failures.set(effect.key, (failures.get(effect.key) ?? 0) + 1)
        log.warn({ effect: effect.key, code: fault.code, detail: fault.message, pauseMs: pauseMs(effect.key) }, 'will be tried again')
      })
      .finally(() => {
        inFlight.delete(effect.key)
        running.delete(work)
        if (closed) return
        // Whatever is still owed after its effect has run is tried again after a pause, never in a busy loop.
        pauses.set(
          effect.key,
          clock.at(clock.now() + pauseMs(effect.key), () => resume(effect.key)),
        )
        settle()
      })
    running.add(work)
  }

  /** Async, so that a fault before its first await is a rejection too. */
  async function perform(effect: E, signal: AbortSignal): Promise<void> {
    await options.perform(effect, { state: () => state, post, signal })
  }

  const pauseMs = (key: string): number => (options.retryMs ?? 1000) * 2 ** Math.min(MOST_DOUBLINGS, Math.max(0, (failures.get(key) ?? 0) - 1))

  /** Ends the first pause of each effect: what failed while the outside was otherwise is tried again now. What keeps failing waits its time. */
  function nudge(): void {
    for (const [key, cancel] of pauses) {
      if ((failures.get(key) ?? 0) > 1) continue
      cancel()
      pauses.delete(key)
    }
    settle()
  }

  function resume(key: string): void {
    pauses.delete(key)
    settle()
  }

  // The first look happens after the caller has its runner in hand: a microtask would come before whoever awaits this call.
  setImmediate(settle)

  return {
    get state() {
      return state
    },
    post,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    nudge,
    async [Symbol.asyncDispose]() {
      closed = true
      cancelWake?.()
      for (const cancel of pauses.values()) cancel()
      for (const controller of inFlight.values()) controller.abort()
      await queue
      await Promise.allSettled([...running])
    },
  }
}
