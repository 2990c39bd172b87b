// A person's word, the hour, and how much in a day: what a hospital waits for and what it refuses, by its own policy alone.
import { describe, expect, test } from 'vitest'
import { createMemoryDecisions, type Policy } from '../../client/index.ts'
import type { HospitalId } from '../../core/ids.ts'
import { IDS, POLICY } from '../support/hospitals.ts'
import { fiveJob, oneOfFive, rollOf, startFive, TWO_STEPS, without } from './five.ts'
import { STAGES } from './small.ts'

const [ASKS] = IDS as unknown as readonly [HospitalId]
const asking: Policy = { ...POLICY, tasks: { ...POLICY.tasks, describe: { privacy: ['exact'], consent: 'ask' } } }

describe('a hospital whose policy asks a person', () => {
  test('contributes nothing before the person approves the job, and everything after; it is asked once', async () => {
    const decisions = createMemoryDecisions()
    await using run = await startFive(TWO_STEPS, { hospitals: oneOfFive(ASKS, { policy: asking, decisions }) })
    await run.until(() => run.journal('deadlineExtended').length === 2, 'the step is paused')
    expect(run.step().key.step).toBe(0)
    expect([...run.step().receipts.keys()].sort()).toEqual(without(ASKS))
    expect(run.step().refusals.size).toBe(0)
    expect([...decisions.asked]).toEqual([`job ${run.job().hash}`])
    decisions.decide('job', run.job().hash, 'approve')
    await run.finish()
    expect(run.job().outcome).toBe('finished')
    expect(run.journal('stated').map(rollOf)).toEqual([IDS, IDS])
    expect(run.faults).toEqual([])
  })

  test('refuses the plan by POLICY where the person refuses the job', async () => {
    const decisions = createMemoryDecisions()
    await using run = await startFive(TWO_STEPS, { hospitals: oneOfFive(ASKS, { policy: asking, decisions }) })
    await run.until(() => decisions.asked.size > 0, 'a person is asked')
    decisions.decide('job', run.job().hash, 'refuse')
    await run.until(() => run.step().refusals.size > 0, 'the refusal is told')
    expect([...run.step().refusals]).toEqual([[ASKS, 'POLICY']])
    expect(run.journalOf(ASKS, 'contributed')).toEqual([])
  })

  test('goes on after a restart in which the person decided', async () => {
    const decisions = createMemoryDecisions()
    await using run = await startFive(TWO_STEPS, { hospitals: oneOfFive(ASKS, { policy: asking, decisions }) })
    await run.until(() => decisions.asked.size > 0, 'a person is asked')
    await run.federation.kill(ASKS)
    decisions.decide('job', run.job().hash, 'approve')
    await run.federation.start(ASKS)
    await run.finish()
    expect(run.job().outcome).toBe('finished')
  })
})

test('outside its hours a hospital waits, without a refusal, and contributes when they begin', async () => {
  // The virtual clock starts at midnight UTC: a window of local time that opens two hours later.
  const opensMs = Date.UTC(2026, 0, 1, 2)
  const clockText = (ms: number): string => new Date(ms).toTimeString().slice(0, 5)
  const policy: Policy = { ...POLICY, hours: `${clockText(opensMs)}-${clockText(opensMs + 8 * 3_600_000)}` }
  await using run = await startFive(TWO_STEPS, { hospitals: oneOfFive(ASKS, { policy }) })
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  const first = run.journal('contributed').filter((e) => e.receipt.body.member === ASKS)[0]
  expect(first?.atMs).toBeGreaterThanOrEqual(opensMs)
  expect(first?.atMs).toBeLessThan(opensMs + 60_000)
  expect(run.journal('planRefused')).toEqual([])
})

describe('a hospital refuses by QUOTA', () => {
  test('the step after as many as it serves in a day; the others of an update go on', async () => {
    const policy: Policy = { ...POLICY, stepsPerDay: 3 }
    await using run = await startFive(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 2 })), { hospitals: oneOfFive(ASKS, { policy }) })
    await run.finish()
    expect(run.job().outcome).toBe('finished')
    expect(run.journal('planRefused').map((e) => [e.key.step, e.member, e.code])).toEqual([[3, ASKS, 'QUOTA']])
    expect(run.journalOf(ASKS, 'contributed').map((e) => e.key.step)).toEqual([0, 1, 2])
  })

  test.each<[string, Partial<Policy['exact']>, number]>([
    ['more values of one extract than it allows', { valuesPerSnapshot: 6 }, 1],
    ['more jobs over one extract than it allows', { jobsPerSnapshot: 1 }, 1],
  ])('%s', async (_what, exact, step) => {
    const policy: Policy = { ...POLICY, exact: { ...POLICY.exact, ...exact } }
    await using run = await startFive(TWO_STEPS, { hospitals: oneOfFive(ASKS, { policy }) })
    if ('jobsPerSnapshot' in exact) await run.finish()
    const job = 'jobsPerSnapshot' in exact ? await run.federation.coordinator.startJob(fiveJob(STAGES.describeFloor)) : run.job().hash
    const at = () => run.federation.coordinator.state.steps.get(`${job}.${step}.0`)
    await run.until(() => (at()?.refusals.size ?? 0) > 0, 'the refusal is told')
    expect([...(at()?.refusals ?? [])]).toEqual([[ASKS, 'QUOTA']])
  })
})
