// Steps that end without a release of their own: abandoned (counts as opened), retired (never opens, costs nothing), stored (was released before).
import { describe, expect, test } from 'vitest'
import { spentOn } from '../../client/differencing.ts'
import { type Codec, decode, encode } from '../../core/codec.ts'
import { refuse } from '../../core/errors.ts'
import type { HospitalId } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import { signAnswer } from '../../privacy/answer.ts'
import { type Answer, answer as answerCodec, cosignRequest, signRequest } from '../../privacy/messages.ts'
import { checkPlan } from '../../privacy/plan.ts'
import { type Chunks, type CoordinatorService, collect, type Fault } from '../../proto/index.ts'
import { BOUNDARY, FOUNDING, IDS, POLICY } from '../support/hospitals.ts'
import { withCalls } from './dishonest.ts'
import { type Five, five, fiveJob, rollOf, startFive, TWO_STEPS } from './five.ts'
import { STAGES } from './small.ts'

const [A, B, C] = IDS as unknown as readonly [HospitalId, HospitalId, HospitalId]

async function* changed<T>(codec: Codec<T>, chunks: Chunks, change: (value: T) => T): Chunks {
  yield encode(codec, change(decode(codec, await collect(chunks, LIMITS.stateBytes))))
}
const ends = (run: Five, id: HospitalId): unknown[] => run.journalOf(id, 'ended').map((e) => [e.key.step, e.how])
const charge = (run: Five, id: HospitalId): ReturnType<typeof spentOn> => {
  const client = run.federation.client(id)
  if (!client) throw new Error(`${id} is down`)
  return spentOn(client.state.reading, BOUNDARY)
}

/** Custodians are shown something that they must refuse, in step 1 only. */
const lies: readonly [string, string, (honest: CoordinatorService, told: readonly HospitalId[]) => Partial<CoordinatorService>, number][] = [
  [
    'sign',
    'ROLL_EXCLUDED',
    (honest, told) => ({
      fetchSignRequest: (peer, at, s) =>
        at.step === 1 && told.includes(peer.member)
          ? changed(signRequest, honest.fetchSignRequest(peer, at, s), (r) => ({ ...r, reports: r.reports.filter((x) => x.body.custodian === peer.member) }))
          : honest.fetchSignRequest(peer, at, s),
    }),
    2,
  ],
  [
    'co-sign',
    'RELEASE_MISMATCH',
    (honest, told) => ({
      fetchCosignRequest: (peer, at, s) =>
        at.step === 1 && told.includes(peer.member)
          ? changed(cosignRequest, honest.fetchCosignRequest(peer, at, s), (r) => ({
              ...r,
              release: { ...r.release, sums: r.release.sums.map((v, i) => (i === 0 ? v + 1n : v)) },
            }))
          : honest.fetchCosignRequest(peer, at, s),
    }),
    3,
  ],
]
describe('a step that too few custodians serve', () => {
  for (const [phase, code, lie, count] of lies) {
    test(`because they refuse to ${phase} is abandoned by ${code}; it stays charged, and the statistic is asked again under a new key`, async () => {
      await using run = await startFive(TWO_STEPS, { wrapService: withCalls((honest) => lie(honest, IDS.slice(0, count))) })
      await run.finish()
      expect(run.job().outcome).toBe('finished')
      expect(run.journal('abandoned').map((e) => [e.key.step, e.code])).toEqual([[1, code]])
      expect(run.journal('released').map((e) => e.key.step)).toEqual([0, 2])
      for (const id of IDS) {
        expect(ends(run, id)).toEqual([[1, 'abandoned']])
        expect(charge(run, id).values).toBe(2 * (run.journal('planned')[2]?.plan.plan.layout.segments ?? []).reduce((n, s) => n + s.length, 0))
        expect(run.federation.client(id)?.state.jobs.get(run.job().hash)?.finals).toEqual(run.job().finals)
      }
      expect([...run.federation.disk('coordinator').blobs.keys()].filter((name) => /^(spool|aggregate|fingerprint)/.test(name))).toEqual([])
    })
  }

  test('ends an update job: the same state is never asked for twice', async () => {
    const wrapService = withCalls((honest) => ({
      fetchSignRequest: (peer, at, s) =>
        at.step === 2 && (peer.member === A || peer.member === B)
          ? changed(signRequest, honest.fetchSignRequest(peer, at, s), (r) => ({ ...r, reports: [] }))
          : honest.fetchSignRequest(peer, at, s),
    }))
    await using run = await startFive(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 2 })), { wrapService })
    await run.finish()
    expect(run.job().outcome).toEqual({ failed: 'OTHER_REPORT' })
    expect(run.journal('planned')).toHaveLength(3)
    for (const id of IDS) expect(ends(run, id)).toEqual([[2, 'abandoned']])
  })
})

