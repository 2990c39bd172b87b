import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { createVirtualClock, type VirtualClock } from '../../core/clock.ts'
import { type Decoded, encode, f64, struct, u32, union } from '../../core/codec.ts'
import { refuse } from '../../core/errors.ts'
import { silentLog } from '../../core/log.ts'
import { type Effect, type Machine, type Runner, type RunnerOptions, startMachine } from '../../core/machine.ts'
import { createDisk, createMemoryStore, type Disk } from '../../core/store/memory.ts'
import type { Store } from '../../core/store/store.ts'
import { quiet, until } from '../turns.ts'

// A desk of orders: an open order is owed an errand, a closed one is not. An order may carry a time to be called at.
const event = union({ open: struct({ order: u32, callAtMs: u32 }), close: struct({ order: u32, price: f64 }) })
type Event = Decoded<typeof event>
interface State {
  readonly open: ReadonlyMap<number, { readonly callAtMs: number }>
  readonly history: readonly string[]
}
const open = (order: number, callAtMs = 0): Event => ({ kind: 'open', order, callAtMs })
const close = (order: number, price = 1): Event => ({ kind: 'close', order, price })

const desk: Machine<State, Event, Effect> = {
  initial: { open: new Map(), history: [] },
  events: event,
  step(state, e, nowMs) {
    const orders = new Map(state.open)
    if (e.kind === 'open') {
      if (orders.has(e.order)) throw refuse('SECOND_STATEMENT', `order ${e.order} is open`)
      orders.set(e.order, { callAtMs: e.callAtMs })
    } else if (!orders.delete(e.order)) throw refuse('NOT_FOUND', `order ${e.order} is not open`)
    return { open: orders, history: [...state.history, `${nowMs} ${JSON.stringify(e)} ${Object.is((e as { price?: number }).price, -0)}`] }
  },
  owed(state, nowMs) {
    const due = [...state.open].filter(([, o]) => o.callAtMs <= nowMs)
    const later = [...state.open.values()].map((o) => o.callAtMs).filter((t) => t > 0)
    return { effects: due.map(([order]) => ({ key: `errand-${order}`, kind: 'errand' })), wakeAtMs: later.length > 0 ? Math.min(...later) : null }
  },
}

type Perform = RunnerOptions<State, Event, Effect>['perform']
const RETRY_MS = 700
const runners: Runner<State, Event>[] = []
afterEach(async () => {
  for (const runner of runners.splice(0)) await runner[Symbol.asyncDispose]()
})

interface Desk {
  readonly disk: Disk
  readonly clock: VirtualClock
  start(perform: Perform, store?: Store): Promise<Runner<State, Event>>
}
function newDesk(disk = createDisk(), clock = createVirtualClock(1_000)): Desk {
  return {
    disk,
    clock,
    async start(perform, store = createMemoryStore(disk)) {
      const runner = await startMachine({ machine: desk, store, clock, log: silentLog(), perform, retryMs: RETRY_MS })
      runners.push(runner)
      return runner
    },
  }
}
const idle: Perform = async () => {}
/** Runs until its signal fires. */
const forever: Perform = ({ key }, { signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(refuse('CANCELLED', key)), { once: true }))

