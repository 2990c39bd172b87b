// A dishonest coordinator at the level of the daemons: each attempt is refused by code, nothing that was received is lost, the step goes on.
import { describe, expect, test } from 'vitest'
import { type Codec, decode, encode } from '../../core/codec.ts'
import { refuse } from '../../core/errors.ts'
import type { OpeningKey } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import {
  certificate as certificateCodec,
  cosignRequest,
  jobSpec,
  type Plan,
  planHash,
  releaseBundle,
  rollHash,
  signedPlan,
  signRequest,
} from '../../privacy/messages.ts'
import { signPlan } from '../../privacy/plan.ts'
import { createSignKey, signMessage } from '../../privacy/signatures.ts'
import { type CallName, type Chunks, type CoordinatorService, chunksOf, collect, type Peer } from '../../proto/index.ts'
import { FOUNDING, IDS } from '../support/hospitals.ts'
import { OTHER, THIRD, VICTIM, withCalls } from './dishonest.ts'
import { DATA, five, fiveJob, oneOfFive, rollOf, startFive, TWO_STEPS, without } from './five.ts'
import { STAGES } from './small.ts'

describe('a coordinator that shows one hospital something else', () => {
  const key = createSignKey().privateKey
  const resign =
    (change: (plan: Plan) => Plan) =>
    (bytes: Uint8Array): Uint8Array =>
      encode(signedPlan, signPlan(change(decode(signedPlan, bytes).plan), key))
  const lies: readonly [string, (plan: Uint8Array) => Uint8Array, string][] = [
    ['another state', resign((p) => ({ ...p, state: OTHER })), 'OTHER_STATE'],
    ['finer lanes', resign((p) => ({ ...p, layout: { ...p.layout, valueBits: p.layout.valueBits - 1 } })), 'OTHER_LAYOUT'],
    ['wider clips', resign((p) => ({ ...p, layout: { ...p.layout, segments: p.layout.segments.map((s) => ({ ...s, clip: s.clip / 2 })) } })), 'OTHER_LAYOUT'],
    ['another stage', resign((p) => ({ ...p, stage: 'logistic' })), 'OTHER_PLAN'],
    ['another task', resign((p) => ({ ...p, task: 'logistic' })), 'OTHER_PLAN'],
    ['another step of the stage', resign((p) => ({ ...p, stageStep: 1 })), 'OTHER_PLAN'],
    ['a statistic as an update', resign((p) => ({ ...p, disclosure: 'update' })), 'OTHER_PLAN'],
    ['another audience', resign((p) => ({ ...p, audience: 'coordinator' })), 'OTHER_PLAN'],
    ['another kind of privacy', resign((p) => ({ ...p, privacy: 'none' })), 'OTHER_PLAN'],
    ['noise that nobody adds', resign((p) => ({ ...p, privacy: 'dp' })), 'POLICY'],
    ['other inputs', resign((p) => ({ ...p, inputs: { ...p.inputs, rowCap: 1 } })), 'OTHER_PLAN'],
    [
      'another extract of its own',
      resign((p) => ({ ...p, snapshots: p.snapshots.map((s) => (s.member === VICTIM ? { ...s, id: OTHER } : s)) })),
      'DIFFERENCING',
    ],
    ['a block list that is not the group', resign((p) => ({ ...p, blocks: [without(THIRD)] })), 'BAD_PLAN'],
    ['a least cohort of three', resign((p) => ({ ...p, minCohort: 3 })), 'BAD_PLAN'],
    [
      'a cohort without it',
      resign((p) => ({ ...p, groups: [without(VICTIM)], blocks: [without(VICTIM)], snapshots: p.snapshots.filter((s) => s.member !== VICTIM) })),
      'NOT_INVITED',
    ],
    ['another roster', resign((p) => ({ ...p, roster: OTHER })), 'OTHER_ROSTER'],
    ['another step', resign((p) => ({ ...p, key: { ...p.key, step: 2 } })), 'OTHER_PLAN'],
    ['another protocol version', resign((p) => ({ ...p, protocol: 99 })), 'OTHER_VERSION'],
    [
      "a plan under a stranger's signature",
      (bytes) => encode(signedPlan, signPlan(decode(signedPlan, bytes).plan, createSignKey().privateKey)),
      'BAD_SIGNATURE',
    ],
    [
      'a plan changed after it was signed',
      (bytes) => encode(signedPlan, { ...decode(signedPlan, bytes), plan: { ...decode(signedPlan, bytes).plan, deadlineMs: 1 } }),
      'BAD_SIGNATURE',
    ],
    ['bytes that are no plan', (bytes) => bytes.subarray(0, bytes.length - 9), 'BAD_BYTES'],
  ]
  for (const [what, lie, code] of lies) {
    test(`${what}: ${code}`, async () => {
      const wrapService = withCalls((honest) => ({
        fetchPlan: async (peer, at) => (peer.member === VICTIM && at.step === 1 ? lie(await honest.fetchPlan(peer, at)) : await honest.fetchPlan(peer, at)),
      }))
      await using run = await startFive(TWO_STEPS, { wrapService, coordinatorKey: key })
      await run.until(() => run.journal('deadlineExtended').length > 0, 'the step is paused')
      expect([...run.step().refusals]).toEqual([[VICTIM, code]])
      expect(run.journalOf(VICTIM, 'contributed').map((e) => e.key.step)).toEqual([0])
      expect([...run.step().receipts.keys()].sort()).toEqual(without(VICTIM))
    })
  }

  test('a smaller block list than the one its records were opened over before: DIFFERENCING', async () => {
    const less = without(THIRD)
    const smaller = resign((p) => ({ ...p, groups: [less], blocks: [less], snapshots: p.snapshots.filter((s) => s.member !== THIRD) }))
    const wrapService = withCalls((honest) => ({
      fetchPlan: async (peer, at) => (peer.member === VICTIM && at.step === 2 ? smaller(await honest.fetchPlan(peer, at)) : await honest.fetchPlan(peer, at)),
    }))
    const three = fiveJob(STAGES.describe, STAGES.logistic(1))
    await using run = await startFive(three, { wrapService, coordinatorKey: key })
    await run.until(() => run.journal('deadlineExtended').length > 0, 'the step is paused')
    expect(run.step().refusals.get(VICTIM)).toBe('DIFFERENCING')
  })

  test('a second plan for an opening key after it bound the first: OTHER_PLAN', async () => {
    let shown = 0
    const later = resign((p) => ({ ...p, deadlineMs: p.deadlineMs + 1 }))
    const wrapService = withCalls((honest) => ({
      async fetchPlan(peer, at) {
        const bytes = await honest.fetchPlan(peer, at)
        return peer.member === VICTIM && at.step === 1 && shown++ > 0 ? later(bytes) : bytes
      },
    }))
    // The first try fails after the plan was bound.
    let tries = 0
    const [honest] = five().filter((h) => h.id === VICTIM)
    const data = {
      ...honest?.data,
      table: () => (tries++ === 0 ? Promise.reject(refuse('STORE', 'injected')) : Promise.resolve(DATA.sites[0])),
    } as NonNullable<typeof honest>['data']
    await using run = await startFive(TWO_STEPS, { wrapService, coordinatorKey: key, hospitals: oneOfFive(VICTIM, { data }) })
    await run.until(() => run.journal('deadlineExtended').length > 0, 'the step is paused')
    expect(shown).toBeGreaterThan(1)
    expect([...run.step().refusals]).toEqual([[VICTIM, 'OTHER_PLAN']])
    const bound = run.journalOf(VICTIM, 'planBound').filter((e) => e.plan.plan.key.step === 1)
    expect(bound.map((e) => planHash(e.plan.plan))).toEqual([run.step().planHash])
  })

  for (const [what, lie, code] of [
    ['another specification than the one of the hash', (bytes: Uint8Array) => changedSpec(bytes), 'OTHER_PLAN'],
    ['a specification without the signature', (bytes: Uint8Array) => bytes.map((b, i) => (i === bytes.length - 1 ? b ^ 1 : b)), 'BAD_SIGNATURE'],
  ] as const) {
    test(`${what}: ${code}`, async () => {
      const wrapService = withCalls((honest) => ({
        fetchJob: async (peer, job) => (peer.member === VICTIM ? lie(await honest.fetchJob(peer, job)) : await honest.fetchJob(peer, job)),
      }))
      await using run = await startFive(TWO_STEPS, { wrapService, coordinatorKey: key })
      await run.until(() => run.journal('deadlineExtended').length > 0, 'the step is paused')
      expect([...run.step().refusals]).toEqual([[VICTIM, code]])
      expect(run.journalOf(VICTIM, 'jobLearnt')).toEqual([])
    })
  }
  const changedSpec = (bytes: Uint8Array): Uint8Array => {
    const spec = { ...decode(jobSpec, bytes.subarray(0, -64)), nonce: new Uint8Array(16) }
    return new Uint8Array(Buffer.concat([encode(jobSpec, spec), signMessage('job', {}, encode(jobSpec, spec), key)]))
  }

  test('in an update, the others go on without the one that was lied to', async () => {
    const wrapService = withCalls((honest) => ({
      fetchPlan: async (peer, at) =>
        peer.member === VICTIM && at.step === 2 ? resign((p) => ({ ...p, state: OTHER }))(await honest.fetchPlan(peer, at)) : await honest.fetchPlan(peer, at),
    }))
    await using run = await startFive(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 2 })), { wrapService, coordinatorKey: key })
    await run.finish()
    expect(run.job().outcome).toBe('finished')
    expect(run.journal('stated').map(rollOf)).toEqual([IDS, IDS, without(VICTIM), IDS])
    expect(run.journal('planRefused').map((e) => [e.member, e.code])).toEqual([[VICTIM, 'OTHER_STATE']])
  })
})

