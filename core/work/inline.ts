import { refuse } from '../errors.ts'
import type { Work } from './work.ts'

/** Runs jobs in the calling thread: simulations and tests. */
export const createInlineWork = (): Work => ({
  async run(job, input, options) {
    if (options?.signal?.aborted) throw refuse('CANCELLED', `${job.name} was cancelled`)
    const module = await import(job.module)
    return await module[job.name](input)
  },
  async [Symbol.asyncDispose]() {},
})
