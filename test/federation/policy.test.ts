// What a hospital's own policy and data refuse: by code, once; the rest of an update step goes on, an exact statistic pauses for it by name.
import { expect, test } from 'vitest'
import { refuse } from '../../core/errors.ts'
import type { HospitalId } from '../../core/ids.ts'
import type { CallName, Fault } from '../../proto/index.ts'
import type { VirtualHospital } from '../../simulations/federation.ts'
import { IDS, POLICY } from '../support/hospitals.ts'
import { feature } from '../support/learning-data.ts'
import { five, fiveJob, oneOfFive, rollOf, STEP_MS, startFive, TWO_STEPS, without } from './five.ts'
import { STAGES } from './small.ts'

const REFUSER = IDS[2] as HospitalId
const [HONEST] = five((h) => h).filter((h) => h.id === REFUSER) as [VirtualHospital]
const { describe: _, ...noDescribe } = POLICY.tasks
const { fedavg: __, ...noFedavg } = POLICY.tasks

test('an update that one hospital does not allow goes on at once without it, and it takes the model all the same', async () => {
  // Its refusal is sent again where the first try or its reply is lost, and counts once.
  const lost = new Set<string>()
  const fault: Fault = (method: CallName, _peer, point) => {
    const which = `${method} ${point}`
    if (method !== 'refusePlan' || lost.has(which)) return
    lost.add(which)
    throw refuse('UNAVAILABLE', 'injected')
  }
  const hospitals = oneOfFive(REFUSER, { policy: { ...POLICY, tasks: noFedavg } })
  await using run = await startFive(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 2 })), { hospitals, fault })
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  expect([...lost].sort()).toEqual(['refusePlan after', 'refusePlan before'])
  expect(run.journal('planRefused').map((e) => [e.key.step, e.member, e.code])).toEqual([
    [2, REFUSER, 'POLICY'],
    [3, REFUSER, 'POLICY'],
  ])
  expect(run.journal('stated').map(rollOf)).toEqual([IDS, IDS, without(REFUSER), without(REFUSER)])
  // Everybody has spoken: nobody waits for the deadline.
  const [planned, closed] = [run.journal('planned'), run.journal('candidatesClosed')]
  planned.forEach((p, i) => expect((closed[i]?.atMs ?? Number.POSITIVE_INFINITY) - p.atMs).toBeLessThan(STEP_MS))
  expect(run.federation.client(REFUSER)?.state.jobs.get(run.job().hash)?.finals).toEqual(run.job().finals)
  expect(run.journalOf(REFUSER, 'contributed').map((e) => e.key.step)).toEqual([0, 1])
  expect(run.journalOf(REFUSER, 'left').filter((e) => e.what === 'plan refusal')).toHaveLength(2)
  expect(run.faults).toEqual([])
})

const unreadable: VirtualHospital['data'] = { ...HONEST.data, table: () => Promise.reject(refuse('BAD_DATA', 'visits.csv, line 7, column amount_fen')) }
const refusals: readonly [string, Partial<VirtualHospital>, { readonly code: string; readonly step: number }][] = [
  ['a task that its policy does not name', { policy: { ...POLICY, tasks: noDescribe } }, { code: 'POLICY', step: 1 }],
  [
    'a kind of privacy that its policy does not allow for the task',
    { policy: { ...POLICY, tasks: { ...POLICY.tasks, describe: { privacy: ['dp'], consent: 'automatic' } } } },
    { code: 'POLICY', step: 1 },
  ],
  ['a least cohort below its own', { policy: { ...POLICY, minCohort: 5 } }, { code: 'POLICY', step: 0 }],
  ['a least cohort below c + 2', { policy: { ...POLICY, corrupt: 3 } }, { code: 'POLICY', step: 0 }],
  ['a feature set that its policy does not allow', { policy: { ...POLICY, featureSets: ['other/1'] } }, { code: 'POLICY', step: 1 }],
  [
    'cells of fewer persons than its policy asks for',
    { policy: { ...POLICY, exact: { ...POLICY.exact, cellPersons: POLICY.exact.cellPersons + 1 } } },
    { code: 'POLICY', step: 1 },
  ],
  [
    'cells of fewer hospitals than its policy asks for',
    { policy: { ...POLICY, exact: { ...POLICY.exact, cellHospitals: POLICY.exact.cellHospitals + 1 } } },
    { code: 'POLICY', step: 1 },
  ],
  [
    'columns other than its own',
    { data: { ...HONEST.data, columns: () => [feature('f0', -6, 6), feature('renamed', -6, 6)] } },
    { code: 'OTHER_LAYOUT', step: 0 },
  ],
  ['what its data cannot give', { data: unreadable }, { code: 'BAD_DATA', step: 1 }],
]
for (const [what, change, { code, step }] of refusals) {
  test(`an exact statistic pauses for a hospital that refuses ${what}, and its job ends by that code`, async () => {
    await using run = await startFive(TWO_STEPS, { hospitals: oneOfFive(REFUSER, change) })
    await run.until(() => run.journal('deadlineExtended').length === 1, 'the step is paused')
    expect(run.step().key.step).toBe(step)
    expect([...run.step().refusals]).toEqual([[REFUSER, code]])
    expect(run.journal('planRefused')).toHaveLength(1)
    expect(run.journal('deadlineExtended').map((e) => e.missing)).toEqual([[REFUSER]])
    // What the others sent stays, and is not asked for again.
    expect([...run.step().receipts.keys()].sort()).toEqual(without(REFUSER))
    expect(run.journalOf(REFUSER, 'contributed').some((e) => e.key.step === step)).toBe(false)
    // A refusal is final, and so is the pause: the key is retired at no cost, and the job does not stand in the way of others.
    await run.until(() => run.job().outcome !== 'running', 'the job has ended')
    expect(run.job().outcome).toEqual({ failed: code })
    expect(run.journal('retired').map((e) => e.key.step)).toEqual([step])
    expect(run.journal('opened').map((e) => e.key.step)).toEqual(step === 0 ? [] : [0])
    expect(run.faults).toEqual([])
  })
}

test('an extract is declared once: a restart after which the source would give another id does not change it', async () => {
  let calls = 0
  const data = { ...HONEST.data, snapshot: (boundary: string) => HONEST.data.snapshot(`${boundary} ${calls++}`) }
  await using run = await startFive(TWO_STEPS, { hospitals: oneOfFive(REFUSER, { data }) })
  await run.until(() => run.job().step > 0, 'the first step is planned')
  await run.federation.kill(REFUSER)
  await run.federation.start(REFUSER)
  await run.finish()
  const taken = run.journalOf(REFUSER, 'snapshotTaken')
  expect(taken).toHaveLength(1)
  expect(run.step().plan.snapshots.find((s) => s.member === REFUSER)).toEqual(taken[0]?.snapshot)
  expect(run.job().outcome).toBe('finished')
})
