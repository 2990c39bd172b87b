// A stage whose release is for the coordinator's eyes, between whole daemons, in both forms of co-signing.
import { expect, test, vi } from 'vitest'
import type { JobOptions } from '../../coordinator/index.ts'
import { bool, decode, encode, struct } from '../../core/codec.ts'
import { type AnyTask, describeParams } from '../../models/index.ts'
import { release, releaseHash, sealedBundle, sealedReleaseHash } from '../../privacy/messages.ts'
import { IDS, POLICY } from '../support/hospitals.ts'
import { five, fiveJob, startFive } from './five.ts'
import { STAGES } from './small.ts'

/** Counts the training rows, for the coordinator. The state remembers that it was opened, and nothing else leaves the release. */
vi.mock('../../models/registry.ts', async (original) => {
  const real = await original<typeof import('../../models/registry.ts')>()
  const state = struct({ opened: bool })
  const count: AnyTask = {
    name: 'count-rows',
    audience: 'coordinator',
    disclosure: 'statistic',
    checkParams: () => undefined,
    cells: () => null,
    cuts: () => new Uint8Array(),
    init: () => encode(state, { opened: false }),
    layout: () => ({ lanesPerCoefficient: 1, laneBits: 30, valueBits: 20, segments: [{ name: 'rows', length: 1, clip: 1000, rounding: 'integer' }] }),
    contribute: async ({ data }) => ({ vector: Float64Array.of(data.train.rows), nextLocal: new Uint8Array() }),
    advance: () => encode(state, { opened: true }),
    done: (bytes) => decode(state, bytes).opened,
  }
  const taskByName = (name: string): AnyTask => (name === 'count-rows' ? count : real.taskByName(name))
  return { ...real, taskByName }
})

const policy = { ...POLICY, tasks: { ...POLICY.tasks, 'count-rows': { ...POLICY.tasks.describe, privacy: ['exact' as const], consent: 'automatic' as const } } }
const counting = STAGES.describe.map((stage) => ({ ...stage, name: 'count', task: 'count-rows', params: describeParams() }))
/** Asked twice: the second time the first release serves. */
const again = counting.map((stage) => ({ ...stage, name: 'count-again' }))
const job = (form: 'full' | 'light'): JobOptions => ({ ...fiveJob(counting, again, STAGES.describe), cosigning: form })

test.each(['full', 'light'] as const)('members take that it happened, and go on; only coordinator and co-signers hold the figure (%s form)', async (form) => {
  const hospitals = five(() => ({ policy }))
  await using run = await startFive(job(form), { hospitals })
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  expect([...run.job().finals.keys()]).toEqual(['count', 'count-again', 'describe'])
  const disk = run.federation.disk('coordinator')
  const opened = run.journal('opened').find((e) => e.key.step === 1)
  if (!opened) throw new Error('step 1 was not opened')
  const figure = decode(release, disk.blobs.get(`release.${opened.release}`) as Uint8Array)
  const rows = await Promise.all(hospitals.map(async (h) => (await h.data.table({} as never)).train.rows))
  expect([...figure.sums]).toEqual([BigInt(rows.reduce((a, b) => a + b, 0))])
  expect(releaseHash(figure)).toBe(opened.release)
  const bundle = decode(sealedBundle, disk.blobs.get(`bundle.${run.job().hash}.1.0`) as Uint8Array)
  const keySum = new Int32Array((disk.blobs.get(`keysum.${opened.keySum}`) as Uint8Array).slice(4).buffer)
  expect(bundle.sealed).toBe(sealedReleaseHash(figure, keySum))
  expect(run.journal('planned').map((e) => e.plan.plan.key.step)).toEqual([0, 1, 3])
  for (const id of IDS) {
    expect([...(run.federation.client(id)?.state.jobs.get(run.job().hash)?.finals.keys() ?? [])], id).toEqual(['describe'])
    expect(run.journalOf(id, 'adopted').map((e) => [e.key.step, e.nextState === null, e.stageDone])).toEqual([
      [0, false, 1],
      [1, true, 1],
      [2, true, 1],
      [3, false, 1],
    ])
  }
  expect(run.faults).toEqual([])
})

test('a stage that would start from it, or publish it, is refused by BAD_PLAN before the job begins', async () => {
  await using run = await startFive(job('full'), { hospitals: five(() => ({ policy })) })
  const { coordinator } = run.federation
  const after = STAGES.describe.map((stage) => ({ ...stage, upstream: ['count'] }))
  await expect(coordinator.startJob(fiveJob(counting, after))).rejects.toThrow('only the coordinator may see')
  await expect(coordinator.startJob(fiveJob(counting.map((stage) => ({ ...stage, publish: 1 }))))).rejects.toThrow('only the coordinator may see')
})
