// Whatever arrives at the port: it is refused, and the next good call is served.
import { randomBytes } from 'node:crypto'
import { connect as connectHttp2 } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Client, type ClientOptions, Metadata, type ServiceError } from '@grpc/grpc-js'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isRefusal } from '../../core/errors.ts'
import { LIMITS } from '../../core/limits.ts'
import type { CoordinatorLink } from '../../proto/service.ts'
import { callEntries } from '../../proto/transport/calls.ts'
import { collect } from '../../proto/transport/chunks.ts'
import { serviceDefinition } from '../../proto/transport/definitions.ts'
import { CODE_TRAILER } from '../../proto/transport/failures.ts'
import { channelCredentials, channelOptions } from '../../proto/transport/tls.ts'
import { bytes, createTlsFederation, KEY, never, serveFederation, serviceWith, type TlsFederation } from './federation.ts'

let federation: TlsFederation
let server: Awaited<ReturnType<typeof serveFederation>>
let link: CoordinatorLink
let raw: Client
const uploaded: number[] = []

beforeAll(async () => {
  federation = await createTlsFederation()
  server = await serveFederation(
    federation,
    serviceWith({
      fetchRoster: async () => bytes(3),
      async contribute(_peer, _key, _receipt, _offset, chunks) {
        uploaded.push((await collect(chunks, 64 * 2 ** 20)).length)
      },
    }),
  )
  link = server.dial(federation.alpha)
  const address = `127.0.0.1:${server.port}`
  const options: ClientOptions = { ...channelOptions(address), 'grpc.max_send_message_length': -1 }
  raw = new Client(address, channelCredentials(address, federation.authority.caPem, federation.alpha), options)
})
afterAll(async () => {
  raw.close()
  await link[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})
const stillServes = async (): Promise<void> => expect(await link.fetchRoster()).toEqual(bytes(3))

/** What came back: the code of the trailer, or the bare gRPC status. */
const codeOf = (error: ServiceError | null): string => (error ? String(error.metadata?.get(CODE_TRAILER)[0] ?? `status ${error.code}`) : 'served')
const asIs = (message: Buffer): Buffer => message

const callRaw = (path: string, payload: Buffer): Promise<string> =>
  new Promise((resolve) => raw.makeUnaryRequest(path, asIs, asIs, payload, (error) => resolve(codeOf(error))))
const readRaw = (path: string, payload: Buffer): Promise<string> =>
  new Promise((resolve) => {
    const stream = raw.makeServerStreamRequest(path, asIs, asIs, payload)
    stream.on('data', () => undefined)
    stream.on('error', (error: ServiceError) => resolve(codeOf(error)))
    stream.on('end', () => resolve('served'))
  })
const CONTRIBUTE = serviceDefinition('Steps')['Contribute']
const uploadRaw = (...parts: readonly (object | Buffer)[]): Promise<string> =>
  new Promise((resolve) => {
    const serialize = (part: object | Buffer): Buffer => (Buffer.isBuffer(part) ? part : (CONTRIBUTE?.requestSerialize(part) ?? Buffer.alloc(0)))
    const stream = raw.makeClientStreamRequest('/consilium.v1.Steps/Contribute', serialize, asIs, new Metadata(), {}, (error) => resolve(codeOf(error)))
    stream.on('error', () => undefined)
    for (const part of parts) stream.write(part)
    stream.end()
  })
const header = { header: { key: { job: Buffer.from(KEY.job, 'hex'), step: 1, group: 0 }, receipt: Buffer.alloc(10), offset: 0 } }
const end = { end: {} }

describe('an upload', () => {
  const MIB = LIMITS.chunkBytes
  test.each([
    ['of nothing', 'BAD_BYTES', []],
    ['of its end alone', 'BAD_BYTES', [end]],
    ['without a header', 'BAD_BYTES', [{ chunk: Buffer.alloc(5) }, end]],
    ['with a part that is nothing', 'BAD_BYTES', [header, Buffer.alloc(0), end]],
    ['with a second header', 'BAD_BYTES', [header, { chunk: Buffer.alloc(5) }, header, end]],
    ['with an empty chunk', 'BAD_BYTES', [header, { chunk: Buffer.alloc(0) }, end]],
    ['with a chunk of one byte too many', 'TOO_LARGE', [header, { chunk: Buffer.alloc(MIB + 1) }, end]],
    ['with a message beyond what gRPC may take', 'status 8', [header, { chunk: Buffer.alloc(6 * MIB) }, end]],
    ['with an offset beyond 2^53', 'BAD_BYTES', [{ header: { ...header.header, offset: 2 ** 60 } }, end]],
    ['with a key of the wrong length', 'BAD_ID', [{ header: { ...header.header, key: { job: Buffer.alloc(31), step: 1, group: 0 } } }, end]],
    ['without a key', 'BAD_BYTES', [{ header: { ...header.header, key: null } }, end]],
    ['with a receipt that is too large', 'TOO_LARGE', [{ header: { ...header.header, receipt: Buffer.alloc(70_000) } }, end]],
    ['that is not protobuf', 'BAD_BYTES', [Buffer.from('ffffffffffffffffffff', 'hex'), end]],
    ['that stops without its end', 'UNAVAILABLE', [header, { chunk: Buffer.alloc(5) }]],
    ['that is whole', 'served', [header, { chunk: Buffer.alloc(MIB) }, end]],
  ] as const)('%s: %s', async (_name, code, parts) => {
    const before = uploaded.length
    expect(await uploadRaw(...parts)).toBe(code)
    expect(uploaded.length - before).toBe(code === 'served' ? 1 : 0)
    await stillServes()
  })
})

const SHAPES = { unary: callRaw, download: readRaw, upload: (_path: string, payload: Buffer) => uploadRaw(payload) }
test('random payloads to every method are refused, never INTERNAL, and the server serves on', async () => {
  const paths = callEntries().map(([, call]) => ({ path: `/consilium.v1.${call.service}/${call.method}`, send: SHAPES[call.shape] }))
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.uint8Array({ maxLength: 120 }), async ({ path, send }, payload) => {
      expect(await send(path, Buffer.from(payload))).not.toMatch(/INTERNAL|status (2|13)/)
    }),
    { numRuns: 300 },
  )
  expect(await callRaw('/consilium.v1.Steps/Sign', Buffer.from('ffff', 'hex'))).toBe('BAD_BYTES')
  expect(await callRaw('/consilium.v1.Steps/NoSuchMethod', Buffer.alloc(4))).toBe('status 12')
  await stillServes()
}, 30_000)

