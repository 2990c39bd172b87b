// The coordinator's member port: mutual TLS, one handler a shape of call, walking the table of calls.ts.
import {
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  type ServerReadableStream,
  type ServerWritableStream,
  type UntypedHandleCall,
} from '@grpc/grpc-js'
import { ReflectionService } from '@grpc/reflection'
import { HealthImplementation } from 'grpc-health-check'
import { type Clock, systemClock } from '../../core/clock.ts'
import { refuse } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import type { CoordinatorService, Peer } from '../service.ts'
import { type AnyCall, type CallName, callEntries, type DownloadCall, type UnaryCall } from './calls.ts'
import { frames, orCut, untilCut } from './chunks.ts'
import { packageDefinition, SERVICES, serviceDefinition, type WireMessage } from './definitions.ts'
import { toFailure, toStatus, toStreamError } from './failures.ts'
import { chunkField, contributionHeader, type Header } from './forms.ts'
import { type Authorize, createGate, type Gate } from './gate.ts'
import { listen, stop } from './listen.ts'
import { serverCredentials, serverOptions } from './tls.ts'

export interface GrpcServerOptions {
  /** host:port; port 0 takes a free one. */
  readonly address: string
  /** The authority of members' certificates. */
  readonly caPem: string
  readonly certPem: string
  readonly keyPem: string
  /** Asked on every call and message: @throws NOT_ENROLLED | REVOKED | EXPIRED. */
  readonly authorize: Authorize
  readonly log: Log
  /** For the validity of certificates. */
  readonly clock?: Clock
  /** How often open streams are held against authorize; `recheck()` does it at once. */
  readonly recheckMs?: number
}
export interface GrpcServer extends AsyncDisposable {
  readonly port: number
  /** Ends open streams of members that are no longer allowed: call it when a certificate is revoked. */
  recheck(): void
}

/** Resolves once the port is bound. @throws UNAVAILABLE where it cannot be. */
export async function serveGrpc(service: CoordinatorService, options: GrpcServerOptions): Promise<GrpcServer> {
  const clock = options.clock ?? systemClock
  const gate = createGate({ authorize: options.authorize, now: () => clock.now(), log: options.log })
  const server = new Server({ ...serverOptions, interceptors: [gate.interceptor] })
  const handle = createHandlers(service, gate, options.log)
  for (const name of SERVICES)
    server.addService(
      serviceDefinition(name),
      Object.fromEntries(
        callEntries()
          .filter(([, call]) => call.service === name)
          .map(([key, call]) => [call.method, handle(key, call)]),
      ),
    )
  new HealthImplementation(Object.fromEntries(['', ...SERVICES.map((name) => `consilium.v1.${name}`)].map((name) => [name, 'SERVING']))).addToServer(server)
  new ReflectionService(packageDefinition).addToServer(server)
  const port = await listen(server, options.address, serverCredentials(options, options.caPem))
  const timer = setInterval(() => gate.recheck(), options.recheckMs ?? 5_000).unref()
  return {
    port,
    recheck: () => gate.recheck(),
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      gate.close()
      await stop(server)
    },
  }
}

/** The service's method with its `this`, free of its types: calls.ts has tied forms and methods together. */
type Invoke = (name: CallName, peer: Peer, ...args: unknown[]) => unknown

function createHandlers(service: CoordinatorService, gate: Gate, log: Log): (name: CallName, call: AnyCall) => UntypedHandleCall {
  const invoke: Invoke = (name, ...args) => Reflect.apply(service[name], service, args)
  return (name, call) => {
    switch (call.shape) {
      case 'unary':
        return unaryHandler(name, call, invoke, gate, log)
      case 'download':
        return downloadHandler(name, call, invoke, gate, log)
      case 'upload':
        return uploadHandler(name, invoke, gate, log)
      default:
        return call satisfies never
    }
  }
}

