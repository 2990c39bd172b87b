// Who may call: decided by the certificate of the connection, on every call and on everything that is open.
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { ChannelCredentials, Client, type ServiceError } from '@grpc/grpc-js'
import { service as health } from 'grpc-health-check'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Clock } from '../../core/clock.ts'
import { refuse } from '../../core/errors.ts'
import { parseHospitalId } from '../../core/ids.ts'
import { silentLog } from '../../core/log.ts'
import { createAuthority, createCertificateRequest, issueMemberCertificate, issueServerCertificate, spkiDigest } from '../../proto/certificates.ts'
import type { CoordinatorLink, CoordinatorService } from '../../proto/service.ts'
import { packageDefinition } from '../../proto/transport/definitions.ts'
import { connectGrpc } from '../../proto/transport/grpc-client.ts'
import { serveGrpc } from '../../proto/transport/grpc-server.ts'
import { until } from '../turns.ts'
import { ALPHA, bytes, createTlsFederation, each, HASH, KEY, never, serveFederation, serviceWith, type TlsFederation, type TlsMember } from './federation.ts'

let federation: TlsFederation
beforeAll(async () => {
  federation = await createTlsFederation()
})
const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]()
})
const kept = <T extends AsyncDisposable>(one: T): T => {
  open.push(one)
  return one
}
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'served',
    (error) => error.code,
  )
const DAY_MS = 86_400_000

/** One call of each shape. */
const attempts = (link: CoordinatorLink): readonly (() => Promise<unknown>)[] => [
  () => link.fetchRoster(),
  () => link.sign(KEY, bytes(5)),
  () => link.scored(HASH, 'x'),
  () => Array.fromAsync(link.fetchRelease(KEY, never())),
  () => link.contribute(KEY, bytes(5), 0, each(bytes(10)), never()),
  async () => {
    for await (const _ of link.watch(never())) return
  },
]
function countingService(): { service: CoordinatorService; served: string[] } {
  const served: string[] = []
  const answer =
    <R>(name: string, reply: () => R) =>
    () => {
      served.push(name)
      return reply()
    }
  const service = serviceWith({
    fetchRoster: answer('fetchRoster', async () => bytes(1)),
    sign: answer('sign', async () => undefined),
    scored: answer('scored', async () => undefined),
    fetchRelease: answer('fetchRelease', () => each(bytes(1))),
    contribute: answer('contribute', async () => undefined),
    watch: answer('watch', () => each([])),
  })
  return { service, served }
}

describe('a caller whose certificate is not good gets through to nothing', () => {
  const cases: Readonly<Record<string, { make: () => Promise<Omit<TlsMember, 'member'>>; code: string }>> = {
    'of another authority': {
      async make() {
        const other = await createAuthority('Test authority')
        const { keyPem, csrDer } = await createCertificateRequest(ALPHA)
        return { keyPem, certPem: await issueMemberCertificate(other, csrDer, { hospital: ALPHA, validDays: 1 }) }
      },
      code: 'UNAVAILABLE',
    },
    'self-signed': { make: async () => createAuthority('alpha').then(({ caPem, caKeyPem }) => ({ certPem: caPem, keyPem: caKeyPem })), code: 'UNAVAILABLE' },
    'of the right authority, for servers': { make: async () => issueServerCertificate(federation.authority, { hosts: ['alpha'] }), code: 'UNAVAILABLE' },
    expired: { make: async () => federation.enrol(ALPHA, { validDays: 1, nowMs: Date.now() - 2 * DAY_MS }), code: 'EXPIRED' },
    'not yet valid': { make: async () => federation.enrol(ALPHA, { nowMs: Date.now() + DAY_MS }), code: 'UNAVAILABLE' },
    'of the right authority, of nobody on the roster': { make: async () => federation.enrol(ALPHA), code: 'NOT_ENROLLED' },
  }
  test.each(Object.entries(cases))('%s', async (_name, { make, code }) => {
    const { service, served } = countingService()
    const server = kept(await serveFederation(federation, service))
    const link = kept(server.dial(await make()))
    for (const attempt of attempts(link)) expect(await codeOf(attempt())).toBe(code)
    expect(served).toEqual([])
    // The port still serves who may.
    expect(await codeOf(kept(server.dial(federation.alpha)).fetchRoster())).toBe('served')
  })

  test('none at all, and TLS older than 1.3', async () => {
    const server = kept(await serveFederation(federation, countingService().service))
    const refused = (options: object): Promise<string> =>
      new Promise((resolve) => {
        const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: federation.authority.caPem, ALPNProtocols: ['h2'], ...options })
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
        socket.on('close', () => resolve('closed'))
      })
    expect(await refused({})).toMatch(/ALERT|ECONNRESET|EPIPE|closed/)
    expect(await refused({ cert: federation.alpha.certPem, key: federation.alpha.keyPem, maxVersion: 'TLSv1.2' })).toMatch(/PROTOCOL_VERSION|ALERT/)
    expect(await codeOf(kept(server.dial(federation.alpha)).fetchRoster())).toBe('served')
  })
})

