// Rosters change while jobs go on: a step ends under the roster that its plan names; nothing of a change holds before more than half of the
// current members signed it, and no hospital follows one that neither its policy nor its people approve.
import { describe, expect, test } from 'vitest'
import { createMemoryDecisions } from '../../client/index.ts'
import type { HospitalId } from '../../core/ids.ts'
import { rosterHash } from '../../privacy/messages.ts'
import type { Fault } from '../../proto/index.ts'
import { FOUNDING, IDS, POLICY } from '../support/hospitals.ts'
import { currentVersion, FIRST, followed, LAST, OTHER_CUSTODIANS, SIXTH, sixth, WITH_SIXTH, WITHOUT_LAST } from './changing.ts'
import { codeOf } from './dishonest.ts'
import { type Five, five, fiveJob, rollOf, startFive, without } from './five.ts'
import { STAGES } from './small.ts'

const UPDATES = fiveJob(STAGES.describe, STAGES.fedavg({ steps: 5 }))
const ASK = { ...POLICY, roster: 'ask' as const }

/** Acts once two updates are under way: in the middle of a step. */
const midway = (run: Five, act: () => unknown): Promise<void> =>
  run.at(
    () => run.job().stageStep === 2 && run.job().open && run.step().phase.kind === 'collecting',
    'an update is under way',
    () => void act(),
  )
const rostersOfPlans = (run: Five): readonly string[] => run.journal('planned').map((e) => e.plan.plan.roster)

test('a hospital joins in the middle of a job: the step in flight ends under its roster, the job goes on under the next, the newcomer follows', async () => {
  await using run = await startFive(UPDATES)
  const { federation } = run
  await midway(run, async () => {
    await federation.coordinator.proposeRoster(WITH_SIXTH)
    await federation.add(sixth())
  })
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  // One change, between two steps; all steps were released.
  const plans = rostersOfPlans(run)
  const [before, after] = [plans[0], plans.at(-1)]
  expect(before).not.toBe(after)
  expect(plans.slice(0, plans.lastIndexOf(before as string) + 1).every((hash) => hash === before)).toBe(true)
  expect(run.journal('released')).toHaveLength(plans.length)
  expect(run.journal('rosterActivated')).toHaveLength(1)
  const at = run.journal('rosterActivated')[0]?.atMs ?? 0
  for (const planned of run.journal('planned')) expect(planned.plan.plan.roster === after).toBe(planned.atMs >= at && planned.plan.plan.roster !== before)
  // Newcomers are in no sum of a job that began without them, and take its releases all the same.
  expect(run.journal('stated').map(rollOf)).toEqual(plans.map(() => IDS))
  await federation.until(() => federation.client(SIXTH)?.state.jobs.get(run.job().hash)?.step === plans.length, 'the newcomer has caught up')
  expect(federation.client(SIXTH)?.state.jobs.get(run.job().hash)?.finals).toEqual(run.job().finals)
  expect(followed(federation, [...IDS, SIXTH])).toEqual([2, 2, 2, 2, 2, 2])
  // The next job counts the newcomer; who joined as one alone is not in exact sums, which would differ by it.
  const next = await federation.coordinator.startJob(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 1 })))
  await federation.until(() => federation.coordinator.state.jobs.get(next)?.outcome !== 'running', 'the next job ends')
  expect(federation.coordinator.state.jobs.get(next)?.outcome).toBe('finished')
  expect(rollOf(run.journal('stated').at(-1) as never)).toEqual([...IDS, SIXTH].sort())
  expect(run.faults).toEqual([])
})

test('a hospital is removed: it refuses to sign that by code, takes part until the change holds, and is nobody afterwards', async () => {
  await using run = await startFive(UPDATES)
  const { federation } = run
  await midway(run, () => federation.coordinator.proposeRoster(WITHOUT_LAST))
  await federation.until(() => run.job().outcome !== 'running', 'the job ends')
  expect(run.job().outcome).toBe('finished')
  expect(federation.coordinator.state.roster).toMatchObject({ kind: 'agreed', roster: { version: 2, corrupt: 1, custodians: IDS.slice(0, 4) } })
  expect(followed(federation)).toEqual([2, 2, 2, 2, 1])
  expect(run.journal('rosterSigned').flatMap((e) => (e.roster === run.journal('rosterActivated')[0]?.roster ? [e.signature.signer] : []))).not.toContain(LAST)
  const rolls = run.journal('stated').map((e) => rollOf(e).length)
  expect([...rolls].sort((a, b) => b - a)).toEqual(rolls)
  expect([rolls[0], rolls.at(-1)]).toEqual([5, 4])
  expect(await codeOf(federation.link(LAST)?.fetchRoster() as Promise<unknown>)).toBe('NOT_ENROLLED')
  expect(run.faults).toEqual([])
})

test('a custodian that joined the roster later serves a job that it contributes nothing to', async () => {
  const four = [...IDS.slice(0, 4)]
  await using run = await startFive(UPDATES, { founding: { ...FOUNDING, custodians: four, corrupt: 1 } })
  const { federation } = run
  const custodians = [...four.slice(1), SIXTH]
  await midway(run, async () => {
    await federation.coordinator.proposeRoster({ ...WITH_SIXTH, custodians, corrupt: 1 })
    await federation.add(sixth())
  })
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  const answerSets = run.journal('stated').map((e) => e.statement.answerSet)
  expect(answerSets[0]).not.toContain(SIXTH)
  expect(answerSets.at(-1)).toContain(SIXTH)
  expect(run.journalOf(SIXTH, 'contributed')).toEqual([])
  expect(run.faults).toEqual([])
})

