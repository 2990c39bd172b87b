// The same calls without a network: simulations and tests, under a virtual clock too (no timers here). Arguments go through the forms of
// the wire, bytes are copied, errors pass as their codes. Faults can be injected: a hook before and after each call and at each chunk.
import { type ConsiliumError, refuse, toConsiliumError } from '../../core/errors.ts'
import type { OpeningKey } from '../../core/ids.ts'
import type { Chunks, CoordinatorLink, CoordinatorService, MemberCalls, Peer } from '../service.ts'
import { type AnyCall, type CallName, callEntries, type DownloadCall, type UnaryCall } from './calls.ts'
import { frames, orCut, untilCut } from './chunks.ts'
import type { WireMessage } from './definitions.ts'
import { arrived } from './failures.ts'
import { chunkField, contributionHeader, type Header } from './forms.ts'

/** `before`: nothing has arrived. `chunk`: one more item of a stream is on its way. `after`: the call has taken effect, its reply is on its way. */
export type FaultPoint = 'before' | 'chunk' | 'after'
/** Throws a refusal to lose the call there (refuse('UNAVAILABLE', ...)); may wait. */
export type Fault = (method: CallName, peer: Peer, point: FaultPoint) => void | Promise<void>

export interface MemoryLink extends CoordinatorLink {
  /** false cuts every open call with UNAVAILABLE and refuses new ones. */
  online: boolean
}

/** What the calls of one link share. */
interface Wire {
  readonly service: CoordinatorService
  readonly peer: Peer
  readonly traffic: { bytesUp: number; bytesDown: number }
  readonly fault: Fault
  /** Fires when the connection is cut; another one after the next connect. */
  connection(): AbortSignal
  readonly closed: () => boolean
}
const lost = () => refuse('UNAVAILABLE', 'the connection is cut')

export function connectMemory(service: CoordinatorService, peer: Peer, options: { fault?: Fault } = {}): MemoryLink {
  let connection = new AbortController()
  let closed = false
  const traffic = { bytesUp: 0, bytesDown: 0 }
  const wire: Wire = { service, peer, traffic, fault: options.fault ?? (() => undefined), connection: () => connection.signal, closed: () => closed }
  const calls = Object.fromEntries(callEntries().map(([name, call]) => [name, callerOf(name, call, wire)])) as unknown as MemberCalls
  return {
    ...calls,
    traffic,
    get online() {
      return !connection.signal.aborted
    },
    set online(on) {
      if (!on) connection.abort()
      else if (connection.signal.aborted && !closed) connection = new AbortController()
    },
    async [Symbol.asyncDispose]() {
      closed = true
      connection.abort()
    },
  }
}

function callerOf(name: CallName, call: AnyCall, wire: Wire): (...args: never[]) => unknown {
  switch (call.shape) {
    case 'unary':
      return (...args: unknown[]) => unary(name, call, wire, args)
    case 'download':
      return (...args: unknown[]) => download(name, call, wire, args.slice(0, -1), args.at(-1) as AbortSignal)
    case 'upload':
      return (key: OpeningKey, receipt: Uint8Array, offset: number, chunks: Chunks, signal: AbortSignal) =>
        upload(name, wire, { key, receipt, offset }, chunks, signal)
    default:
      return call satisfies never
  }
}

/** As the message arrives at the far side: nothing shared with the sender. */
function copied(message: WireMessage, count: (bytes: number) => void): WireMessage {
  return Object.fromEntries(
    Object.entries(message).map(([name, value]: [string, unknown]) => {
      if (!(value instanceof Uint8Array)) return [name, value]
      count(value.length)
      return [name, value.slice()]
    }),
  )
}
const up = (wire: Wire, message: WireMessage): WireMessage => copied(message, (bytes) => (wire.traffic.bytesUp += bytes))
const down = (wire: Wire, message: WireMessage): WireMessage => copied(message, (bytes) => (wire.traffic.bytesDown += bytes))

function connected(wire: Wire): AbortSignal {
  if (wire.closed()) throw refuse('CANCELLED', 'the link is closed')
  const connection = wire.connection()
  if (connection.aborted) throw lost()
  return connection
}
/** The code travels, the detail does not. */
const travelled = (error: unknown): ConsiliumError => arrived(toConsiliumError(error))
const invoke = (wire: Wire, name: CallName, args: readonly unknown[]): unknown => Reflect.apply(wire.service[name], wire.service, [wire.peer, ...args])

