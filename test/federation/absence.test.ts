// Hospitals that are away: updates go on, exact statistics pause. Custodians that are away: dropouts.test.ts.
import { expect, test } from 'vitest'
import { refuse } from '../../core/errors.ts'
import type { HospitalId } from '../../core/ids.ts'
import type { Fault } from '../../proto/index.ts'
import { IDS } from '../support/hospitals.ts'
import { fiveJob, rollOf, STEP_MS, startFive, TWO_STEPS, without } from './five.ts'
import { STAGES } from './small.ts'

const [AWAY] = IDS as unknown as readonly [HospitalId]

test('an update goes on at its deadline without an absent hospital, which catches up through all releases and takes part again', async () => {
  await using five = await startFive(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 4 })))
  await five.at(
    () => five.job().finals.has('describe'),
    'describe is released',
    () => five.leave(AWAY),
  )
  await five.until(() => five.job().stageStep === 2, 'two updates are released')
  five.comeBack(AWAY)
  await five.finish()

  expect(five.job().outcome).toBe('finished')
  const rolls = five.journal('stated').map(rollOf)
  expect(rolls).toEqual([IDS, IDS, without(AWAY), without(AWAY), IDS, IDS])
  expect(five.journal('deadlineExtended')).toEqual([])
  const [planned, closed] = [five.journal('planned'), five.journal('candidatesClosed')]
  const waitedMs = planned.map((p, i) => (closed[i]?.atMs ?? 0) - p.atMs)
  expect(waitedMs.map((ms) => ms >= STEP_MS)).toEqual([false, false, true, true, false, false])
  // Every release is taken in order; what the roll did not name leaves no trace in the local state.
  const taken = five.journalOf(AWAY, 'adopted')
  expect(taken.map((e) => [e.key.step, e.counted])).toEqual([
    [0, 1],
    [1, 1],
    [2, 0],
    [3, 0],
    [4, 1],
    [5, 1],
  ])
  expect(five.journalOf(AWAY, 'contributed').map((e) => e.key.step)).toEqual([0, 1, 4, 5])
  for (const id of IDS) expect(five.federation.client(id)?.state.jobs.get(five.job().hash)?.finals).toEqual(five.job().finals)
  expect(five.faults).toEqual([])
})

test('an exact statistic pauses, naming the absent hospital, and resumes with the same members and the same bytes', async () => {
  // The connection breaks in the middle of the upload: part of the contribution is already there.
  let broken = false
  const fault: Fault = (method, { member }, point) => {
    if (method !== 'contribute' || member !== AWAY || point !== 'chunk' || broken || five.job().stage < 0) return
    broken = true
    five.leave(AWAY)
    throw refuse('UNAVAILABLE', 'injected')
  }
  await using five = await startFive(TWO_STEPS, { fault })
  await five.until(() => five.journal('deadlineExtended').length === 3, 'the pause is renewed twice')
  const before = five.step().receipts
  expect(five.journal('deadlineExtended').map((e) => e.missing)).toEqual([[AWAY], [AWAY], [AWAY]])
  expect([...before.keys()].sort()).toEqual(without(AWAY))
  five.comeBack(AWAY)
  await five.finish()
  expect(five.journal('stated').map(rollOf)).toEqual([IDS, IDS])
  const receipts = new Map(five.journal('contributed').flatMap((e) => (e.key.step === 1 ? [[e.receipt.body.member, e.receipt]] : [])))
  for (const [member, receipt] of before) expect(receipts.get(member)).toEqual(receipt)
  // One receipt, one byte string, however often it was sent.
  expect(five.watcher.differences).toEqual([])
  expect(Math.max(...[...five.watcher.receipts.values()].map((hashes) => hashes.size))).toBe(1)
  expect([...five.watcher.uploads].filter(([place]) => place.startsWith(`${AWAY} `)).map(([, uploads]) => uploads)).toEqual([1, 2])
})

test('a hospital that was killed during the pause and starts again sends the same bytes', async () => {
  let cut = true
  const fault: Fault = (method, { member }, point) => {
    if (method === 'contribute' && member === AWAY && point === 'after' && cut && five.job().stage >= 0) {
      cut = false
      five.leave(AWAY)
      throw refuse('UNAVAILABLE', 'injected')
    }
  }
  await using five = await startFive(TWO_STEPS, { fault })
  await five.until(() => !cut, 'the reply is lost')
  await five.federation.kill(AWAY)
  await five.federation.start(AWAY)
  await five.finish()
  expect(five.job().outcome).toBe('finished')
  expect(five.watcher.differences).toEqual([])
  expect(five.journalOf(AWAY, 'contributed').map((e) => e.key.step)).toEqual([0, 1])
})
