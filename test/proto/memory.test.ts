// What only the memory transport has: faults on demand.
import { describe, expect, test } from 'vitest'
import { refuse } from '../../core/errors.ts'
import { collect } from '../../proto/transport/chunks.ts'
import { connectMemory, type Fault, type FaultPoint } from '../../proto/transport/memory.ts'
import { quiet } from '../turns.ts'
import { ALPHA, bytes, each, KEY, never, serviceWith } from './federation.ts'

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'served',
    (error) => error.code,
  )
const PEER = { member: ALPHA }
const failing =
  (method: string, point: FaultPoint): Fault =>
  (name, _peer, at) => {
    if (name === method && at === point) throw refuse('UNAVAILABLE', 'the line is cut')
  }

describe('a fault', () => {
  test('before a call: it never arrived; after it: it took effect and the reply is lost', async () => {
    for (const [point, effects] of [
      ['before', 0],
      ['after', 1],
    ] as const) {
      let done = 0
      const link = connectMemory(serviceWith({ sign: async () => void done++ }), PEER, { fault: failing('sign', point) })
      expect(await codeOf(link.sign(KEY, bytes(3)))).toBe('UNAVAILABLE')
      expect(done).toBe(effects)
    }
  })

  test('at a chunk of an upload: the service sees a cut after the chunks before it', async () => {
    let chunk = 0
    const seen: unknown[] = []
    const link = connectMemory(
      serviceWith({
        async contribute(_peer, _key, _receipt, _offset, chunks) {
          try {
            for await (const part of chunks) seen.push(part.length)
          } catch (error) {
            seen.push((error as { code: string }).code)
            throw error
          }
        },
      }),
      PEER,
      {
        fault(method, _peer, point) {
          if (method === 'contribute' && point === 'chunk' && ++chunk === 3) throw refuse('UNAVAILABLE', 'the line is cut')
        },
      },
    )
    expect(await codeOf(link.contribute(KEY, bytes(1), 0, each(bytes(1), bytes(2), bytes(3), bytes(4)), never()))).toBe('UNAVAILABLE')
    expect(seen).toEqual([1, 2, 'UNAVAILABLE'])
  })

  test('at a chunk of a download: the reader has what came before', async () => {
    let chunk = 0
    const link = connectMemory(serviceWith({ fetchRelease: () => each(bytes(1), bytes(2), bytes(3)) }), PEER, {
      fault(_method, _peer, point) {
        if (point === 'chunk' && ++chunk === 2) throw refuse('UNAVAILABLE', 'the line is cut')
      },
    })
    const got: number[] = []
    const reading = async (): Promise<void> => {
      for await (const part of link.fetchRelease(KEY, never())) got.push(part.length)
    }
    expect([await codeOf(reading()), got]).toEqual(['UNAVAILABLE', [1]])
  })

  test('may hold a call back until it is let go', async () => {
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>()
    const order: string[] = []
    const link = connectMemory(serviceWith({ adopted: async () => void order.push('arrived') }), PEER, {
      fault: (_m, _p, point) => (point === 'before' ? held : undefined),
    })
    const calling = link.adopted(KEY)
    order.push('held')
    letGo()
    await calling
    expect(order).toEqual(['held', 'arrived'])
  })
})

describe('a link that goes offline', () => {
  test('refuses calls until it is online again', async () => {
    const link = connectMemory(serviceWith({ adopted: async () => undefined, fetchRelease: () => each(bytes(2)) }), PEER)
    link.online = false
    expect([await codeOf(link.adopted(KEY)), await codeOf(collect(link.fetchRelease(KEY, never()), 9)), link.online]).toEqual([
      'UNAVAILABLE',
      'UNAVAILABLE',
      false,
    ])
    link.online = true
    expect([await codeOf(link.adopted(KEY)), (await collect(link.fetchRelease(KEY, never()), 9)).length]).toEqual(['served', 2])
  })

  test('cuts what is open: a watch, a call that waits, an upload; the service hears of it', async () => {
    const heard: string[] = []
    const forever = (): Promise<never> => new Promise(() => undefined)
    const link = connectMemory(
      serviceWith({
        fetchRoster: forever,
        async *watch(_peer, signal) {
          signal.addEventListener('abort', () => heard.push('watch'))
          yield []
          await forever()
        },
        async contribute(_peer, _key, _receipt, _offset, chunks, signal) {
          signal.addEventListener('abort', () => heard.push('contribute'))
          await collect(chunks, 10).catch((error: unknown) => heard.push((error as { code: string }).code))
        },
      }),
      PEER,
    )
    const watching = link.watch(never())[Symbol.asyncIterator]()
    await watching.next()
    const pending = [watching.next(), link.fetchRoster(), link.contribute(KEY, bytes(1), 0, { [Symbol.asyncIterator]: () => ({ next: forever }) }, never())]
    await quiet()
    link.online = false
    expect(await Promise.all(pending.map((call) => codeOf(call as Promise<unknown>)))).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE'])
    await quiet()
    expect(heard.sort()).toEqual(['UNAVAILABLE', 'contribute', 'watch'])
  })
})
