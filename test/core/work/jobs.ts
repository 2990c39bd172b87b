// Jobs as they are: exported functions of a module, run in this thread or another.
import { threadId } from 'node:worker_threads'
import { refuse } from '../../../core/errors.ts'
import { defineJob, type WorkJob } from '../../../core/work/work.ts'

// Not exported: what a module holds is private to its thread.
let calls = 0

export async function scale({ values, by }: { values: Float64Array; by: number }): Promise<Float64Array> {
  return values.map((v) => v * by)
}
export async function count(_: null): Promise<{ calls: number; threadId: number }> {
  calls++
  return { calls, threadId }
}
export async function refuseIt({ detail }: { detail: string }): Promise<never> {
  throw refuse('KEY_BOUND', detail)
}
export async function crash(_: null): Promise<never> {
  throw new TypeError('a fault')
}
/** Sets a word that others can see, then never ends by itself. */
export async function hang(flag: Int32Array): Promise<never> {
  Atomics.store(flag, 0, 1)
  setInterval(() => Atomics.add(flag, 1, 1), 1)
  return await new Promise<never>(() => {})
}
/** Adds in place to memory that all threads share. */
export async function addShared(words: Int32Array): Promise<number> {
  return Atomics.add(words, 0, 5)
}

const here = <F extends (input: never) => unknown>(name: string): WorkJob<Parameters<F>[0], Awaited<ReturnType<F>>> => defineJob<F>(import.meta.url, name)
export const JOBS = {
  scale: here<typeof scale>('scale'),
  count: here<typeof count>('count'),
  refuseIt: here<typeof refuseIt>('refuseIt'),
  crash: here<typeof crash>('crash'),
  hang: here<typeof hang>('hang'),
  addShared: here<typeof addShared>('addShared'),
  absent: defineJob<typeof scale>(import.meta.url, 'absent'),
  absentModule: defineJob<typeof scale>(new URL('./absent.ts', import.meta.url).href, 'scale'),
} as const