describe('a certificate that was good at connect', () => {
  test('and is revoked since is refused on every call of the same connection, and open streams end', async () => {
    const { service, served } = countingService()
    const server = kept(
      await serveFederation(federation, {
        ...service,
        async *watch(_peer, signal) {
          served.push('watch')
          yield []
          await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
          served.push('watch ended')
        },
        fetchRoster: async () => bytes(1),
        fetchRelease: () => each(bytes(1)),
        sign: async () => undefined,
        scored: async () => undefined,
        contribute: async () => undefined,
      }),
    )
    const link = kept(server.dial(federation.alpha))
    const other = kept(server.dial(federation.beta))
    const watching = link.watch(never())[Symbol.asyncIterator]()
    await watching.next()
    const otherWatch = other.watch(never())[Symbol.asyncIterator]()
    await otherWatch.next()
    server.revoked.add(spkiDigest(federation.alpha.certPem))
    for (const attempt of attempts(link)) expect(await codeOf(attempt())).toBe('REVOKED')
    server.recheck()
    expect(await codeOf(watching.next())).toBe('REVOKED')
    await until(() => served.includes('watch ended'))
    // Nobody else is disturbed.
    expect(await codeOf(other.fetchRoster())).toBe('served')
    expect(served.filter((name) => name === 'watch ended')).toHaveLength(1)
    await otherWatch.return?.()
  })

  test('is refused in the middle of an upload and of a download', async () => {
    let got = 0
    let ended = false
    const server = kept(
      await serveFederation(
        federation,
        serviceWith({
          async contribute(_peer, _key, _receipt, _offset, chunks) {
            try {
              for await (const chunk of chunks) got += chunk.length
            } finally {
              ended = true
            }
          },
          async *fetchRelease() {
            yield bytes(10)
            server.revoked.add(spkiDigest(federation.beta.certPem))
            yield bytes(10)
          },
        }),
      ),
    )
    const link = kept(server.dial(federation.alpha))
    async function* source(): AsyncGenerator<Uint8Array> {
      yield bytes(10)
      await until(() => got === 10)
      server.revoked.add(spkiDigest(federation.alpha.certPem))
      yield bytes(10)
    }
    expect(await codeOf(link.contribute(KEY, bytes(1), 0, source(), never()))).toBe('REVOKED')
    await until(() => ended)
    expect(got).toBe(10)
    const received: number[] = []
    const reading = async (): Promise<void> => {
      for await (const chunk of kept(server.dial(federation.beta)).fetchRelease(KEY, never())) received.push(chunk.length)
    }
    expect([await codeOf(reading()), received]).toEqual(['REVOKED', [10]])
  })

  test('and expires since is refused on every call, and its streams end without anyone asking', async () => {
    let now = Date.now()
    const clock: Clock = { now: () => now, at: () => () => undefined }
    const { service } = countingService()
    const server = kept(
      await serveFederation(
        federation,
        {
          ...service,
          fetchRoster: async () => bytes(1),
          sign: async () => undefined,
          scored: async () => undefined,
          fetchRelease: () => each(bytes(1)),
          contribute: async () => undefined,
          async *watch(_peer, signal) {
            yield []
            await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
          },
        },
        { clock, recheckMs: 5 },
      ),
    )
    const link = kept(server.dial(federation.alpha))
    const watching = link.watch(never())[Symbol.asyncIterator]()
    await watching.next()
    now += 31 * DAY_MS
    expect(await codeOf(watching.next())).toBe('EXPIRED')
    for (const attempt of attempts(link)) expect(await codeOf(attempt())).toBe('EXPIRED')
  })
})