describe('journal before effects', () => {
  test('an event has no consequence before it is durable', async () => {
    const gate = Promise.withResolvers<void>()
    const desk = newDesk()
    const store = createMemoryStore(desk.disk)
    const slow: Store = { ...store, appendAll: (entries) => gate.promise.then(() => store.appendAll(entries)) }
    const journalled: number[] = []
    const seen: State[] = []
    const runner = await desk.start(async () => void journalled.push(desk.disk.journal.length), slow)
    runner.subscribe((state) => seen.push(state))
    const posted = runner.post(open(1))
    await quiet()
    expect([journalled, seen, runner.state.history]).toEqual([[], [], []])
    gate.resolve()
    await posted
    expect(runner.state.history).toHaveLength(1)
    expect(seen).toHaveLength(1)
    await until(() => journalled.length > 0)
    expect(journalled).toEqual([1])
  })

  test('an event that cannot be written changes nothing and its poster is told', async () => {
    const desk = newDesk()
    const broken: Store = { ...createMemoryStore(desk.disk), appendAll: () => Promise.reject(refuse('STORE', 'disk full')) }
    let errands = 0
    const runner = await desk.start(async () => void errands++, broken)
    await expect(runner.post(open(1))).rejects.toMatchObject({ code: 'STORE' })
    await quiet()
    expect([runner.state.history.length, errands]).toEqual([0, 0])
  })

  test('a refused event is not journalled, its poster gets the code, and the next event is taken', async () => {
    const desk = newDesk()
    const runner = await desk.start(idle)
    await runner.post(open(1))
    await expect(runner.post(open(1))).rejects.toMatchObject({ code: 'SECOND_STATEMENT' })
    await expect(runner.post(close(2))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(runner.post({ kind: 'open', order: -1, callAtMs: 0 })).rejects.toMatchObject({ code: 'BAD_BYTES' })
    await runner.post(close(1))
    expect(desk.disk.journal.map((e) => e.kind)).toEqual(['open', 'close'])
  })

  test('events that are posted together are taken one at a time, in order', async () => {
    const desk = newDesk()
    const runner = await desk.start(idle)
    const outcomes = await Promise.allSettled([open(1), close(1), open(1), open(1), open(2)].map((e) => runner.post(e)))
    expect(outcomes.map((o) => o.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(desk.disk.journal.map((e) => e.seq)).toEqual([1, 2, 3, 4])
  })
})

describe('an event that changes nothing', () => {
  /** Closing at price 0 is what a repeated call does: nothing. */
  const forgiving: typeof desk = { ...desk, step: (state, e, nowMs) => (e.kind === 'close' && e.price === 0 ? state : desk.step(state, e, nowMs)) }
  test('is not journalled, wakes no listener, and its poster hears success', async () => {
    const disk = createDisk()
    const runner = await startMachine({ machine: forgiving, store: createMemoryStore(disk), clock: createVirtualClock(1_000), log: silentLog(), perform: idle })
    runners.push(runner)
    let heard = 0
    runner.subscribe(() => heard++)
    await runner.post(close(1, 0))
    // Also between others that are taken together with it.
    await Promise.all([runner.post(open(1)), runner.post(close(1, 0)), runner.post(open(2))])
    expect(disk.journal.map((e) => e.kind)).toEqual(['open', 'open'])
    expect(heard).toBe(2)
    expect([...runner.state.open.keys()]).toEqual([1, 2])
  })
})

describe('replay', () => {
  const anyEvent = fc.oneof(
    fc.record({ kind: fc.constant('open' as const), order: fc.nat(4), callAtMs: fc.nat(3_000) }),
    fc.record({ kind: fc.constant('close' as const), order: fc.nat(4), price: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
  )
  test('gives the state that was, whatever was posted, refused and when', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(anyEvent, fc.nat(3)), { maxLength: 30 }), async (posts) => {
        const { disk, clock, start } = newDesk()
        const runner = await start(idle)
        for (const [e, ticks] of posts) {
          await runner.post(e).catch(() => undefined)
          for (let i = 0; i < ticks; i++) clock.advance()
        }
        const before = runner.state
        await runner[Symbol.asyncDispose]()
        const again = await newDesk(disk, createVirtualClock(99_999)).start(idle)
        expect(again.state).toEqual(before)
      }),
      { numRuns: 60 },
    )
  })

  test('agrees also on what the codec drops: -0, fields off the form, a later change by the poster', async () => {
    const { disk, start } = newDesk()
    const runner = await start(idle)
    await runner.post(open(1))
    const odd = { kind: 'close', order: 1, price: -0, note: 'not on the form' } as const
    await runner.post(odd)
    const changed: { kind: 'open'; order: number; callAtMs: number } = { kind: 'open', order: 2, callAtMs: 7 }
    await runner.post(changed)
    changed.callAtMs = 8
    const again = await newDesk(disk).start(idle)
    expect(again.state).toEqual(runner.state)
  })

  test('of a journal that does not decode refuses to start', async () => {
    const { disk, start } = newDesk()
    await createMemoryStore(disk).append('open', Uint8Array.of(9), 0)
    await expect(start(idle)).rejects.toMatchObject({ code: 'BAD_BYTES' })
  })
})

describe('effects', () => {
  test('that were running when the process was killed run again after a restart, and those that are done do not', async () => {
    const { disk, start } = newDesk()
    const first: string[] = []
    const runner = await start(async (effect, context) => {
      first.push(effect.key)
      if (effect.key === 'errand-1') await context.post(close(1))
      else await forever(effect, context)
    })
    await Promise.all([runner.post(open(1)), runner.post(open(2))])
    await until(() => !runner.state.open.has(1))
    expect(first.sort()).toEqual(['errand-1', 'errand-2'])
    const second: string[] = []
    await newDesk(disk).start(async ({ key }) => void second.push(key))
    await until(() => second.length > 0)
    await quiet()
    expect(second).toEqual(['errand-2'])
  })

  test.each([
    ['UNAVAILABLE', 2],
    ['BAD_DATA', 3],
  ] as const)('that fail are tried again after the pause, not before; the pause doubles unless the line is down (%s)', async (code, third) => {
    const { clock, start } = newDesk()
    const tries: number[] = []
    const runner = await start(async (_, { post }) => {
      tries.push(clock.now())
      if (tries.length < 3) throw refuse(code, 'not now')
      await post(close(1))
    })
    await runner.post(open(1))
    await until(() => clock.waiting > 0)
    await quiet()
    expect(tries).toEqual([1_000])
    clock.advance()
    await until(() => clock.waiting > 0)
    clock.advance()
    await until(() => runner.state.open.size === 0)
    expect(tries).toEqual([1_000, 1_000 + RETRY_MS, 1_000 + third * RETRY_MS])
    await quiet()
    expect(clock.waiting).toBe(0)
  })

  test('that are owed at the start begin when the caller holds its runner', async () => {
    const disk = createDisk()
    await createMemoryStore(disk).append('open', encode(event, open(1)), 0)
    let runner: Runner<State, Event> | null = null
    const seen: (Runner<State, Event> | null)[] = []
    runner = await newDesk(disk).start(async () => void seen.push(runner))
    await until(() => seen.length > 0)
    expect(seen[0]).toBe(runner)
  })

  test('that throw before their first await are failures like any other', async () => {
    const { clock, start } = newDesk()
    let tries = 0
    const runner = await start(() => {
      tries++
      throw new Error('at once')
    })
    await runner.post(open(1))
    await until(() => clock.waiting > 0)
    clock.advance()
    await until(() => tries === 2)
  })

  test('that end without having changed anything do not run in a busy loop', async () => {
    const { clock, start } = newDesk()
    let runs = 0
    const runner = await start(async () => void runs++)
    await runner.post(open(1))
    await quiet(500)
    expect(runs).toBe(1)
    clock.advance()
    await quiet(500)
    expect(runs).toBe(2)
  })

  test('of one key never run twice at a time, however often the state changes', async () => {
    const { start } = newDesk()
    let running = 0
    let most = 0
    const runner = await start(async (effect, context) => {
      if (effect.key !== 'errand-1') return
      most = Math.max(most, ++running)
      await forever(effect, context).finally(() => running--)
    })
    await runner.post(open(1))
    for (let i = 2; i < 20; i++) await runner.post(open(i))
    expect([running, most]).toEqual([1, 1])
  })

  test('are told by their signal when they are owed no more', async () => {
    const { clock, start } = newDesk()
    let aborted = 0
    const runner = await start(async (effect, context) => {
      await forever(effect, context).finally(() => aborted++)
    })
    await runner.post(open(1))
    await quiet()
    expect(aborted).toBe(0)
    await runner.post(close(1))
    await until(() => aborted === 1)
    await quiet()
    expect(clock.waiting).toBe(0)
  })

  test('that pause after a failure are tried again at once on a nudge', async () => {
    const { clock, start } = newDesk()
    let tries = 0
    const runner = await start(async () => {
      tries++
      throw refuse('UNAVAILABLE', '')
    })
    await runner.post(open(1))
    await until(() => clock.waiting > 0)
    runner.nudge()
    await until(() => tries === 2)
    expect(clock.now()).toBe(1_000)
    await until(() => clock.waiting === 1)
  })
})

describe('time', () => {
  test('wakes the machine when it asked to be woken', async () => {
    const { clock, start } = newDesk()
    const at: number[] = []
    const runner = await start(async () => void at.push(clock.now()))
    await runner.post(open(1, 5_000))
    await quiet()
    expect(at).toEqual([])
    clock.advance()
    await until(() => at.length > 0)
    expect(at).toEqual([5_000])
  })

  test('a wake in the past is no busy loop', async () => {
    const { clock, start } = newDesk()
    const runner = await start(forever)
    await runner.post(open(1, 400))
    await quiet()
    expect(clock.waiting).toBe(0)
  })

  test('keeps one wake, however often the state changes', async () => {
    const { clock, start } = newDesk()
    const runner = await start(forever)
    for (let i = 0; i < 10; i++) await runner.post(open(i, 5_000 + i))
    expect(clock.waiting).toBe(1)
  })
})

describe('listeners', () => {
  test('hear of each change, until they end it; a faulty one harms neither the poster nor the others', async () => {
    const { start } = newDesk()
    const runner = await start(idle)
    const heard: number[] = []
    runner.subscribe(() => {
      throw new Error('faulty')
    })
    const end = runner.subscribe((state) => heard.push(state.history.length))
    await runner.post(open(1))
    await runner.post(open(2))
    end()
    await runner.post(open(3))
    expect(heard).toEqual([1, 2])
  })
})

describe('disposal', () => {
  test('cancels what runs, waits for it, takes no further event, starts nothing and leaves no timer', async () => {
    const { disk, clock, start } = newDesk()
    const gate = Promise.withResolvers<void>()
    let ended = 0
    const runner = await start(async (effect, context) => {
      if (effect.key === 'errand-2') throw refuse('UNAVAILABLE', '')
      await forever(effect, context).catch(() => gate.promise)
      ended++
    })
    await Promise.all([runner.post(open(1)), runner.post(open(2)), runner.post(open(3, 9_000))])
    await until(() => clock.waiting === 2)
    const disposed = runner[Symbol.asyncDispose]().then(() => ended)
    await expect(runner.post(close(1))).rejects.toMatchObject({ code: 'CANCELLED' })
    await quiet()
    expect(ended).toBe(0)
    gate.resolve()
    expect(await disposed).toBe(1)
    runner.nudge()
    await quiet()
    expect([clock.waiting, disk.journal.length]).toEqual([0, 3])
  })
})
