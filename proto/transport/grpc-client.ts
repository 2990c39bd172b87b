// A client's connection to the coordinator: made at the first call, remade by gRPC when it is lost. Calls are not repeated here; each
// either succeeds or rejects with a code, and the daemon's journal knows what is still owed.
import { X509Certificate } from 'node:crypto'
import { Client, type ClientReadableStream, type ClientWritableStream, Metadata, type ServiceError } from '@grpc/grpc-js'
import { type ConsiliumError, isRefusal, refuse } from '../../core/errors.ts'
import type { OpeningKey } from '../../core/ids.ts'
import type { Log } from '../../core/log.ts'
import type { Chunks, CoordinatorLink, MemberCalls } from '../service.ts'
import { type AnyCall, callEntries, type DownloadCall, type UnaryCall } from './calls.ts'
import { frames, orCut, untilCut } from './chunks.ts'
import { SERVICES, serviceDefinition, type WireMessage, type WireMethod } from './definitions.ts'
import { fromStatus } from './failures.ts'
import { contributionHeader, type Header } from './forms.ts'
import { channelCredentials, channelOptions } from './tls.ts'

export interface GrpcClientOptions {
  /** host:port of the member port. */
  readonly address: string
  /** The coordinator's authority, pinned: no other is trusted. */
  readonly caPem: string
  readonly certPem: string
  readonly keyPem: string
  readonly log: Log
  /** For calls of one message; streams last as long as they need, watched by keepalive. */
  readonly unaryDeadlineMs?: number
}

const UNARY_DEADLINE_MS = 60_000
const MESSAGE_HEADER_BYTES = 5

/** What the calls of one link share. */
interface Wire {
  readonly client: Client
  readonly traffic: { bytesUp: number; bytesDown: number }
  readonly closing: AbortSignal
  readonly deadlineMs: number
  readonly method: (call: AnyCall) => WireMethod
  readonly failure: (error: unknown, call: AnyCall, signal?: AbortSignal) => ConsiliumError
}

export function connectGrpc(options: GrpcClientOptions): CoordinatorLink {
  const client = new Client(options.address, channelCredentials(options.address, options.caPem, options), channelOptions(options.address))
  const notAfterMs = Date.parse(new X509Certificate(options.certPem).validTo)
  const closing = new AbortController()
  const traffic = { bytesUp: 0, bytesDown: 0 }
  const methods = new Map<string, WireMethod>(
    SERVICES.flatMap((name) => Object.entries(serviceDefinition(name)).map(([method, wire]) => [`${name}/${method}`, counted(wire, traffic)] as const)),
  )
  const wire: Wire = {
    client,
    traffic,
    closing: closing.signal,
    deadlineMs: options.unaryDeadlineMs ?? UNARY_DEADLINE_MS,
    method(call) {
      const found = methods.get(`${call.service}/${call.method}`)
      if (!found) throw refuse('INTERNAL', `${call.service}/${call.method} is not in the .proto files`)
      return found
    },
    failure(error, call, signal) {
      if (signal?.aborted || closing.signal.aborted) return refuse('CANCELLED', `${call.method} was cancelled`, error)
      const fault = fromStatus(error, call.method)
      // A handshake that fails on our own certificate looks like a lost connection; the operator should not wait for its return.
      if (isRefusal(fault, 'UNAVAILABLE') && Date.now() > notAfterMs) return refuse('EXPIRED', 'the certificate of this site has expired', fault)
      options.log.debug({ call: call.method, code: fault.code, detail: fault.message }, 'a call failed')
      return fault
    },
  }
  const calls = Object.fromEntries(callEntries().map(([name, call]) => [name, callerOf(call, wire)])) as unknown as MemberCalls
  return {
    ...calls,
    traffic,
    async [Symbol.asyncDispose]() {
      closing.abort()
      client.close()
    },
  }
}

/** Counts messages as they are framed. */
const counted = (method: WireMethod, traffic: Wire['traffic']): WireMethod => ({
  ...method,
  requestSerialize(message) {
    const bytes = method.requestSerialize(message)
    traffic.bytesUp += bytes.length + MESSAGE_HEADER_BYTES
    return bytes
  },
  responseDeserialize(bytes) {
    traffic.bytesDown += bytes.length + MESSAGE_HEADER_BYTES
    return method.responseDeserialize(bytes)
  },
})

