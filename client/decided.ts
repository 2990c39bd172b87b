// Waiting for a person.
import { refuse } from '../core/errors.ts'
import type { Digest } from '../core/ids.ts'
import type { Decisions, Matter } from './decisions.ts'

/** Resolves once the matter is approved; a refusal may be taken back, so it waits on. Costs nothing while it waits. @throws CANCELLED with the signal. */
export function decided(decisions: Decisions, matter: Matter, hash: Digest, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (decisions.get(matter, hash) !== 'approve') return
      end()
      resolve()
    }
    const abort = (): void => {
      end()
      reject(refuse('CANCELLED', 'nobody waits for the decision any more'))
    }
    const stop = decisions.subscribe(look)
    const end = (): void => {
      stop()
      signal.removeEventListener('abort', abort)
    }
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    else look()
  })
}
