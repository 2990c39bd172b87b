// Who may vanish when: a table over the sizes of custody, the phases of a step and both forms of co-signing. As many as the design allows may be
// gone for good and the step is released; with one more it names exactly those whom it waits for, and goes on when one of them returns.
import { describe, expect, test } from 'vitest'
import { type Policy, policyOf } from '../../client/policy.ts'
import type { FoundingOptions, JobOptions, StepState } from '../../coordinator/index.ts'
import { type HospitalId, parseHospitalId } from '../../core/ids.ts'
import type { Cosigning } from '../../privacy/messages.ts'
import { thresholds } from '../../privacy/parameters.ts'
import { type Five, rollOf, STEP_MS, startFive } from './five.ts'
import { FEATURES, jobOf, SMALL_POLICY, STAGES, smallHospital } from './small.ts'

type Kind = StepState['phase']['kind']
interface Scene {
  readonly m: number
  readonly t: number
  readonly g: number
  readonly custodians: readonly HospitalId[]
  /** A hospital that holds no shares: a contributor only. */
  readonly outsider: HospitalId
  readonly everybody: readonly HospitalId[]
  readonly founding: FoundingOptions
  readonly policy: Policy
  readonly job: JobOptions
}

function sceneOf(m: number, f: number, cosigning: Cosigning): Scene {
  const custodians = Array.from({ length: m }, (_, i) => parseHospitalId(`c${String(i + 1).padStart(2, '0')}`))
  const outsider = parseHospitalId('x01')
  const everybody = [...custodians, outsider]
  return {
    m,
    ...thresholds(m, f),
    custodians,
    outsider,
    everybody,
    founding: { federation: `${m} custodians`, hospitals: everybody.map((id) => ({ id, name: id })), custodians, corrupt: f },
    policy: policyOf({ ...SMALL_POLICY, minCohort: f + 2, corrupt: f }),
    job: { ...jobOf(FEATURES, STAGES.describe), minCohort: f + 2, stepMs: STEP_MS, cosigning },
  }
}
const start = ({ founding, policy, job, everybody }: Scene): Promise<Five> =>
  startFive(job, { founding, hospitals: everybody.map((id) => smallHospital(id, undefined, policy)) })

/** The step under test is the job's second, `describe`: exact, so nobody's bytes may be missing. */
const STEP = 1
const isOpen = (run: Five): boolean => run.job().step === STEP + 1
/** They vanish at the entry that begins the phase; in `collecting`, at the entry that takes the last of their contributions. */
async function vanish(run: Five, phase: Kind, gone: readonly HospitalId[]): Promise<void> {
  const begun = (): boolean => isOpen(run) && run.step().phase.kind === phase && (phase !== 'collecting' || gone.every((id) => run.step().receipts.has(id)))
  await run.at(begun, `the step is ${phase}`, () => run.leave(...gone))
}
const isReleased = (run: Five): boolean => run.journal('released').some((e) => e.key.step === STEP)
/** For whom the step waited, each time that it said so. */
const awaited = (run: Five): readonly (readonly HospitalId[])[] =>
  run
    .journal('awaited')
    .filter((e) => e.key.step === STEP)
    .map((e) => e.missing)

async function expectReleased(run: Five, { everybody }: Scene): Promise<void> {
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  expect(isReleased(run)).toBe(true)
  // Nobody's bytes were lost with it, and nothing was planned twice.
  expect(run.journal('stated').map(rollOf)).toEqual([everybody, everybody])
  expect(run.faults).toEqual([])
}
/** Whoever was away takes the release late, by the signatures of the others. */
async function expectCaughtUp(run: Five, { everybody }: Scene): Promise<void> {
  run.comeBack(...everybody)
  await run.finish()
  for (const id of everybody) expect(run.federation.client(id)?.state.jobs.get(run.job().hash)?.finals, id).toEqual(run.job().finals)
}

/** Phase in which custodians vanish, how many of A = all m may, and the phase that waits where one more did. */
const PHASES: readonly { readonly phase: Kind; readonly most: (scene: Scene) => number; readonly waits: Kind }[] = [
  { phase: 'collecting', most: ({ m, g }) => m - g, waits: 'checking' },
  { phase: 'checking', most: ({ m, g }) => m - g, waits: 'checking' },
  { phase: 'certifying', most: ({ m, g }) => m - g, waits: 'certifying' },
  { phase: 'opening', most: ({ m, t }) => m - t, waits: 'opening' },
  { phase: 'cosigning', most: ({ m, t }) => m - t, waits: 'cosigning' },
]