describe('a coordinator that asks a custodian for what it must not do', () => {
  async function* changed<T>(codec: Codec<T>, chunks: Chunks, change: (value: T) => T): Chunks {
    yield encode(codec, change(decode(codec, await collect(chunks, LIMITS.stateBytes))))
  }
  const isVictim = (peer: Peer, at: OpeningKey): boolean => peer.member === VICTIM && at.step === 1
  const lies: readonly [string, (honest: CoordinatorService) => Partial<CoordinatorService>, 'sign' | 'answer' | 'cosign', string][] = [
    [
      'to sign for a roll without one member of the block',
      (honest) => ({
        fetchSignRequest: (peer, at, s) =>
          isVictim(peer, at)
            ? changed(signRequest, honest.fetchSignRequest(peer, at, s), (r) => ({
                ...r,
                roll: r.roll.slice(1),
                statement: { ...r.statement, roll: rollHash(r.roll.slice(1)) },
              }))
            : honest.fetchSignRequest(peer, at, s),
      }),
      'sign',
      'ROLL_NOT_BLOCKS',
    ],
    [
      'to sign without the reports of the others',
      (honest) => ({
        fetchSignRequest: (peer, at, s) =>
          isVictim(peer, at)
            ? changed(signRequest, honest.fetchSignRequest(peer, at, s), (r) => ({ ...r, reports: r.reports.filter((x) => x.body.custodian === VICTIM) }))
            : honest.fetchSignRequest(peer, at, s),
      }),
      'sign',
      'ROLL_EXCLUDED',
    ],
    [
      'to answer without a certificate',
      (honest) => ({
        fetchCertificate: (peer, at, s) =>
          isVictim(peer, at)
            ? changed(certificateCodec, honest.fetchCertificate(peer, at, s), (c) => ({ ...c, signatures: c.signatures.slice(1) }))
            : honest.fetchCertificate(peer, at, s),
      }),
      'answer',
      'NO_CERTIFICATE',
    ],
    [
      'to co-sign another release',
      (honest) => ({
        fetchCosignRequest: (peer, at, s) =>
          isVictim(peer, at)
            ? changed(cosignRequest, honest.fetchCosignRequest(peer, at, s), (r) => ({
                ...r,
                release: { ...r.release, sums: r.release.sums.map((v, i) => (i === 0 ? v + 1n : v)) },
              }))
            : honest.fetchCosignRequest(peer, at, s),
      }),
      'cosign',
      'RELEASE_MISMATCH',
    ],
    [
      'to co-sign over ciphertexts that no receipt names',
      (honest) => ({
        fetchContribution: (peer, at, member, s) =>
          isVictim(peer, at) ? zeros(honest.fetchContribution(peer, at, member, s)) : honest.fetchContribution(peer, at, member, s),
      }),
      'cosign',
      'DIGEST_MISMATCH',
    ],
  ]
  const WAITING = { sign: 'certifying', answer: 'opening', cosign: 'cosigning' } as const
  async function* zeros(chunks: Chunks): Chunks {
    for await (const chunk of chunks) yield new Uint8Array(chunk.length)
  }
  for (const [what, lie, phase, code] of lies) {
    test(`${what}: refused with ${code}, and the others are enough`, async () => {
      // The co-signers of step 1 are the second to the fourth of A: the lie is told to one of them. The refusal itself is lost twice.
      const lost = new Set<string>()
      const fault = (method: CallName, _peer: Peer, point: string): void => {
        if (method !== 'refuseRequest' || lost.has(point)) return
        lost.add(point)
        throw refuse('UNAVAILABLE', 'injected')
      }
      const custodians = [...without(VICTIM).slice(0, 1), VICTIM, ...without(VICTIM).slice(1)]
      await using run = await startFive(TWO_STEPS, { wrapService: withCalls(lie), fault, founding: { ...FOUNDING, custodians } })
      // So few others are there that the step waits for the one that refuses.
      const away = without(VICTIM).slice(phase === 'sign' ? 3 : 2)
      await run.at(
        () => run.job().step === 2 && run.step().phase.kind === WAITING[phase],
        `others are asked to ${phase}`,
        () => run.leave(...away),
      )
      await run.until(() => run.journal('requestRefused').length > 0, 'the refusal is journalled')
      run.comeBack(...away)
      await run.finish()
      expect(run.job().outcome).toBe('finished')
      expect(run.journal('requestRefused').map((e) => [e.key.step, e.member, e.phase, e.code])).toEqual([[1, VICTIM, phase, code]])
      expect([...lost].sort()).toEqual(['after', 'before'])
      expect(run.faults.filter((f) => !f.startsWith('request refused') && !f.includes('a custodian refuses'))).toEqual([])
    })
  }

  test('or shows it spoilt candidates: it reports nothing of them, and the step goes on without it', async () => {
    const wrapService = withCalls((honest) => ({
      fetchCandidates: (peer, at, s) => (isVictim(peer, at) ? chunksOf(new Uint8Array(100)) : honest.fetchCandidates(peer, at, s)),
    }))
    await using run = await startFive(TWO_STEPS, { wrapService })
    await run.finish()
    expect(run.job().outcome).toBe('finished')
    expect(run.journal('stated')[1]?.statement.answerSet).toEqual(without(VICTIM))
  })

  test('or shows a member a release that is not the co-signed one: it does not take it, and takes the true one later', async () => {
    let lies = 0
    const wrapService = withCalls((honest) => ({
      fetchRelease: (peer, at, s) =>
        isVictim(peer, at) && lies++ < 2
          ? changed(releaseBundle, honest.fetchRelease(peer, at, s), (b) => ({ ...b, release: { ...b.release, sums: b.release.sums.map((v) => v + 1n) } }))
          : honest.fetchRelease(peer, at, s),
    }))
    await using run = await startFive(TWO_STEPS, { wrapService })
    await run.finish()
    expect(lies).toBe(3)
    expect(run.federation.client(VICTIM)?.state.jobs.get(run.job().hash)?.finals).toEqual(run.job().finals)
    expect(run.journalOf(VICTIM, 'adopted')).toHaveLength(2)
  })
})