describe('a client trusts its pinned authority alone', () => {
  test('a server of another authority is not spoken to', async () => {
    const { service, served } = countingService()
    const server = kept(await serveFederation(federation, service))
    const other = await createAuthority('Test authority')
    const link = kept(server.dial(federation.alpha, other.caPem))
    for (const attempt of attempts(link)) expect(await codeOf(attempt())).toBe('UNAVAILABLE')
    expect(served).toEqual([])
  })

  test('nor one with a certificate of the right authority for another host', async () => {
    const server = kept(
      await serveFederation(
        { ...federation, server: await issueServerCertificate(federation.authority, { hosts: ['coordinator.example'] }) },
        countingService().service,
      ),
    )
    expect(await codeOf(kept(server.dial(federation.alpha)).fetchRoster())).toBe('UNAVAILABLE')
  })

  test('nor a member that plays the coordinator with its own certificate', async () => {
    const { keyPem, csrDer } = await createCertificateRequest(parseHospitalId('localhost'))
    const certPem = await issueMemberCertificate(federation.authority, csrDer, { hospital: parseHospitalId('localhost'), validDays: 1 })
    const impostor = kept(
      await serveGrpc(countingService().service, {
        address: '127.0.0.1:0',
        caPem: federation.authority.caPem,
        certPem,
        keyPem,
        log: silentLog(),
        authorize: () => ({ member: ALPHA }),
      }),
    )
    const link = kept(
      connectGrpc({
        address: `localhost:${impostor.port}`,
        caPem: federation.authority.caPem,
        certPem: federation.alpha.certPem,
        keyPem: federation.alpha.keyPem,
        log: silentLog(),
      }),
    )
    expect(await codeOf(link.fetchRoster())).toBe('UNAVAILABLE')
  })
})