test('10,000 random or damaged protobuf messages are taken by no form, or taken whole', () => {
  const unaries = callEntries().flatMap(([, call]) => (call.shape === 'upload' ? [] : [{ call, method: serviceDefinition(call.service)[call.method] }]))
  const good = Buffer.from(serviceDefinition('Steps')['Report']?.requestSerialize({ key: header.header.key, body: Buffer.alloc(20) }) ?? [])
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 80 }).map((random) => Buffer.from(random)),
    fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 })).map(([at, byte]) => Buffer.from(good.map((b, i) => (i === at ? byte : b)))),
  )
  fc.assert(
    fc.property(fc.constantFrom(...unaries), payload, ({ call, method }, sent) => {
      try {
        const args = call.request.from(method?.requestDeserialize(sent) ?? {})
        return call.request.from(call.request.to(args)).length === args.length
      } catch (error) {
        return isRefusal(error) && ['BAD_BYTES', 'BAD_ID', 'TOO_LARGE'].includes(error.code)
      }
    }),
    { numRuns: 10_000 },
  )
})

/** Writes the bytes and waits until the server has closed, or has read everything and stays silent. */
function pour(socket: import('node:net').Socket, payload: Buffer): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => resolve())
    socket.on('close', () => resolve())
    socket.on('data', () => undefined)
    socket.end(payload)
  })
}

