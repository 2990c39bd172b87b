// An authority, a server identity and members with certificates; a service that answers with what it was asked; links over each transport.
import type { Clock } from '../../core/clock.ts'
import { refuse } from '../../core/errors.ts'
import { type Digest, type HospitalId, type OpeningKey, parseDigest, parseHospitalId } from '../../core/ids.ts'
import { silentLog } from '../../core/log.ts'
import { createAuthority, createCertificateRequest, issueMemberCertificate, issueServerCertificate, spkiDigest } from '../../proto/certificates.ts'
import type { CoordinatorLink, CoordinatorService, Peer } from '../../proto/service.ts'
import { CALLS, type CallName } from '../../proto/transport/calls.ts'
import { connectGrpc } from '../../proto/transport/grpc-client.ts'
import { type GrpcServer, serveGrpc } from '../../proto/transport/grpc-server.ts'
import { connectMemory } from '../../proto/transport/memory.ts'

export const ALPHA = parseHospitalId('alpha')
export const BETA = parseHospitalId('beta')
export const KEY: OpeningKey = { job: parseDigest('0123456789abcdef'.repeat(4)), step: 7, group: 4_294_967_295 }
export const HASH: Digest = parseDigest('ab'.repeat(32))
export const bytes = (length: number, fill = 1): Uint8Array => new Uint8Array(length).fill(fill)
export const never = (): AbortSignal => new AbortController().signal
export async function* each<T>(...items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

export interface TlsMember {
  readonly member: HospitalId
  readonly certPem: string
  readonly keyPem: string
}
export async function createTlsFederation() {
  const authority = await createAuthority('Test authority')
  const server = await issueServerCertificate(authority, { hosts: ['127.0.0.1', 'localhost'] })
  const enrol = async (member: HospitalId, options: { validDays?: number; nowMs?: number } = {}): Promise<TlsMember> => {
    const { keyPem, csrDer } = await createCertificateRequest(member)
    return {
      member,
      keyPem,
      certPem: await issueMemberCertificate(authority, csrDer, {
        hospital: member,
        validDays: options.validDays ?? 30,
        ...(options.nowMs === undefined ? {} : { nowMs: options.nowMs }),
      }),
    }
  }
  return { authority, server, enrol, alpha: await enrol(ALPHA), beta: await enrol(BETA) }
}
export type TlsFederation = Awaited<ReturnType<typeof createTlsFederation>>

/** A server that knows alpha and beta, and a list of revoked keys that may grow. */
export async function serveFederation(
  federation: TlsFederation,
  service: CoordinatorService,
  options: { clock?: Clock; recheckMs?: number; known?: readonly TlsMember[] } = {},
) {
  const members = new Map([federation.alpha, federation.beta, ...(options.known ?? [])].map(({ certPem, member }) => [spkiDigest(certPem), member]))
  const revoked = new Set<Digest>()
  const server: GrpcServer = await serveGrpc(service, {
    address: '127.0.0.1:0',
    caPem: federation.authority.caPem,
    ...federation.server,
    log: silentLog(),
    authorize(key): Peer {
      const member = members.get(key)
      if (!member) throw refuse('NOT_ENROLLED', 'no member has this key')
      if (revoked.has(key)) throw refuse('REVOKED', `${member} is revoked`)
      return { member }
    },
    ...options,
  })
  return Object.assign(server, {
    revoked,
    dial: (who: Omit<TlsMember, 'member'>, caPem = federation.authority.caPem): CoordinatorLink =>
      connectGrpc({ address: `127.0.0.1:${server.port}`, caPem, certPem: who.certPem, keyPem: who.keyPem, log: silentLog() }),
  })
}

/** Every method rejects with UNAVAILABLE except those given. */
export function serviceWith(methods: Partial<CoordinatorService>): CoordinatorService {
  return new Proxy(methods as CoordinatorService, {
    get: (target, name) => Reflect.get(target, name) ?? (CALLS[name as CallName].shape === 'download' ? unservedStream : unserved),
  })
}
const unserved = (): Promise<never> => Promise.reject(refuse('UNAVAILABLE', 'not served here'))
const unservedStream = (): AsyncIterable<never> => ({ [Symbol.asyncIterator]: () => ({ next: unserved }) })

export interface Served {
  link(member: HospitalId): CoordinatorLink
  /** Ends server and links. */
  end(): Promise<void>
}
export interface TransportUnderTest {
  readonly name: string
  serve(service: CoordinatorService): Promise<Served>
}
export function transports(federation: () => TlsFederation): readonly TransportUnderTest[] {
  return [
    {
      name: 'gRPC',
      async serve(service) {
        const server = await serveFederation(federation(), service)
        const links: CoordinatorLink[] = []
        const link = (member: HospitalId): CoordinatorLink => {
          links.push(server.dial(member === ALPHA ? federation().alpha : federation().beta))
          return links.at(-1) as CoordinatorLink
        }
        const end = async (): Promise<void> => {
          for (const open of links) await open[Symbol.asyncDispose]()
          await server[Symbol.asyncDispose]()
        }
        return { link, end }
      },
    },
    { name: 'memory', serve: async (service) => ({ link: (member) => connectMemory(service, { member }), end: async () => undefined }) },
  ]
}
