// One contract for every transport: what a client and a coordinator may rely on, whatever carries their calls.
import { createHash } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { CATALOG, type ErrorCode, refuse } from '../../core/errors.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Ask } from '../../proto/messages.ts'
import type { Chunks, CoordinatorLink, CoordinatorService } from '../../proto/service.ts'
import { CALLS, type CallName } from '../../proto/transport/calls.ts'
import { chunksOf, collect } from '../../proto/transport/chunks.ts'
import { until } from '../turns.ts'
import { ALPHA, BETA, bytes, createTlsFederation, each, HASH, KEY, never, type Served, serviceWith, type TlsFederation, transports } from './federation.ts'

let federation: TlsFederation
beforeAll(async () => {
  federation = await createTlsFederation()
})

const MIB = 2 ** 20
const ASKS: readonly Ask[] = [
  { kind: 'contribute', key: KEY },
  { kind: 'declareSnapshot', boundary: '2024-06' },
]
const failure = (promise: Promise<unknown>): Promise<{ code: ErrorCode; message: string }> =>
  promise.then(
    () => Promise.reject(new Error('it should have failed')),
    (error) => error,
  )

/** Long byte strings as something that compares fast. */
const comparable = (value: unknown): unknown =>
  value instanceof Uint8Array ? { length: value.length, sha256: createHash('sha256').update(value).digest('hex') } : value

/** Each call with arguments, and what the service is to answer. */
const SAMPLES: { [K in CallName]: { args: readonly unknown[]; reply: unknown } } = {
  watch: { args: [], reply: [ASKS, []] },
  fetchRoster: { args: [], reply: bytes(5 * MIB, 3) },
  signRoster: { args: [bytes(132)], reply: undefined },
  publishSealingKey: { args: [bytes(1400)], reply: undefined },
  fetchKeyEpoch: { args: [HASH], reply: bytes(14_000) },
  giveUpEpoch: { args: [7], reply: undefined },
  declareSnapshot: { args: [bytes(200)], reply: undefined },
  fetchJob: { args: [HASH], reply: bytes(9) },
  fetchPlan: { args: [KEY], reply: bytes(2 * MIB) },
  refusePlan: { args: [KEY, 'POLICY'], reply: undefined },
  contributionOffset: { args: [KEY, HASH], reply: 2 ** 40 + 1 },
  contribute: { args: [KEY, bytes(300, 2), 2 ** 33], reply: undefined },
  fetchCandidates: { args: [KEY], reply: [bytes(3 * MIB, 9)] },
  report: { args: [KEY, bytes(MIB)], reply: undefined },
  fetchSignRequest: { args: [KEY], reply: [bytes(1), bytes(MIB)] },
  sign: { args: [KEY, bytes(132)], reply: undefined },
  refuseRequest: { args: [KEY, 'cosign', 'RELEASE_MISMATCH'], reply: undefined },
  fetchCertificate: { args: [KEY], reply: [bytes(70_000)] },
  answer: { args: [KEY, bytes(16_600)], reply: undefined },
  fetchCosignRequest: { args: [KEY], reply: [bytes(700_000)] },
  fetchContribution: { args: [KEY, BETA], reply: [bytes(5, 1), bytes(5, 2)] },
  cosign: { args: [KEY, bytes(250)], reply: undefined },
  fingerprint: { args: [KEY, bytes(50_000)], reply: undefined },
  fetchFingerprints: { args: [KEY], reply: [bytes(60_000)] },
  fetchAggregate: { args: [KEY], reply: [bytes(46_080), bytes(46_080)] },
  fetchRelease: { args: [KEY], reply: [] },
  adopted: { args: [KEY], reply: undefined },
  scored: { args: [HASH, 'logistic 逻辑回归'], reply: undefined },
}