describe('answers', () => {
  /** Custodians that sign an answer with a wrong word, in step 1. */
  const wrong = (run: () => Five, told: readonly HospitalId[]) =>
    withCalls((honest) => ({
      async answer(peer, at, bytes) {
        if (at.step !== 1 || !told.includes(peer.member)) return await honest.answer(peer, at, bytes)
        const { body } = decode(answerCodec, bytes)
        await honest.answer(
          peer,
          at,
          encode(answerCodec, resigned(run(), { ...body, sum: body.sum.map((w, i) => (i === 7 ? (w + 1_000_003 * (body.index + 1) ** 2) % 2147483647 : w)) })),
        )
      },
    }))
  function resigned(run: Five, body: Answer['body']): Answer {
    const { federation } = run
    const state = federation.client(body.custodian)?.state
    const signed = run.step().signed
    const [keyEpoch] = state?.keyEpochs.values() ?? []
    const key = federation.keystore(body.custodian).get('sign')
    if (!state?.roster || !keyEpoch || !key) throw new Error('no keys')
    return signAnswer(body, checkPlan(signed, { roster: state.roster.roster, keyEpoch }), key)
  }

  test('of which f are wrong still open, from the others', async () => {
    await using run: Five = await startFive(TWO_STEPS, { wrapService: wrong(() => run, [A, B]) })
    await run.finish()
    expect(run.job().outcome).toBe('finished')
    expect(run.journal('abandoned')).toEqual([])
  })

  test('of which too many are wrong open nothing: the step is abandoned by code, and the next one opens', async () => {
    await using run: Five = await startFive(TWO_STEPS, { wrapService: wrong(() => run, [A, B, C]) })
    await run.finish()
    expect(run.job().outcome).toBe('finished')
    expect(run.journal('abandoned').map((e) => [e.key.step, e.code])).toEqual([[1, 'KEY_BOUND']])
  })
})

test('custodians whose uploads were cut would sign no roll without them: the key is retired before anybody is asked, and nothing is spent', async () => {
  const cut = new Set<HospitalId>()
  // The first thousand bytes arrive, then the connection breaks.
  async function* beginning(chunks: Chunks, broken: () => void): Chunks {
    for await (const chunk of chunks) {
      yield chunk.subarray(0, 1000)
      broken()
      throw refuse('UNAVAILABLE', 'injected')
    }
  }
  const wrapService = withCalls((honest) => ({
    async contribute(peer, at, header, offset, chunks, signal) {
      if (at.step !== 2 || ![A, B].includes(peer.member) || cut.has(peer.member)) return await honest.contribute(peer, at, header, offset, chunks, signal)
      cut.add(peer.member)
      await honest.contribute(
        peer,
        at,
        header,
        offset,
        beginning(chunks, () => started.leave(peer.member)),
        signal,
      )
    },
  }))
  const policy = { ...POLICY, minCohort: 3, corrupt: 1 }
  const job = { ...fiveJob(STAGES.describe, STAGES.fedavg({ steps: 1 })), minCohort: 3 }
  await using started: Five = await startFive(job, {
    wrapService,
    hospitals: five(() => ({ policy })),
    founding: { ...FOUNDING, custodians: IDS.slice(0, 4), corrupt: 1 },
  })
  await started.until(() => started.journal('awaited').length > 0, 'the step waits for their reports')
  started.comeBack(A, B)
  await started.finish()
  expect([...cut].sort()).toEqual([A, B])
  expect(started.journal('retired').map((e) => e.key.step)).toEqual([2])
  expect(started.job().outcome).toBe('finished')
  expect(started.journal('stated').map(rollOf)).toEqual([IDS, IDS, [], IDS])
})

