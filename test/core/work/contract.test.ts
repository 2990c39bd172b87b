// One contract, both ways of working.
import { threadId } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { createInlineWork } from '../../../core/work/inline.ts'
import { createThreads } from '../../../core/work/threads.ts'
import type { Work } from '../../../core/work/work.ts'
import { until } from '../../turns.ts'
import { JOBS } from './jobs.ts'

const opened: Work[] = []
afterEach(async () => {
  for (const work of opened.splice(0)) await work[Symbol.asyncDispose]()
})
const flagged = (): Int32Array => new Int32Array(new SharedArrayBuffer(8))
const coded = (code: string) => expect.objectContaining({ name: 'ConsiliumError', code })

describe.each([
  { name: 'inline', create: createInlineWork },
  { name: 'threads', create: () => createThreads({ threads: 1 }) },
])('work by $name', ({ create }) => {
  const open = (): Work => {
    const work = create()
    opened.push(work)
    return work
  }

  test('gives back what the job returns', async () => {
    expect(await open().run(JOBS.scale, { values: Float64Array.of(1, 2), by: 3 })).toEqual(Float64Array.of(3, 6))
  })

  test("rejects with the job's own refusal, code and detail", async () => {
    await expect(open().run(JOBS.refuseIt, { detail: 'S_3 = 9' })).rejects.toMatchObject({ name: 'ConsiliumError', code: 'KEY_BOUND', message: 'S_3 = 9' })
  })

  test('rejects with INTERNAL for a fault, and for a job that is not there', async () => {
    const work = open()
    await expect(work.run(JOBS.crash, null)).rejects.toEqual(coded('INTERNAL'))
    await expect(work.run(JOBS.absent, { values: new Float64Array(), by: 1 })).rejects.toEqual(coded('INTERNAL'))
    await expect(work.run(JOBS.absentModule, { values: new Float64Array(), by: 1 })).rejects.toEqual(coded('INTERNAL'))
  })

  test('shares shared memory instead of copying it', async () => {
    const words = flagged()
    await open().run(JOBS.addShared, words)
    expect(words[0]).toBe(5)
  })

  test('goes on after a job has failed', async () => {
    const work = open()
    await expect(work.run(JOBS.crash, null)).rejects.toEqual(coded('INTERNAL'))
    expect(await work.run(JOBS.scale, { values: Float64Array.of(1), by: 2 })).toEqual(Float64Array.of(2))
  })

  test('does not start a job whose signal has fired', async () => {
    const flag = flagged()
    await expect(open().run(JOBS.hang, flag, { signal: AbortSignal.abort() })).rejects.toEqual(coded('CANCELLED'))
    expect(flag[0]).toBe(0)
  })

  test('keeps nothing of a signal that never fired', async () => {
    const controller = new AbortController()
    const work = open()
    for (let i = 0; i < 20; i++) await work.run(JOBS.scale, { values: Float64Array.of(1), by: 2 }, { signal: controller.signal })
    controller.abort()
    expect(await work.run(JOBS.scale, { values: Float64Array.of(1), by: 2 })).toEqual(Float64Array.of(2))
  })

  test('once disposed of rejects with CANCELLED', async () => {
    const work = open()
    await work[Symbol.asyncDispose]()
    await expect(work.run(JOBS.count, null)).rejects.toEqual(coded('CANCELLED'))
  })
})

describe('inline', () => {
  test('a job that waits is cancelled by the signal and by disposal', async () => {
    const waits = { ...JOBS.scale, name: 'waits', module: `data:text/javascript,export const waits = () => new Promise(() => {})` }
    const work = createInlineWork()
    const controller = new AbortController()
    const first = work.run(waits, { values: new Float64Array(), by: 1 }, { signal: controller.signal })
    controller.abort()
    await expect(first).rejects.toEqual(coded('CANCELLED'))
    const second = work.run(waits, { values: new Float64Array(), by: 1 })
    await work[Symbol.asyncDispose]()
    await expect(second).rejects.toEqual(coded('CANCELLED'))
  })
})

describe('threads', () => {
  test('run jobs in another thread, which keeps its modules from job to job', async () => {
    const work = createThreads({ threads: 1 })
    opened.push(work)
    const first = await work.run(JOBS.count, null)
    const second = await work.run(JOBS.count, null)
    expect(first.threadId).not.toBe(threadId)
    expect(second).toEqual({ calls: first.calls + 1, threadId: first.threadId })
  })

  test('leave the caller its input', async () => {
    const work = createThreads({ threads: 1 })
    opened.push(work)
    const values = Float64Array.of(1, 2)
    await work.run(JOBS.scale, { values, by: 5 })
    expect(values).toEqual(Float64Array.of(1, 2))
  })

  test('work side by side, and in turn where jobs are more than threads', async () => {
    const work = createThreads({ threads: 2 })
    opened.push(work)
    const results = await Promise.all(Array.from({ length: 6 }, (_, i) => work.run(JOBS.scale, { values: Float64Array.of(i), by: 2 })))
    expect(results).toEqual([0, 2, 4, 6, 8, 10].map((v) => Float64Array.of(v)))
  })

  test('a running job is stopped by the signal, and the next finds a fresh thread', async () => {
    const work = createThreads({ threads: 1 })
    opened.push(work)
    const flag = flagged()
    const controller = new AbortController()
    const hanging = work.run(JOBS.hang, flag, { signal: controller.signal })
    await until(() => Atomics.load(flag, 0) === 1)
    controller.abort()
    await expect(hanging).rejects.toEqual(coded('CANCELLED'))
    expect((await work.run(JOBS.count, null)).calls).toBe(1)
  })

  test('disposal ends the thread and rejects what ran and what waited with CANCELLED', async () => {
    const work = createThreads({ threads: 1 })
    const flag = flagged()
    const jobs = [work.run(JOBS.hang, flag), work.run(JOBS.count, null)].map((job) => job.catch((error: unknown) => error))
    await until(() => Atomics.load(flag, 0) === 1)
    await work[Symbol.asyncDispose]()
    for (const outcome of await Promise.all(jobs)) expect(outcome).toEqual(coded('CANCELLED'))
    // The thread counted while it lived; it counts no more.
    const counted = Atomics.load(flag, 1)
    await new Promise((resolve) => setImmediate(resolve))
    const probe = createThreads({ threads: 1 })
    opened.push(probe)
    await probe.run(JOBS.count, null)
    expect(Atomics.load(flag, 1)).toBe(counted)
  })
})