/** The rows of the table for one size of custody and one form of co-signing. */
export function dropoutTable(m: number, f: number, form: Cosigning): void {
  describe(`of ${m} custodians, ${f} of them corrupt, with co-signing in the ${form} form`, () => {
    const scene = sceneOf(m, f, form)
    for (const { phase, most, waits } of PHASES) {
      const count = most(scene)
      // From the second on: of step 1, those are asked first to co-sign.
      const turned = [...scene.custodians.slice(1), ...scene.custodians.slice(0, 1)]

      test(`${count} custodians and the hospital that holds no shares vanish in ${phase}: the step is released without them`, async () => {
        await using run = await start(scene)
        const gone = [...turned.slice(0, count), scene.outsider]
        await vanish(run, phase, gone)
        await expectReleased(run, scene)
        expect(awaited(run)).toEqual([])
        expect(run.journal('deadlineExtended')).toEqual([])
        for (const id of gone) expect(run.journalOf(id, 'adopted').map((e) => e.key.step)).toEqual([0])
        if (form === 'light') expect(run.journal('fingerprintsClosed').map((e) => e.key.step)).toEqual(phase === 'cosigning' ? closedAt(run) : [STEP])
        await expectCaughtUp(run, scene)
      })

      test(`${count + 1} custodians vanish in ${phase}: the step names them, and goes on when one returns`, async () => {
        await using run = await start(scene)
        const gone = turned.slice(0, count + 1)
        await vanish(run, phase, gone)
        await run.until(() => awaited(run).length > 0, 'the step says for whom it waits')
        expect(awaited(run).map((missing) => [...missing].sort())).toEqual([[...gone].sort()])
        expect(run.step().phase.kind).toBe(waits)
        expect(isReleased(run)).toBe(false)
        run.comeBack(gone[count] as HospitalId)
        await expectReleased(run, scene)
        await expectCaughtUp(run, scene)
      })
    }

    test('a custodian of an answer set of g is needed to certify, whoever else is back', async () => {
      await using run = await start(scene)
      const early = scene.custodians.slice(0, m - scene.g)
      const [needed] = scene.custodians.slice(-1) as [HospitalId]
      await vanish(run, 'checking', early)
      await run.at(
        () => isOpen(run) && run.step().phase.kind === 'certifying',
        'the statement names g custodians',
        () => {
          run.leave(needed)
          run.comeBack(...early)
        },
      )
      await run.until(() => awaited(run).length > 0, 'the step says for whom it waits')
      expect(run.journal('stated')[STEP]?.statement.answerSet).toHaveLength(scene.g)
      expect(awaited(run)).toEqual([[needed]])
      run.comeBack(needed)
      await expectReleased(run, scene)
      await expectCaughtUp(run, scene)
    })

    test('of an answer set of g, g - t may vanish after certification; with one more it names those of the set alone', async () => {
      await using run = await start(scene)
      const early = scene.custodians.slice(0, m - scene.g)
      const late = scene.custodians.slice(m - scene.g, m - scene.t + 1)
      await vanish(run, 'checking', early)
      await vanish(run, 'opening', late)
      await run.until(() => awaited(run).length > 0, 'the step says for whom it waits')
      expect(awaited(run)).toEqual([late])
      run.comeBack(late[0] as HospitalId)
      await expectReleased(run, scene)
      await expectCaughtUp(run, scene)
    })

    test('a contributor whose bytes are not in is waited for by name, custodian or not; the same receipts serve when it returns', async () => {
      await using run = await start(scene)
      const gone = [scene.custodians[0] as HospitalId, scene.outsider]
      await run.at(
        () => isOpen(run) && run.step().receipts.size === 0,
        'the step is planned',
        () => run.leave(...gone),
      )
      await run.until(() => run.journal('deadlineExtended').length === 2, 'the pause is renewed')
      expect(run.journal('deadlineExtended').map((e) => e.missing)).toEqual([gone, gone])
      const before = run.step().receipts
      run.comeBack(gone[1] as HospitalId)
      await run.until(() => run.journal('deadlineExtended').length === 3, 'one of the two is still missing')
      expect(run.journal('deadlineExtended')[2]?.missing).toEqual([gone[0]])
      run.comeBack(gone[0] as HospitalId)
      await expectReleased(run, scene)
      const receipts = new Map(run.journal('contributed').flatMap((e) => (e.key.step === STEP ? [[e.receipt.body.member, e.receipt]] : [])))
      for (const [member, receipt] of before) expect(receipts.get(member)).toEqual(receipt)
    })
  })
}

/** In co-signing, whoever had sent its fingerprint before it vanished is not waited for. */
const closedAt = (run: Five): readonly number[] => {
  const [sent, asked] = [run.journal('fingerprinted'), run.journal('contributed')].map((entries) => entries.filter((e) => e.key.step === STEP).length)
  return (sent ?? 0) < (asked ?? 0) ? [STEP] : []
}
