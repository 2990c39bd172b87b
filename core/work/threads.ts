// Jobs in worker threads (piscina). One WebAssembly instance of a library a thread; disposing ends the threads and all they hold.
import { Piscina } from 'piscina'
import { type ConsiliumError, isErrorCode, refuse } from '../errors.ts'
import type { Work } from './work.ts'

export interface Failure {
  readonly failed: { readonly code: string; readonly message: string }
}

export function createThreads(options: { threads: number; idleMs?: number }): Work {
  const pool = new Piscina({
    filename: new URL('./thread.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: options.threads,
    concurrentTasksPerWorker: 1,
    idleTimeout: options.idleMs ?? 600_000,
  })
  let closed = false
  return {
    async run(job, input, runOptions) {
      if (closed) throw refuse('CANCELLED', `${job.name} was cancelled`)
      const signal = runOptions?.signal
      const outcome = await pool.run({ job, input }, signal ? { signal } : {}).catch((error: unknown) => {
        throw refuse(closed || signal?.aborted ? 'CANCELLED' : 'INTERNAL', `${job.name}: ${error instanceof Error ? error.message : String(error)}`, error)
      })
      if ('failed' in outcome) throw failure(outcome as Failure, job.name)
      return outcome.done
    },
    async [Symbol.asyncDispose]() {
      closed = true
      await pool.destroy()
    },
  }
}

function failure({ failed }: Failure, job: string): ConsiliumError {
  return isErrorCode(failed.code) ? refuse(failed.code, failed.message) : refuse('INTERNAL', `${job}: ${failed.message}`)
}
