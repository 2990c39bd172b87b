// Streams of bytes, and streams that can be cut.
import { type ConsiliumError, refuse } from '../../core/errors.ts'
import { FRAME_BYTES } from '../limits.ts'
import type { Chunks } from '../service.ts'

/** Cuts bytes into frames; nothing where there are no bytes. Views, not copies. */
export function* frames(bytes: Uint8Array, frameBytes = FRAME_BYTES): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += frameBytes) yield bytes.subarray(at, at + frameBytes)
}

/** The whole of a stream. @throws TOO_LARGE beyond `maxBytes`, before the surplus is kept. */
export async function collect(chunks: Chunks, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > maxBytes) throw refuse('TOO_LARGE', `a stream of more than ${maxBytes} bytes`)
    parts.push(chunk)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Bytes at hand as a stream, from an offset on: what resumes an upload. */
export async function* chunksOf(bytes: Uint8Array, offset = 0): AsyncGenerator<Uint8Array> {
  yield* frames(bytes.subarray(offset))
}

/** The promise, or the refusal as soon as the signal fires. Leaves no listener behind. */
export function orCut<T>(promise: Promise<T>, signal: AbortSignal, reason: () => ConsiliumError): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => undefined)
    return Promise.reject(reason())
  }
  return new Promise((resolve, reject) => {
    const cut = (): void => reject(reason())
    signal.addEventListener('abort', cut, { once: true })
    const settled = (): void => signal.removeEventListener('abort', cut)
    promise.then(resolve, reject).finally(settled)
  })
}

/** The items of a stream until the signal fires, even where the source itself does not listen; the source is told to return. */
export async function* untilCut<T>(source: AsyncIterable<T>, signal: AbortSignal, reason: () => ConsiliumError): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  let ended = false
  try {
    for (;;) {
      if (signal.aborted) throw reason()
      const next = await orCut(Promise.resolve(iterator.next()), signal, reason)
      if (next.done) {
        ended = true
        return
      }
      yield next.value
    }
  } finally {
    // A source that waits for something would return only after it: nobody waits here for that.
    if (!ended) void Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}