function unaryHandler(name: CallName, form: UnaryCall<unknown[], unknown>, invoke: Invoke, gate: Gate, log: Log): handleUnaryCall<WireMessage, WireMessage> {
  return async (call, callback) => {
    try {
      const peer = gate.identify(call.metadata)
      callback(null, form.reply.to(await invoke(name, peer, ...form.request.from(call.request))))
    } catch (error) {
      callback(toStatus(toFailure(error, name, log)))
    }
  }
}

/** Fires when the caller is gone, or no longer allowed; silent once the call has ended well. */
function cutSignal(call: ServerWritableStream<WireMessage, WireMessage> | ServerReadableStream<WireMessage, WireMessage>): {
  signal: AbortSignal
  done: () => void
} {
  const controller = new AbortController()
  const cut = (): void => controller.abort()
  call.on('cancelled', cut)
  if (call.cancelled) cut()
  return { signal: controller.signal, done: () => call.off('cancelled', cut) }
}
const gone = () => refuse('CANCELLED', 'the caller is gone')

function downloadHandler(
  name: CallName,
  form: DownloadCall<unknown[], unknown>,
  invoke: Invoke,
  gate: Gate,
  log: Log,
): handleServerStreamingCall<WireMessage, WireMessage> {
  return async (call) => {
    const { signal, done } = cutSignal(call)
    // One message at a time, awaited: `write` itself would take 16 of any size, and its callback never comes where the caller is gone.
    const send = (item: unknown): Promise<void> =>
      orCut(new Promise<void>((resolve, reject) => call.write(form.item.to(item), (error?: Error | null) => (error ? reject(error) : resolve()))), signal, gone)
    try {
      const peer = gate.identify(call.metadata)
      const items = invoke(name, peer, ...form.request.from(call.request), signal) as AsyncIterable<unknown>
      for await (const item of untilCut(items, signal, gone))
        if (form.bytes) for (const frame of frames(item as Uint8Array)) await send(frame)
        else await send(item)
      done()
      call.end()
    } catch (error) {
      if (signal.aborted) return
      done()
      call.emit('error', toStreamError(toFailure(error, name, log)))
    }
  }
}

function uploadHandler(name: CallName, invoke: Invoke, gate: Gate, log: Log): handleClientStreamingCall<WireMessage, WireMessage> {
  return async (call, callback) => {
    const { signal, done } = cutSignal(call)
    call.on('error', () => undefined)
    try {
      const peer = gate.identify(call.metadata)
      const parts = partsOf(call, signal)
      const { key, receipt, offset } = await headerOf(parts)
      await orCut(Promise.resolve(invoke(name, peer, key, receipt, offset, chunksIn(parts, call), signal)), signal, gone)
      done()
      callback(null, {})
    } catch (error) {
      if (signal.aborted) return
      done()
      callback(toStatus(toFailure(error, name, log)))
    }
  }
}

interface Part {
  readonly header?: Parameters<typeof contributionHeader.from>[0] | null
  readonly chunk?: Uint8Array
  readonly end?: object | null
}
const cutUpload = () => refuse('UNAVAILABLE', 'the upload was cut')
const partsOf = (call: ServerReadableStream<WireMessage, WireMessage>, signal: AbortSignal): AsyncGenerator<Part> =>
  untilCut(call.iterator({ destroyOnReturn: false }) as AsyncIterable<Part>, signal, cutUpload)

async function headerOf(parts: AsyncGenerator<Part>): Promise<Header> {
  const first = await parts.next()
  if (first.done) throw refuse('BAD_BYTES', 'an upload without a header')
  if (!first.value.header) throw refuse('BAD_BYTES', 'an upload begins with its header')
  return contributionHeader.from(first.value.header)
}

/** A cut is an error, never an end: half a contribution must not look like a whole one. Node ends a stream that its sender reset, so only the end part counts. */
async function* chunksIn(parts: AsyncGenerator<Part>, call: ServerReadableStream<WireMessage, WireMessage>): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of parts) {
      if (part.header) throw refuse('BAD_BYTES', 'a second header in one upload')
      if (part.end) return
      yield chunkField(part.chunk)
    }
  } catch (error) {
    throw call.destroyed ? cutUpload() : error
  }
  throw cutUpload()
}
