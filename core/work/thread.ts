// The other side of threads.ts. An error's code crosses the border as data: structured clone would drop it.
import { toConsiliumError } from '../errors.ts'
import type { WorkJob } from './work.ts'

export default async function run({ job, input }: { job: WorkJob<unknown, unknown>; input: unknown }): Promise<unknown> {
  try {
    const module = await import(job.module)
    return { done: await module[job.name](input) }
  } catch (error) {
    const { code, message } = toConsiliumError(error)
    return { failed: { code, message } }
  }
}