describe.each(transports(() => federation))('over $name', ({ serve }) => {
  let served: Served
  afterEach(() => served.end())
  const link = async (methods: Partial<CoordinatorService>): Promise<CoordinatorLink> => {
    served = await serve(serviceWith(methods))
    return served.link(ALPHA)
  }
  const invoke = (over: CoordinatorLink, name: CallName, args: readonly unknown[]): unknown => Reflect.apply(over[name], over, args)

  test.each(Object.keys(CALLS) as CallName[])('%s carries its arguments, its caller and its answer', async (name) => {
    const { args, reply } = SAMPLES[name]
    const seen: unknown[] = []
    let uploaded: Uint8Array | undefined
    const shape = CALLS[name].shape
    const over = await link({
      [name]: (peer: unknown, ...rest: unknown[]) => {
        seen.push(peer, ...(shape === 'unary' ? rest : rest.slice(0, args.length)))
        if (shape === 'download') return each(...(reply as unknown[]))
        if (shape === 'unary') return Promise.resolve(reply)
        return collect(rest[3] as Chunks, 10 * MIB).then((whole) => {
          uploaded = whole
        })
      },
    })
    if (shape === 'download' && name === 'watch') expect(await Array.fromAsync(invoke(over, name, [never()]) as AsyncIterable<unknown>)).toEqual(reply)
    else if (shape === 'download')
      expect(Buffer.from(await collect(invoke(over, name, [...args, never()]) as Chunks, 10 * MIB)).equals(Buffer.concat(reply as Uint8Array[]))).toBe(true)
    else if (shape === 'unary') expect(comparable(await invoke(over, name, args))).toEqual(comparable(reply))
    else {
      await invoke(over, name, [...args, each(bytes(MIB, 5), bytes(0), bytes(3 * MIB, 6)), never()])
      expect(uploaded && Buffer.from(uploaded).equals(Buffer.concat([bytes(MIB, 5), bytes(3 * MIB, 6)]))).toBe(true)
    }
    expect(seen.map(comparable)).toEqual([{ member: ALPHA }, ...args].map(comparable))
    for (const part of seen) if (part instanceof Uint8Array) expect(part.constructor).toBe(Uint8Array)
  })

  test('every code of the catalog arrives as itself, with its public message and nothing of the detail', async () => {
    const codes = Object.keys(CATALOG) as ErrorCode[]
    let next: ErrorCode = 'POLICY'
    const over = await link({
      adopted: async () => Promise.reject(refuse(next, 'row 17 of the ledger')),
      fetchRelease: (): Chunks => Array.fromAsync([]) as never,
    })
    for (const code of codes) {
      next = code
      const error = await failure(over.adopted(KEY))
      expect(error.code).toBe(code)
      expect(error.message).toContain(CATALOG[code].zh)
      expect(error.message).not.toContain('ledger')
    }
  })

  test('a fault without a code is INTERNAL and tells nothing, in calls and in streams', async () => {
    const over = await link({
      fetchPlan: async () => Promise.reject(new Error('secret of the house')),
      async *fetchRelease() {
        yield bytes(1)
        throw new TypeError('secret of the house')
      },
      contribute: () => Promise.reject(new Error('secret of the house')),
    })
    for (const attempt of [
      () => over.fetchPlan(KEY),
      () => collect(over.fetchRelease(KEY, never()), 10),
      () => over.contribute(KEY, bytes(1), 0, each(bytes(9)), never()),
    ]) {
      const error = await failure(attempt())
      expect(error.code).toBe('INTERNAL')
      expect(error.message).not.toContain('secret')
    }
  })

  test('a stream that fails after some items delivers the items, then the code', async () => {
    const over = await link({
      async *fetchRelease() {
        yield bytes(10)
        throw refuse('RELEASE_MISMATCH', 'no')
      },
    })
    const got: number[] = []
    const error = await failure(
      (async () => {
        for await (const chunk of over.fetchRelease(KEY, never())) got.push(chunk.length)
      })(),
    )
    expect([got, error.code]).toEqual([[10], 'RELEASE_MISMATCH'])
  })

  test('bodies beyond their limits are refused before they are sent', async () => {
    const over = await link({ sign: async () => undefined, report: async () => undefined })
    expect((await failure(over.sign(KEY, bytes(1025)))).code).toBe('TOO_LARGE')
    expect((await failure(over.report(KEY, bytes(LIMITS.messageBytes + 1)))).code).toBe('TOO_LARGE')
    expect((await failure(over.refusePlan(KEY, 'patient 4711 was here'))).code).toBe('BAD_BYTES')
    expect((await failure(over.contribute(KEY, bytes(1), -1, each(), never()))).code).toBe('BAD_BYTES')
    expect(over.traffic.bytesUp).toBe(0)
  })

  test('an answer beyond its limit is refused by code, not delivered', async () => {
    const over = await link({ fetchPlan: async () => bytes(2 * LIMITS.messageBytes + 1) })
    expect((await failure(over.fetchPlan(KEY))).code).toBe('TOO_LARGE')
  })

  test('an upload that was cut in the middle goes on from the offset that the service kept', async () => {
    const contribution = bytes(3 * MIB).map((_, i) => i % 251)
    const spool: number[] = []
    let whole = false
    const cut: unknown[] = []
    const over = await link({
      contributionOffset: async () => spool.length,
      async contribute(_peer, _key, _receipt, offset, chunks) {
        if (offset !== spool.length) throw refuse('OFFSET', 'elsewhere')
        try {
          for await (const chunk of chunks) for (const byte of chunk) spool.push(byte)
        } catch (error) {
          cut.push(error)
          throw error
        }
        whole = spool.length === contribution.length
      },
    })
    const stop = new AbortController()
    async function* half(): AsyncGenerator<Uint8Array> {
      yield contribution.slice(0, MIB)
      await until(() => spool.length === MIB)
      stop.abort()
      yield contribution.slice(MIB, 2 * MIB)
    }
    expect((await failure(over.contribute(KEY, bytes(1), 0, half(), stop.signal))).code).toBe('CANCELLED')
    await until(() => cut.length === 1)
    // The service saw an error, never an end: a half must not look like a whole.
    expect(cut).toMatchObject([{ code: 'UNAVAILABLE' }])
    const offset = await over.contributionOffset(KEY, HASH)
    expect(offset).toBe(MIB)
    expect((await failure(over.contribute(KEY, bytes(1), offset + 1, each(bytes(1)), never()))).code).toBe('OFFSET')
    await over.contribute(KEY, bytes(1), offset, chunksOf(contribution, offset), never())
    expect([whole, Buffer.from(spool).equals(Buffer.from(contribution))]).toEqual([true, true])
  })

  test('a source that fails ends the upload on both sides, and its own error is what the caller sees', async () => {
    const seen: unknown[] = []
    let arrived = 0
    const over = await link({
      async contribute(_peer, _key, _receipt, _offset, chunks) {
        try {
          for await (const chunk of chunks) arrived += chunk.length
        } catch (error) {
          seen.push(error)
          throw error
        }
      },
    })
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytes(5)
      await until(() => arrived === 5)
      throw refuse('STORE', 'the disk is gone')
    }
    expect(await failure(over.contribute(KEY, bytes(1), 0, broken(), never()))).toMatchObject({ code: 'STORE', message: 'the disk is gone' })
    await until(() => seen.length === 1)
    expect(seen).toMatchObject([{ code: 'UNAVAILABLE' }])
  })

  test('a refusal in the middle of an upload arrives at once, without the rest being read', async () => {
    let produced = 0
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        produced++
        yield bytes(MIB)
      }
    }
    const over = await link({
      async contribute(_peer, _key, _receipt, _offset, chunks) {
        for await (const _ of chunks) throw refuse('DIGEST_MISMATCH', 'not these')
      },
    })
    expect((await failure(over.contribute(KEY, bytes(1), 0, endless(), never()))).code).toBe('DIGEST_MISMATCH')
    expect(produced).toBeLessThan(40)
  })

  test('a slow reader holds the sender back: 256 MiB never pile up, up or down', async () => {
    const counted = { down: 0, up: 0 }
    const source = async function* (way: 'down' | 'up'): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 256; i++) {
        counted[way]++
        yield bytes(MIB)
      }
    }
    let release = (): void => undefined
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let taken = 0
    const over = await link({
      fetchRoster: async () => bytes(1),
      fetchRelease: () => source('down'),
      async contribute(_peer, _key, _receipt, _offset, chunks) {
        for await (const _ of chunks) {
          taken++
          await held
        }
      },
    })
    const reader = over.fetchRelease(KEY, never())[Symbol.asyncIterator]()
    await reader.next()
    const stop = new AbortController()
    const uploading = failure(over.contribute(KEY, bytes(1), 0, source('up'), stop.signal))
    await until(() => taken > 0)
    // Opportunity: a sender that is not held back would use these round trips.
    for (let i = 0; i < 100; i++) await over.fetchRoster()
    expect(counted.down).toBeLessThanOrEqual(16)
    expect(counted.up).toBeLessThanOrEqual(16)
    stop.abort()
    release()
    await reader.return?.()
    expect((await uploading).code).toBe('CANCELLED')
  })

  test('aborting ends a stream on both sides, also while nothing is being said', async () => {
    const ended: string[] = []
    const over = await link({
      async *watch(_peer, signal) {
        signal.addEventListener('abort', () => ended.push('signal'))
        try {
          yield ASKS
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(refuse('CANCELLED', 'gone'))))
        } finally {
          ended.push('return')
        }
      },
    })
    const stop = new AbortController()
    const seen: unknown[] = []
    const watching = failure(
      (async () => {
        for await (const asks of over.watch(stop.signal)) {
          seen.push(asks)
          stop.abort()
        }
      })(),
    )
    expect((await watching).code).toBe('CANCELLED')
    await until(() => ended.length === 2)
    expect([seen, ended.sort()]).toEqual([[ASKS], ['return', 'signal']])
  })

  test('a reader that leaves its loop ends the stream at the service', async () => {
    let ended = false
    const over = await link({
      async *watch(_peer, signal) {
        signal.addEventListener('abort', () => {
          ended = true
        })
        for (;;) yield ASKS
      },
    })
    for await (const asks of over.watch(never())) {
      expect(asks).toEqual(ASKS)
      break
    }
    await until(() => ended)
  })

  test('a signal that has already fired starts nothing', async () => {
    let started = 0
    const count = (): never => {
      started++
      throw refuse('INTERNAL', 'started')
    }
    const over = await link({ watch: count, contribute: count })
    expect((await failure(Array.fromAsync(over.watch(AbortSignal.abort())))).code).toBe('CANCELLED')
    expect((await failure(over.contribute(KEY, bytes(1), 0, each(bytes(1)), AbortSignal.abort()))).code).toBe('CANCELLED')
    await over.scored(HASH, 'x').catch(() => undefined)
    expect(started).toBe(0)
  })

  test('calls of several members at once do not mix', async () => {
    const over = await link({
      fetchPlan: async (peer, key) => Buffer.from(`${peer.member} ${key.step}`),
      async *fetchRelease(peer, key) {
        for (let i = 0; i < 20; i++) yield Buffer.from(`${peer.member} ${key.step}\n`)
      },
    })
    const links = { [ALPHA]: over, [BETA]: served.link(BETA) }
    await Promise.all(
      [ALPHA, BETA].flatMap((member) =>
        Array.from({ length: 30 }, async (_, step) => {
          const call = links[member] as CoordinatorLink
          const key = { ...KEY, step }
          expect(Buffer.from(await call.fetchPlan(key)).toString()).toBe(`${member} ${step}`)
          expect(Buffer.from(await collect(call.fetchRelease(key, never()), 10_000)).toString()).toBe(`${member} ${step}\n`.repeat(20))
        }),
      ),
    )
  })

  test('nothing is shared between the two sides: bytes that are changed after a call changed nothing', async () => {
    const kept: Uint8Array[] = []
    const reply = bytes(4, 9)
    const over = await link({
      async sign(_peer, _key, signature) {
        kept.push(signature)
      },
      fetchPlan: async () => reply,
    })
    const signature = bytes(100, 7)
    const sending = over.sign(KEY, signature)
    signature.fill(0)
    await sending
    const got = await over.fetchPlan(KEY)
    reply.fill(0)
    expect([kept[0]?.[0], got[0]]).toEqual([7, 9])
  })

  test('traffic counts the bytes of both directions', async () => {
    const over = await link({ fetchPlan: async () => bytes(1000), contribute: async (_p, _k, _r, _o, chunks) => void (await collect(chunks, MIB)) })
    await over.fetchPlan(KEY)
    await over.contribute(KEY, bytes(200), 0, each(bytes(5000)), never())
    const { bytesUp, bytesDown } = over.traffic
    expect(bytesUp).toBeGreaterThanOrEqual(5200)
    expect(bytesUp).toBeLessThan(5500)
    expect(bytesDown).toBeGreaterThanOrEqual(1000)
    expect(bytesDown).toBeLessThan(1100)
  })

  test('a closed link ends what is open and refuses what comes', async () => {
    const over = await link({
      async *watch() {
        yield ASKS
        await new Promise(() => undefined)
      },
    })
    const seen: unknown[] = []
    const watching = failure(
      (async () => {
        for await (const asks of over.watch(never())) seen.push(asks)
      })(),
    )
    await until(() => seen.length === 1)
    await over[Symbol.asyncDispose]()
    expect(['CANCELLED', 'UNAVAILABLE']).toContain((await watching).code)
    expect((await failure(over.adopted(KEY))).code).toBe('CANCELLED')
  })
})
