// Enrolment on its own port: server TLS only, since the caller has no certificate yet. One small message there, one back; the port serves
// nothing else, and drops a connection soon after.
import { Client, type handleUnaryCall, Metadata, Server } from '@grpc/grpc-js'
import { toConsiliumError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { BODY_BYTES, ENVELOPE_BYTES } from '../limits.ts'
import type { EnrolmentService } from '../service.ts'
import { serviceDefinition, type WireMessage } from './definitions.ts'
import { fromStatus, toFailure, toStatus } from './failures.ts'
import { bodyReply, bodyRequest } from './forms.ts'
import { listen, stop } from './listen.ts'
import { channelCredentials, channelOptions, serverCredentials } from './tls.ts'

const CONNECTION_MS = 60_000
const IDLE_MS = 15_000
const DEADLINE_MS = 30_000
const request = bodyRequest(BODY_BYTES.enrolment)
const METHOD = 'Enrol'

/** Resolves once the port is bound. @throws UNAVAILABLE where it cannot be. */
export async function serveEnrolment(
  service: EnrolmentService,
  options: { address: string; certPem: string; keyPem: string; log: Log },
): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = new Server({
    'grpc.max_receive_message_length': BODY_BYTES.enrolment + ENVELOPE_BYTES,
    'grpc.max_connection_age_ms': CONNECTION_MS,
    'grpc.max_connection_age_grace_ms': CONNECTION_MS,
    'grpc.max_connection_idle_ms': IDLE_MS,
  })
  const enrol: handleUnaryCall<WireMessage, WireMessage> = async (call, callback) => {
    try {
      const [body] = request.from(call.request as Parameters<typeof request.from>[0])
      callback(null, bodyReply.to(await service.enrol(body)))
    } catch (error) {
      callback(toStatus(toFailure(error, 'enrol', options.log)))
    }
  }
  server.addService(serviceDefinition('Enrolment'), { [METHOD]: enrol })
  const port = await listen(server, options.address, serverCredentials(options, null))
  return { port, [Symbol.asyncDispose]: () => stop(server) }
}

/** One enrolment. `caPem` comes from the invitation: a coordinator with another authority is not spoken to. @throws the coordinator's code | UNAVAILABLE. */
export async function enrolOverGrpc(options: { address: string; caPem: string; request: Uint8Array }): Promise<Uint8Array> {
  const method = serviceDefinition('Enrolment')[METHOD]
  if (!method) throw toConsiliumError('Enrol is not in the .proto files')
  const client = new Client(options.address, channelCredentials(options.address, options.caPem, null), channelOptions(options.address))
  try {
    const reply = await new Promise<WireMessage>((resolve, reject) => {
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        method.responseDeserialize,
        request.to([options.request]),
        new Metadata(),
        { deadline: Date.now() + DEADLINE_MS },
        (error, message) => {
          if (error) reject(fromStatus(error, METHOD))
          else resolve(message ?? {})
        },
      )
    })
    return bodyReply.from(reply as Parameters<typeof bodyReply.from>[0])
  } finally {
    client.close()
  }
}
