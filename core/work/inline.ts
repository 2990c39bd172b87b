import { refuse, toConsiliumError } from '../errors.ts'
import type { Work } from './work.ts'

/** Runs jobs in the calling thread: simulations and tests. A cancelled job's outcome is dropped; it cannot be stopped half way. */
export function createInlineWork(): Work {
  const closing = new AbortController()
  return {
    async run(job, input, options) {
      const signals = options?.signal ? [options.signal, closing.signal] : [closing.signal]
      return await untilAborted(signals, job.name, async () => {
        const module = await import(job.module)
        return await module[job.name](input)
      })
    },
    async [Symbol.asyncDispose]() {
      closing.abort()
    },
  }
}

/** Not AbortSignal.any: the pool's own signal outlives thousands of jobs, and each would stay on its list. */
function untilAborted<T>(signals: readonly AbortSignal[], name: string, start: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(refuse('CANCELLED', `${name} was cancelled`))
    if (signals.some((signal) => signal.aborted)) return abort()
    for (const signal of signals) signal.addEventListener('abort', abort, { once: true })
    start()
      .then(resolve, (error: unknown) => reject(toConsiliumError(error)))
      .finally(() => {
        for (const signal of signals) signal.removeEventListener('abort', abort)
      })
  })
}