async function unary(name: CallName, call: UnaryCall<unknown[], unknown>, wire: Wire, args: unknown[]): Promise<unknown> {
  const connection = connected(wire)
  const request = up(wire, call.request.to(args))
  await wire.fault(name, wire.peer, 'before')
  if (connection.aborted) throw lost()
  const served = (async () => call.reply.to(await invoke(wire, name, call.request.from(request))))().catch((error: unknown) => Promise.reject(travelled(error)))
  const reply = await orCut(served, connection, lost)
  await wire.fault(name, wire.peer, 'after')
  if (connection.aborted) throw lost()
  return call.reply.from(down(wire, reply))
}

/** One signal for the service: the caller went away, or the connection did. */
function cutBy(signal: AbortSignal, connection: AbortSignal): { cut: AbortSignal; reason: () => ConsiliumError; stop: () => void } {
  const stopped = new AbortController()
  return {
    cut: AbortSignal.any([signal, connection, stopped.signal]),
    reason: () => (signal.aborted ? refuse('CANCELLED', 'the caller cancelled') : lost()),
    stop: () => stopped.abort(),
  }
}

async function* download(name: CallName, call: DownloadCall<unknown[], unknown>, wire: Wire, args: unknown[], signal: AbortSignal): AsyncGenerator<unknown> {
  const connection = connected(wire)
  const request = up(wire, call.request.to(args))
  const { cut, reason, stop } = cutBy(signal, connection)
  if (cut.aborted) throw reason()
  await wire.fault(name, wire.peer, 'before')
  if (cut.aborted) throw reason()
  try {
    for await (const item of untilCut(serveItems(name, call, wire, request, cut), cut, reason)) {
      await wire.fault(name, wire.peer, 'chunk')
      if (cut.aborted) throw reason()
      yield call.item.from(down(wire, item))
    }
    await wire.fault(name, wire.peer, 'after')
  } finally {
    stop()
  }
}
async function* serveItems(
  name: CallName,
  call: DownloadCall<unknown[], unknown>,
  wire: Wire,
  request: WireMessage,
  cut: AbortSignal,
): AsyncGenerator<WireMessage> {
  try {
    const items = invoke(wire, name, [...call.request.from(request), cut]) as AsyncIterable<unknown>
    for await (const item of items)
      if (call.bytes) for (const frame of frames(item as Uint8Array)) yield call.item.to(frame)
      else yield call.item.to(item)
  } catch (error) {
    throw travelled(error)
  }
}

async function upload(name: CallName, wire: Wire, header: Header, chunks: Chunks, signal: AbortSignal): Promise<void> {
  const connection = connected(wire)
  const { cut, reason, stop } = cutBy(signal, connection)
  if (cut.aborted) throw reason()
  const { key, receipt, offset } = contributionHeader.from(up(wire, contributionHeader.to(header)) as Parameters<typeof contributionHeader.from>[0])
  await wire.fault(name, wire.peer, 'before')
  if (cut.aborted) throw reason()
  /** What went wrong on this side, which the far side sees only as a cut. */
  const ours: { error?: unknown } = {}
  const served = (async () => invoke(wire, name, [key, receipt, offset, sentChunks(name, wire, chunks, cut, ours), cut]))().catch((error: unknown) =>
    Promise.reject(travelled(error)),
  )
  try {
    await orCut(served as Promise<void>, cut, reason)
    await wire.fault(name, wire.peer, 'after')
  } catch (error) {
    throw 'error' in ours ? ours.error : error
  } finally {
    stop()
  }
}
async function* sentChunks(name: CallName, wire: Wire, chunks: Chunks, cut: AbortSignal, ours: { error?: unknown }): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of untilCut(chunks, cut, lost))
      for (const frame of frames(chunk)) {
        await wire.fault(name, wire.peer, 'chunk')
        if (cut.aborted) throw lost()
        wire.traffic.bytesUp += frame.length
        yield chunkField(frame.slice())
      }
  } catch (error) {
    if (!cut.aborted) ours.error = toConsiliumError(error)
    throw lost()
  }
}
