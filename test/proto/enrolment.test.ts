import { connect as connectTls } from 'node:tls'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { refuse } from '../../core/errors.ts'
import { silentLog } from '../../core/log.ts'
import { createAuthority } from '../../proto/certificates.ts'
import type { EnrolmentService } from '../../proto/service.ts'
import { enrolOverGrpc, serveEnrolment } from '../../proto/transport/enrolment.ts'
import { connectGrpc } from '../../proto/transport/grpc-client.ts'
import { bytes, createTlsFederation, type TlsFederation } from './federation.ts'

let federation: TlsFederation
beforeAll(async () => {
  federation = await createTlsFederation()
})
const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]()
})
async function serve(enrol: EnrolmentService['enrol']): Promise<{ port: number; ask: (request: Uint8Array, caPem?: string) => Promise<Uint8Array> }> {
  const server = await serveEnrolment({ enrol }, { address: '127.0.0.1:0', ...federation.server, log: silentLog() })
  open.push(server)
  return { port: server.port, ask: (request, caPem = federation.authority.caPem) => enrolOverGrpc({ address: `127.0.0.1:${server.port}`, caPem, request }) }
}

test('a stranger without a certificate sends a request and gets the reply', async () => {
  const { ask } = await serve(async (request) => Uint8Array.from(request, (b) => b + 1))
  expect(await ask(bytes(500, 7))).toEqual(bytes(500, 8))
})

test("the coordinator's refusal arrives by its code", async () => {
  const { ask } = await serve(async () => Promise.reject(refuse('BAD_TOKEN', 'used yesterday by alpha')))
  const error = await ask(bytes(5)).catch((refusal) => refusal)
  expect(error.code).toBe('BAD_TOKEN')
  expect(error.message).not.toContain('yesterday')
})

test('a coordinator with another authority than the invitation names gets nothing', async () => {
  let asked = 0
  const { ask } = await serve(async () => {
    asked++
    return bytes(1)
  })
  await expect(ask(bytes(5), (await createAuthority('Test authority')).caPem)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(asked).toBe(0)
})

test('a request that is too large is refused on both sides', async () => {
  const { ask } = await serve(async () => bytes(1))
  await expect(ask(bytes(17_000))).rejects.toMatchObject({ code: 'TOO_LARGE' })
})

test('members’ calls are not served on this port, nor TLS older than 1.3', async () => {
  const { port } = await serve(async () => bytes(1))
  const link = connectGrpc({ address: `127.0.0.1:${port}`, caPem: federation.authority.caPem, ...federation.alpha, log: silentLog() })
  open.push(link)
  await expect(link.fetchRoster()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const old = new Promise((resolve, reject) => {
    connectTls({ host: '127.0.0.1', port, ca: federation.authority.caPem, ALPNProtocols: ['h2'], maxVersion: 'TLSv1.2' })
      .on('secureConnect', resolve)
      .on('error', reject)
  })
  await expect(old).rejects.toThrow(/protocol version/i)
})
