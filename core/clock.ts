// Time is passed in. The simulator and the tests run the same daemons under a virtual clock.
import { refuse } from './errors.ts'

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls back once, at `atMs` or as soon after as possible, never before and never within this call. The returned function cancels. */
  at(atMs: number, call: () => void): () => void
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  at(atMs, call) {
    const arm = (): NodeJS.Timeout => setTimeout(ring, Math.min(LONGEST_TIMER_MS, Math.max(0, atMs - Date.now())))
    // Looks at the clock again: a timer may ring a millisecond early, after its longest span, or after the clock was set back.
    const ring = (): void => {
      if (Date.now() >= atMs) call()
      else timer = arm()
    }
    let timer = arm()
    return () => clearTimeout(timer)
  },
}

/** Resolves at `atMs`; rejects with CANCELLED when the signal fires. */
export function sleepUntil(clock: Clock, atMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      cancel()
      reject(refuse('CANCELLED', 'waiting was cancelled'))
    }
    const cancel = clock.at(atMs, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

export interface VirtualClock extends Clock {
  /** Runs the earliest timer and moves time to it; false where none is left. */
  advance(): boolean
  readonly waiting: number
}

export function createVirtualClock(startMs = 0): VirtualClock {
  let now = startMs
  let order = 0
  const timers = new Map<number, { atMs: number; order: number; call: () => void }>()
  return {
    now: () => now,
    at(atMs, call) {
      const id = order++
      timers.set(id, { atMs, order: id, call })
      return () => timers.delete(id)
    },
    advance() {
      let next: { atMs: number; order: number; call: () => void } | undefined
      for (const timer of timers.values()) if (!next || timer.atMs < next.atMs || (timer.atMs === next.atMs && timer.order < next.order)) next = timer
      if (!next) return false
      timers.delete(next.order)
      now = Math.max(now, next.atMs)
      next.call()
      return true
    },
    get waiting() {
      return timers.size
    },
  }
}