describe('health and reflection', () => {
  const dial = (port: number, who: TlsMember): Client =>
    new Client(`localhost:${port}`, ChannelCredentials.createSsl(Buffer.from(federation.authority.caPem), Buffer.from(who.keyPem), Buffer.from(who.certPem)))
  const check = (client: Client): Promise<unknown> => {
    const { path, requestSerialize, responseDeserialize } = (
      health as Record<string, { path: string; requestSerialize: (m: object) => Buffer; responseDeserialize: (b: Buffer) => object }>
    )['Check'] as never
    return new Promise((resolve, reject) =>
      client.makeUnaryRequest(path, requestSerialize, responseDeserialize, { service: 'consilium.v1.Steps' }, (error: ServiceError | null, reply?: object) =>
        error ? reject(error) : resolve(reply),
      ),
    )
  }
  test('answer members, and refuse the revoked like every other call', async () => {
    const server = kept(await serveFederation(federation, countingService().service))
    const client = dial(server.port, federation.alpha)
    try {
      expect(await check(client)).toEqual({ status: 'SERVING' })
      server.revoked.add(spkiDigest(federation.alpha.certPem))
      await expect(check(client)).rejects.toMatchObject({ code: 7 })
    } finally {
      client.close()
    }
  })
  test('reflection describes the services that are served', async () => {
    const server = kept(await serveFederation(federation, countingService().service))
    const client = dial(server.port, federation.alpha)
    try {
      const { loadSync } = await import('@grpc/proto-loader')
      const { readdirSync } = await import('node:fs')
      const folder = new URL('../../node_modules/@grpc/reflection/build/proto/', import.meta.url).pathname
      expect(readdirSync(folder)).toContain('grpc')
      const method = (
        loadSync('grpc/reflection/v1/reflection.proto', { includeDirs: [folder], oneofs: true, defaults: true })[
          'grpc.reflection.v1.ServerReflection'
        ] as Record<
          string,
          {
            path: string
            requestSerialize: (m: object) => Buffer
            responseDeserialize: (b: Buffer) => { listServicesResponse?: { service: { name: string }[] } }
          }
        >
      )['ServerReflectionInfo']
      if (!method) throw new Error('no reflection in the package')
      const call = client.makeBidiStreamRequest(method.path, method.requestSerialize, method.responseDeserialize)
      call.write({ listServices: '' })
      const names = await new Promise<string[]>((resolve, reject) => {
        call.on('data', (reply: { listServicesResponse?: { service: { name: string }[] } }) =>
          resolve((reply.listServicesResponse?.service ?? []).map(({ name }) => name)),
        )
        call.on('error', reject)
      })
      call.end()
      expect(names).toEqual(expect.arrayContaining(['consilium.v1.Members', 'consilium.v1.Steps', 'consilium.v1.Models']))
    } finally {
      client.close()
    }
  })
  test('every service of the .proto files has a definition', () => {
    expect(Object.keys(packageDefinition)).toEqual(
      expect.arrayContaining(['consilium.v1.Enrolment', 'consilium.v1.Members', 'consilium.v1.Steps', 'consilium.v1.Models']),
    )
  })
})

test('a connection that is lost is made again by the next call', async () => {
  const { service } = countingService()
  const first = await serveFederation(federation, service)
  const link = kept(first.dial(federation.alpha))
  expect(await codeOf(link.fetchRoster())).toBe('served')
  const watching = link.watch(never())
  await first[Symbol.asyncDispose]()
  expect(await codeOf(link.fetchRoster())).toBe('UNAVAILABLE')
  void watching
  kept(
    await serveGrpc(service, {
      address: `127.0.0.1:${first.port}`,
      caPem: federation.authority.caPem,
      ...federation.server,
      log: silentLog(),
      authorize: () => ({ member: ALPHA }),
    }),
  )
  let code = ''
  for (let i = 0; i < 10_000 && code !== 'served'; i++) code = await codeOf(link.fetchRoster())
  expect(code).toBe('served')
})

test('a watch ends with UNAVAILABLE when the coordinator stops, and stopping waits for nobody', async () => {
  const server = await serveFederation(
    federation,
    serviceWith({
      async *watch(_peer, signal) {
        yield []
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(refuse('CANCELLED', 'gone'))))
      },
    }),
  )
  const link = kept(server.dial(federation.alpha))
  const watching = link.watch(never())[Symbol.asyncIterator]()
  await watching.next()
  const rest = codeOf(watching.next())
  const started = performance.now()
  await server[Symbol.asyncDispose]()
  expect(await rest).toBe('UNAVAILABLE')
  expect(performance.now() - started).toBeLessThan(1_500)
})

test('a port that is taken is refused by code', async () => {
  const server = kept(await serveFederation(federation, countingService().service))
  const again = serveGrpc(countingService().service, {
    address: `127.0.0.1:${server.port}`,
    caPem: federation.authority.caPem,
    ...federation.server,
    log: silentLog(),
    authorize: () => ({ member: ALPHA }),
  })
  await expect(again).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  // A plain TCP probe (a load balancer's) does not disturb it.
  await new Promise<void>((resolve) =>
    connectTcp(server.port, '127.0.0.1').on('connect', function (this: { destroy(): void }) {
      this.destroy()
      resolve()
    }),
  )
  expect(await codeOf(kept(server.dial(federation.alpha)).fetchRoster())).toBe('served')
})
