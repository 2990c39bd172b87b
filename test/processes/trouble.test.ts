// Real daemons that are stopped in their tracks (SIGSTOP) and go on later: the step pauses and waits by name, the coordinator dies right
// after it has written so, and all goes on. At the end a hospital is revoked, which a killed coordinator does not forget.
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CoordinatorEvent, JobState, StepState } from '../../coordinator/index.ts'
import type { HospitalId } from '../../core/ids.ts'
import { createProcesses, type Processes } from './federation.ts'
import { INPUTS, makePlaces, type Places } from './places.ts'

let places: Places
let run: Processes
beforeAll(async () => {
  const stages = [{ name: 'describe', task: 'describe' as const, privacy: 'exact' as const }]
  places = await makePlaces({ claims: 500, job: { minCohort: 3, stepSeconds: 3, inputs: INPUTS, stages } })
  run = createProcesses(places)
})
afterAll(async () => {
  await run?.[Symbol.asyncDispose]()
  places?.[Symbol.dispose]()
})

const jobNow = async (): Promise<JobState | undefined> => [...(await run.coordinator()).state.jobs.values()][0]
const stepNow = async () => {
  const job = await jobNow()
  return job && (await run.coordinator()).state.steps.get(`${job.hash}.${job.step - 1}.0`)
}
const contributed = async (ids: readonly HospitalId[]): Promise<boolean> => {
  const step = await stepNow()
  return step?.phase.kind === 'collecting' && ids.every((id) => step.receipts.has(id))
}

test('daemons that stop and go on: the exact step pauses, custodians are awaited, and nobody is asked for other bytes', async () => {
  const [first, second, third, late] = places.hospitals as unknown as readonly [HospitalId, HospitalId, HospitalId, HospitalId]
  run.keep('coordinator', ['deadlineExtended', 'awaited'])
  await run.until(() => places.hospitals.every((id) => existsSync(places.invitation(id))), 'everybody is invited')
  for (const id of [first, second, third]) run.keep(id)
  // The last hospital is stopped once its extract is declared, which the first plan waits for.
  run.keep(late)
  await run.until(async () => (await run.coordinator()).state.snapshots.get(INPUTS.boundary)?.has(late) === true, 'the last extract is declared')
  run.life(late).signal('SIGSTOP')
  await run.until(() => run.deaths('coordinator').includes('deadlineExtended'), 'the pause is journalled')
  await run.until(async () => await contributed([first, second, third]), 'the others have contributed')
  const { key } = (await stepNow()) as StepState
  const before = (await stepNow())?.receipts
  // Two of four custodians are gone before the last contribution closes the candidates: g = 3 cannot be met.
  for (const id of [first, second]) run.life(id).signal('SIGSTOP')
  run.life(late).signal('SIGCONT')
  const names = (e: CoordinatorEvent): boolean => e.kind === 'awaited' && e.key.step === key.step && e.missing.join() === [first, second].join()
  await run.until(async () => (await run.coordinator()).events.some(names), 'the step says for whom it waits')
  await run.until(() => run.deaths('coordinator').includes('awaited'), 'the coordinator died of it')
  for (const id of [first, second]) run.life(id).signal('SIGCONT')
  await run.until(async () => (await jobNow())?.outcome === 'finished', 'the job ends')

  const { events } = await run.coordinator()
  const rolls = events.flatMap((e) => (e.kind === 'stated' ? [e.roll.map((entry) => entry.member)] : []))
  expect(rolls).toEqual([places.hospitals, places.hospitals, places.hospitals])
  const after = new Map(events.flatMap((e) => (e.kind === 'contributed' && e.key.step === key.step ? [[e.receipt.body.member, e.receipt]] : [])))
  for (const [member, receipt] of before ?? []) expect(after.get(member)).toEqual(receipt)
  expect(run.deaths('coordinator').toSorted()).toEqual(['awaited', 'deadlineExtended'])
}, 180_000)

test('a hospital that is named under revoked is refused from the next start on, also after a kill', async () => {
  const gone = places.hospitals[3] as HospitalId
  expect(await run.stop('coordinator')).toBe(0)
  places.changed('coordinator', 'config.yaml', (file) => ({ ...file, revoked: [gone] }))
  run.keep('coordinator', ['revoked'])
  await run.until(() => run.deaths('coordinator').includes('revoked'), 'the revocation is journalled')
  await run.until(() => run.log(gone).includes('REVOKED'), 'the hospital is refused')
  expect(run.log(places.hospitals[0] as HospitalId)).not.toContain('REVOKED')
}, 120_000)