describe('a person decides', () => {
  test('a hospital whose people have not decided takes part in nothing of a roster that the others agreed to, and in all of it once they approve', async () => {
    const decisions = createMemoryDecisions()
    let fetched = 0
    const fault: Fault = (method, { member }, point) => {
      if (method === 'fetchRoster' && member === LAST && point === 'before') fetched++
    }
    const hospitals = five((h) => (h.id === LAST ? { policy: ASK, decisions } : {}))
    await using run = await startDeciding(hospitals, decisions, fault)
    const { federation } = run
    await federation.until(() => currentVersion(federation) === 2 && run.job().stageStep >= 4, 'updates are released without it')
    const waiting = [...decisions.asked].filter((asked) => asked.endsWith(run.journal('rosterActivated')[0]?.roster ?? ''))
    expect(waiting).toHaveLength(1)
    expect(federation.client(LAST)?.state.roster?.roster.version).toBe(1)
    expect(rollOf(run.journal('stated').at(-1) as never)).toEqual(without(LAST))
    // It waits without asking again and again.
    expect(fetched).toBeLessThan(12)
    decisions.decide('roster', run.journal('rosterActivated')[0]?.roster as never, 'approve')
    await run.finish()
    expect(run.job().outcome).toBe('finished')
    expect(followed(federation)).toEqual([2, 2, 2, 2, 2])
    expect(federation.client(LAST)?.state.jobs.get(run.job().hash)?.finals).toEqual(run.job().finals)
    expect(run.faults).toEqual([])
  })

  test('without a majority nothing changes; a later proposal takes the place of the first; one that goes back to what holds withdraws it', async () => {
    const decisions = createMemoryDecisions()
    const undecided = new Set<HospitalId>(IDS.slice(0, 3))
    const hospitals = five((h) => (undecided.has(h.id) ? { policy: ASK, decisions } : {}))
    await using run = await startDeciding(hospitals, decisions)
    const { federation } = run
    const { coordinator } = federation
    await run.finish()
    expect(run.job().outcome).toBe('finished')
    expect(currentVersion(federation)).toBe(1)
    const first = coordinator.state.proposal
    expect(first?.signatures.map((s) => s.signer).sort()).toEqual([...IDS.slice(3)].sort())
    await coordinator.proposeRoster(WITHOUT_LAST)
    await federation.until(() => coordinator.state.proposal !== null && coordinator.state.proposal.hash !== first?.hash, 'the second proposal')
    const second = coordinator.state.proposal
    await federation.until(() => decisions.asked.has(`roster ${second?.hash}`), 'people are asked again')
    // An approval of the first says nothing about the second.
    decisions.decide('roster', first?.hash as never, 'approve')
    await coordinator.proposeRoster(FOUNDING)
    await federation.until(() => coordinator.state.proposal === null, 'nothing is proposed any more')
    await coordinator.proposeRoster(WITHOUT_LAST)
    await federation.until(() => coordinator.state.proposal?.hash === second?.hash, 'proposed once more')
    for (const id of IDS.slice(0, 1)) expect(coordinator.state.proposal?.signatures.map((s) => s.signer)).not.toContain(id)
    decisions.decide('roster', second?.hash as never, 'approve')
    await federation.until(() => currentVersion(federation) === 2, 'the second is agreed')
    expect(run.faults).toEqual([])
  })
})

/** Five of whom some ask their people: the first roster is approved by them; a proposal of other custodians comes in the middle of the job. */
async function startDeciding(hospitals: ReturnType<typeof five>, decisions: ReturnType<typeof createMemoryDecisions>, fault?: Fault): Promise<Five> {
  let proposed = false
  const approveFirst = setInterval(() => {
    const [asked] = decisions.asked
    if (asked) decisions.decide('roster', asked.slice('roster '.length) as never, 'approve')
  }, 5)
  const run = await startFive(UPDATES, { hospitals, ...(fault ? { fault } : {}) })
  clearInterval(approveFirst)
  await midway(run, () => {
    if (!proposed) void run.federation.coordinator.proposeRoster(OTHER_CUSTODIANS)
    proposed = true
  })
  return run
}

test('a hospital that lost its keys enrols anew under a revoked certificate, and takes part again once the members signed its new keys', async () => {
  await using run = await startFive(fiveJob(STAGES.describe))
  const { federation } = run
  await run.finish()
  const old = federation.coordinator.state.members.get(LAST)
  await federation.kill(LAST)
  await federation.coordinator.revoke(old?.tlsKey as never)
  await federation.add(five().find((h) => h.id === LAST) as never)
  await federation.until(() => currentVersion(federation) === 2 && federation.coordinator.state.epoch.kind === 'agreed', 'the new keys are agreed')
  expect(() => federation.coordinator.authorize(old?.tlsKey as never, {} as never)).toThrow(/certificate key/)
  const next = await federation.coordinator.startJob(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 1 })))
  await federation.until(() => federation.coordinator.state.jobs.get(next)?.outcome === 'finished', 'the next job ends')
  expect(rollOf(run.journal('stated').at(-1) as never)).toEqual(IDS)
  await federation.until(() => federation.client(LAST)?.state.jobs.get(run.job().hash)?.finals.size === 1, 'it has taken the earlier release again')
  const version = federation.coordinator.state.roster
  expect(version.kind === 'agreed' && rosterHash(version.roster)).toBe(federation.client(FIRST)?.state.roster?.hash)
  expect(run.faults).toEqual([])
})