test('a custodian that comes with its contribution as the candidates close has sent nothing, and signs the roll without it', async () => {
  const closed = Promise.withResolvers<void>()
  const fault: Fault = async (method, { member }, point) => {
    if (method === 'contributionOffset' && member === A && point === 'before' && run.job().step === 3) await closed.promise
  }
  await using run: Five = await startFive(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 1 })), { fault })
  const watching = run.federation.coordinator.subscribe(() => run.journal('candidatesClosed').some((e) => e.key.step === 2) && closed.resolve())
  await run.finish()
  watching()
  expect(run.job().outcome).toBe('finished')
  expect(run.journal('stated').map(rollOf)).toEqual([IDS, IDS, IDS.filter((id) => id !== A)])
  expect(run.journal('requestRefused')).toEqual([])
  expect(run.journalOf(A, 'contributed').map((e) => e.key.step)).toEqual([0, 1, 2])
  expect(
    run
      .journalOf(A, 'left')
      .filter((e) => e.what === 'contribution')
      .map((e) => e.about?.step),
  ).toEqual([0, 1])
})

describe('a job that asks what was released before', () => {
  test('is served from that release: nothing is contributed or opened, and every member takes the same state', async () => {
    await using run = await startFive(fiveJob(STAGES.describe, STAGES.logistic(2)))
    await run.finish()
    const first = run.job()
    const second = await run.federation.coordinator.startJob(fiveJob(STAGES.describe, STAGES.logistic(2)))
    const job = () => run.federation.coordinator.state.jobs.get(second)
    await run.until(() => job()?.outcome !== 'running' && IDS.every((id) => job()?.adopted.get(id) === job()?.releases.length), 'the second job has ended')
    expect(job()?.outcome).toBe('finished')
    expect(job()?.finals).toEqual(first.finals)
    expect(
      run
        .journal('planned')
        .filter((e) => e.plan.plan.key.job === second)
        .map((e) => e.plan.plan.stage),
    ).toEqual(['randomness'])
    expect(run.journal('reused').map((e) => [e.key.step, e.from.step])).toEqual(Array.from({ length: first.step - 1 }, (_, i) => [i + 1, i + 1]))
    for (const id of IDS) {
      expect(run.federation.client(id)?.state.jobs.get(second)?.finals).toEqual(first.finals)
      expect(charge(run, id).jobs).toEqual(new Set([first.hash]))
    }
  })

  test('over another extract or with other parameters is another question', async () => {
    await using run = await startFive(fiveJob(STAGES.describe, STAGES.logistic(2)))
    await run.finish()
    const second = await run.federation.coordinator.startJob(fiveJob(STAGES.describe, STAGES.logistic(1)))
    const job = () => run.federation.coordinator.state.jobs.get(second)
    await run.until(() => job()?.outcome !== 'running', 'the second job has ended')
    expect(job()?.outcome).toBe('finished')
    expect(run.journal('reused').map((e) => e.key.step)).not.toContain(run.job().step)
    expect(
      run
        .journal('planned')
        .filter((e) => e.plan.plan.key.job === second)
        .map((e) => e.plan.plan.stage),
    ).toContain('logistic')
  })
})
