// Hospitals and custodians that are away: updates go on, exact statistics pause, custodians are needed until t of them have answered.
import { expect, test } from 'vitest'
import type { StepState } from '../../coordinator/index.ts'
import { refuse } from '../../core/errors.ts'
import type { HospitalId } from '../../core/ids.ts'
import type { Fault } from '../../proto/index.ts'
import { FOUNDING, IDS } from '../support/hospitals.ts'
import { type Five, fiveJob, rollOf, STEP_MS, startFive, TWO_STEPS, without } from './five.ts'
import { STAGES } from './small.ts'

const [AWAY, ALSO_AWAY, THIRD] = IDS as unknown as readonly [HospitalId, HospitalId, HospitalId]

/** The second step, `describe`, is in this phase. */
const inPhase = (five: Five, kind: StepState['phase']['kind']) => (): boolean => five.job().step === 2 && five.step().phase.kind === kind

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
  for (const [member, receipt] of before) expect(five.step().receipts.get(member)).toEqual(receipt)
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

test('a custodian that is away before certification (m - g = 1) does not stop the step', async () => {
  await using five = await startFive(TWO_STEPS)
  await five.at(inPhase(five, 'checking'), 'the candidates are closed', () => five.leave(AWAY))
  await five.finish()
  expect(five.job().outcome).toBe('finished')
  const stated = five.journal('stated')[1]
  expect(stated?.statement.answerSet).toEqual(without(AWAY))
  expect(stated && rollOf(stated)).toEqual(IDS)
  expect(five.faults).toEqual([])
  five.comeBack(AWAY)
  await five.finish()
  expect(five.federation.client(AWAY)?.state.jobs.get(five.job().hash)?.finals).toEqual(five.job().finals)
})

test('two custodians that are away before certification: the step waits, the journal names them, and it goes on when they return', async () => {
  await using five = await startFive(TWO_STEPS)
  await five.at(inPhase(five, 'checking'), 'the candidates are closed', () => five.leave(AWAY, ALSO_AWAY))
  await five.until(() => five.journal('awaited').length > 0, 'the step says for whom it waits')
  expect(five.journal('awaited').map((e) => e.missing)).toEqual([[AWAY, ALSO_AWAY]])
  expect(five.step().awaited).toEqual({ phase: 'checking', members: [AWAY, ALSO_AWAY] })
  five.comeBack(ALSO_AWAY)
  await five.finish()
  expect(five.journal('stated')[1]?.statement.answerSet).toEqual(without(AWAY))
  expect(five.job().outcome).toBe('finished')
})

test('custodians that go after the statement was made and before they signed are named too', async () => {
  await using five = await startFive(TWO_STEPS)
  await five.at(inPhase(five, 'certifying'), 'the statement is made', () => five.leave(AWAY, ALSO_AWAY))
  await five.until(() => five.journal('awaited').length > 0, 'the step says for whom it waits')
  expect(five.step().awaited?.phase).toBe('certifying')
  expect(five.journal('awaited').at(-1)?.missing).toEqual([AWAY, ALSO_AWAY])
  five.comeBack(AWAY)
  await five.finish()
  expect(five.job().outcome).toBe('finished')
})

test('after certification m - t = 2 custodians may vanish and the step is released', async () => {
  await using five = await startFive(TWO_STEPS)
  await five.at(inPhase(five, 'opening'), 'the roll is certified', () => five.leave(AWAY, ALSO_AWAY))
  await five.finish()
  expect(five.job().outcome).toBe('finished')
  expect(five.journal('stated')[1]?.statement.answerSet).toEqual(IDS)
  const cosigners = five.journal('cosigned').filter((e) => e.key.step === 1)
  for (const { signature } of cosigners) expect(without(AWAY, ALSO_AWAY)).toContain(signature.signer)
})

test('three custodians that vanish after certification are one too many: two answers open nothing until one returns', async () => {
  await using five = await startFive(TWO_STEPS)
  await five.at(inPhase(five, 'opening'), 'the roll is certified', () => five.leave(AWAY, ALSO_AWAY, THIRD))
  await five.until(() => five.journal('awaited').length > 0, 'the step says for whom it waits')
  expect(five.step().phase.kind).toBe('opening')
  expect(five.journal('opened').map((e) => e.key.step)).toEqual([0])
  five.comeBack(THIRD)
  await five.finish()
  expect(five.job().outcome).toBe('finished')
})

test('a contributor that holds no shares may vanish for good once its bytes are in', async () => {
  const founding = { ...FOUNDING, custodians: without(AWAY), corrupt: 1 }
  await using five = await startFive(TWO_STEPS, { founding })
  await five.at(
    () => five.job().step === 2 && five.step().receipts.has(AWAY),
    'its contribution is in',
    () => void five.federation.kill(AWAY),
  )
  await five.finish()
  expect(five.job().outcome).toBe('finished')
  expect(five.journal('stated').map(rollOf)).toEqual([IDS, IDS])
})