test('bytes that are not TLS, or not HTTP/2 inside TLS, end their own connection only', async () => {
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  for (let i = 0; i < 30; i++) {
    const payload = Buffer.concat([i % 3 === 0 ? preface : Buffer.alloc(0), randomBytes(1 + ((i * 97) % 4000))])
    await pour(connectTcp(server.port, '127.0.0.1'), payload)
    const tls = connectTls({
      host: '127.0.0.1',
      port: server.port,
      ca: federation.authority.caPem,
      cert: federation.alpha.certPem,
      key: federation.alpha.keyPem,
      ALPNProtocols: ['h2'],
    })
    await new Promise((resolve) => tls.once('secureConnect', resolve))
    await pour(tls, payload)
  }
  await stillServes()
}, 30_000)

test('HTTP/2 that is not gRPC is answered or dropped: other methods, paths, broken frames, resets', async () => {
  const session = connectHttp2(`https://localhost:${server.port}`, {
    ca: federation.authority.caPem,
    cert: federation.alpha.certPem,
    key: federation.alpha.keyPem,
  })
  session.on('error', () => undefined)
  const send = (headers: Record<string, string>, body: Buffer, reset: boolean): Promise<void> =>
    new Promise((resolve) => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/consilium.v1.Steps/Contribute',
        'content-type': 'application/grpc',
        te: 'trailers',
        ...headers,
      })
      stream.on('error', () => undefined)
      stream.on('close', () => resolve())
      stream.resume()
      if (reset) stream.write(body, () => stream.close(8))
      else stream.end(body)
    })
  for (let i = 0; i < 200; i++) {
    const body = randomBytes(i)
    const headers =
      [
        {},
        { ':method': 'GET' },
        { ':path': `/${randomBytes(5).toString('hex')}` },
        { 'content-type': 'text/html' },
        { 'grpc-timeout': '99999999H' },
        { 'grpc-timeout': 'soon' },
        { 'grpc-encoding': 'gzip' },
        { 'grpc-encoding': 'zz' },
      ][i % 8] ?? {}
    await send(
      headers as Record<string, string>,
      i % 2 === 0 ? body : Buffer.concat([Buffer.from([i % 4, 0, 0, 0, Math.min(255, body.length)]), body]),
      i % 5 === 0,
    )
  }
  session.destroy()
  await stillServes()
}, 30_000)

test('a compressed message that grows beyond the limit is refused, not unpacked', async () => {
  const { gzipSync } = await import('node:zlib')
  const bomb = gzipSync(Buffer.alloc(32 * 2 ** 20))
  const frame = Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), bomb])
  frame.writeUInt32BE(bomb.length, 1)
  const session = connectHttp2(`https://localhost:${server.port}`, {
    ca: federation.authority.caPem,
    cert: federation.alpha.certPem,
    key: federation.alpha.keyPem,
  })
  const status = await new Promise<string>((resolve) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/consilium.v1.Steps/Report',
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-encoding': 'gzip',
    })
    stream.on('response', (headers) => headers['grpc-status'] !== undefined && resolve(String(headers['grpc-status'])))
    stream.on('trailers', (headers) => resolve(String(headers['grpc-status'])))
    stream.on('error', () => resolve('reset'))
    stream.resume()
    stream.end(frame)
  })
  session.destroy()
  expect(status).toBe('8')
  await stillServes()
})

test('good calls keep their answers while a neighbour sends garbage', async () => {
  const noise = Promise.all(Array.from({ length: 20 }, () => uploadRaw(header, randomBytes(50))))
  for (let i = 0; i < 20; i++) await stillServes()
  expect(new Set(await noise)).not.toContain('served')
  await collect(link.fetchRelease(KEY, never()), 10).catch(() => undefined)
  await stillServes()
})