function callerOf(call: AnyCall, wire: Wire): (...args: never[]) => unknown {
  switch (call.shape) {
    case 'unary':
      return (...args: unknown[]) => unary(call, wire, args)
    case 'download':
      return (...args: unknown[]) => download(call, wire, args.slice(0, -1), args.at(-1) as AbortSignal)
    case 'upload':
      return (key: OpeningKey, receipt: Uint8Array, offset: number, chunks: Chunks, signal: AbortSignal) =>
        upload(call, wire, { key, receipt, offset }, chunks, signal)
    default:
      return call satisfies never
  }
}

async function unary(call: UnaryCall<unknown[], unknown>, wire: Wire, args: unknown[]): Promise<unknown> {
  if (wire.closing.aborted) throw wire.failure(null, call)
  const request = call.request.to(args)
  const { path, requestSerialize, responseDeserialize } = wire.method(call)
  const reply = await new Promise<WireMessage | undefined>((resolve, reject) => {
    const settled = (error: ServiceError | null, message?: WireMessage): void => {
      wire.closing.removeEventListener('abort', cancel)
      if (error) reject(wire.failure(error, call))
      else resolve(message)
    }
    const running = wire.client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      new Metadata(),
      { deadline: Date.now() + wire.deadlineMs },
      settled,
    )
    const cancel = (): void => running.cancel()
    wire.closing.addEventListener('abort', cancel, { once: true })
  })
  return call.reply.from(reply ?? {})
}

async function* download(call: DownloadCall<unknown[], unknown>, wire: Wire, args: unknown[], signal: AbortSignal): AsyncGenerator<unknown> {
  const cut = AbortSignal.any([signal, wire.closing])
  if (cut.aborted) throw wire.failure(null, call, signal)
  const { path, requestSerialize, responseDeserialize } = wire.method(call)
  const stream: ClientReadableStream<WireMessage> = wire.client.makeServerStreamRequest(
    path,
    requestSerialize,
    responseDeserialize,
    call.request.to(args),
    new Metadata(),
    {},
  )
  // gRPC emits its last error also where nobody reads any more.
  stream.on('error', () => undefined)
  const cancel = (): void => stream.cancel()
  cut.addEventListener('abort', cancel, { once: true })
  try {
    for await (const message of stream) {
      if (cut.aborted) throw wire.failure(null, call, signal)
      yield call.item.from(message as WireMessage)
    }
    if (cut.aborted) throw wire.failure(null, call, signal)
  } catch (error) {
    throw wire.failure(error, call, signal)
  } finally {
    cut.removeEventListener('abort', cancel)
    stream.cancel()
  }
}

async function upload(call: AnyCall, wire: Wire, header: Header, chunks: Chunks, signal: AbortSignal): Promise<void> {
  const cut = AbortSignal.any([signal, wire.closing])
  if (cut.aborted) throw wire.failure(null, call, signal)
  const { path, requestSerialize, responseDeserialize } = wire.method(call)
  const message = contributionHeader.to(header)
  const answered = new AbortController()
  const { promise: answer, resolve, reject } = Promise.withResolvers<void>()
  const stream = wire.client.makeClientStreamRequest<WireMessage, WireMessage>(path, requestSerialize, responseDeserialize, new Metadata(), {}, (error) => {
    answered.abort()
    if (error) reject(error)
    else resolve()
  })
  answer.catch(() => undefined)
  stream.on('error', () => undefined)
  const cancel = (): void => stream.cancel()
  cut.addEventListener('abort', cancel, { once: true })
  try {
    await send(stream, message, chunks, AbortSignal.any([cut, answered.signal]))
    await answer
  } catch (error) {
    throw wire.failure(error, call, signal)
  } finally {
    cut.removeEventListener('abort', cancel)
    stream.cancel()
  }
}

/** Sends until the end, or until the call is over: then its status says why. Throws only what the source of the chunks throws. */
async function send(stream: ClientWritableStream<WireMessage>, header: WireMessage, chunks: Chunks, over: AbortSignal): Promise<void> {
  const ended = () => refuse('CANCELLED', 'the upload is over')
  // gRPC's own buffer counts messages, not bytes: each is awaited until it is with the connection.
  const write = (part: WireMessage): Promise<void> =>
    orCut(new Promise((resolve, reject) => stream.write(part, (error?: Error | null) => (error ? reject(ended()) : resolve()))), over, ended)
  try {
    await write({ header })
    for await (const chunk of untilCut(chunks, over, ended)) for (const frame of frames(chunk)) await write({ chunk: frame })
    await write({ end: {} })
    stream.end()
  } catch (error) {
    if (!over.aborted && !stream.destroyed) throw error
  }
}
