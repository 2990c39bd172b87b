// The gate stands before every call of the member port, health and reflection included: who calls is read from the certificate of the
// connection, and asked again for every message and, through recheck(), for every open stream. A certificate that was good at connect
// and is revoked or expired since opens nothing.
import { createHash, X509Certificate } from 'node:crypto'
import { type Metadata, ServerInterceptingCall, type ServerInterceptingCallInterface, type ServerInterceptor } from '@grpc/grpc-js'
import { refuse } from '../../core/errors.ts'
import { type Digest, toDigest } from '../../core/ids.ts'
import type { Log } from '../../core/log.ts'
import type { Peer } from '../service.ts'
import { toFailure, toStatus } from './failures.ts'
import { widenWindow } from './window.ts'

type AuthContext = ReturnType<ServerInterceptingCallInterface['getAuthContext']>
type PartialStatusObject = Parameters<ServerInterceptingCallInterface['sendStatus']>[0]

export interface CertificateInfo {
  readonly subject: string
  /** Upper-case hexadecimal. */
  readonly serial: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
}
/** The member that owns this key. @throws NOT_ENROLLED | REVOKED | EXPIRED. */
export type Authorize = (spkiSha256: Digest, certificate: CertificateInfo) => Peer

export interface Gate {
  readonly interceptor: ServerInterceptor
  /** Who makes the call with this metadata. @throws what authorize throws; EXPIRED. */
  identify(metadata: Metadata): Peer
  /** Asks again for every open call and ends those that are no longer allowed. */
  recheck(): void
  /** Ends every open stream with UNAVAILABLE. */
  close(): void
}

interface Known {
  readonly key: Digest
  readonly info: CertificateInfo
}
const KNOWN_CERTIFICATES = 20_000

/** Reads a certificate once, by its fingerprint. */
function createReader(): (raw: Buffer, fingerprint: string) => Known {
  const known = new Map<string, Known>()
  return (raw, fingerprint) => {
    const before = known.get(fingerprint)
    if (before) return before
    const certificate = new X509Certificate(raw)
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' })
    const fresh: Known = {
      key: toDigest(createHash('sha256').update(spki).digest()),
      info: {
        subject: certificate.subject,
        serial: certificate.serialNumber,
        notBeforeMs: Date.parse(certificate.validFrom),
        notAfterMs: Date.parse(certificate.validTo),
      },
    }
    if (known.size >= KNOWN_CERTIFICATES) known.clear()
    known.set(fingerprint, fresh)
    return fresh
  }
}

export function createGate(options: { authorize: Authorize; now: () => number; log: Log }): Gate {
  const read = createReader()
  const open = new Map<
    object,
    { readonly check: () => PartialStatusObject | null; readonly end: (status: PartialStatusObject) => void; readonly stream: boolean }
  >()

  // By the call's own metadata object: reading the certificate from the socket costs more than the rest of a call.
  const contexts = new WeakMap<Metadata, Known>()

  const certificateOf = ({ sslPeerCertificate: certificate }: AuthContext): Known | undefined => {
    try {
      return certificate && read(certificate.raw, certificate.fingerprint256)
    } catch {
      // A key of a kind that this runtime does not know: nobody's.
      return undefined
    }
  }
  const peerOf = (certificate: Known | undefined): Peer => {
    if (!certificate) throw refuse('NOT_ENROLLED', 'a connection without a verified certificate')
    const { key, info } = certificate
    const now = options.now()
    if (now > info.notAfterMs || now < info.notBeforeMs) throw refuse('EXPIRED', `certificate ${info.serial} of ${info.subject} is outside its validity`)
    return options.authorize(key, info)
  }

  const interceptor: ServerInterceptor = (method, call) => {
    const certificate = certificateOf(call.getAuthContext())
    const check = (): PartialStatusObject | null => {
      try {
        peerOf(certificate)
        return null
      } catch (error) {
        return toStatus(toFailure(error, method.path, options.log))
      }
    }
    // Past the responder: the status goes out even where the call already waits for something.
    const end = (status: PartialStatusObject): void => {
      open.delete(call)
      call.sendStatus(status)
    }
    const pass = (next: () => void): void => {
      const refused = check()
      if (refused) end(refused)
      else next()
    }
    return new ServerInterceptingCall(call, {
      start: (next) =>
        pass(() => {
          widenWindow(call)
          open.set(call, { check, end, stream: method.requestStream || method.responseStream })
          next({
            onReceiveMetadata: (metadata, forward) => {
              if (certificate) contexts.set(metadata, certificate)
              forward(metadata)
            },
            onReceiveMessage: (message, forward) => pass(() => forward(message)),
            onCancel: () => open.delete(call),
          })
        }),
      sendMessage: (message, next) => pass(() => next(message)),
    })
  }

  return {
    interceptor,
    identify: (metadata) => peerOf(contexts.get(metadata)),
    recheck() {
      for (const { check, end } of [...open.values()]) {
        const refused = check()
        if (refused) end(refused)
      }
    },
    close() {
      for (const { end, stream } of [...open.values()]) if (stream) end(toStatus(refuse('UNAVAILABLE', 'the server is stopping')))
    },
  }
}
