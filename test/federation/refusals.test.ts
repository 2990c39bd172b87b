// Dishonest parties at the level of the daemons: each attempt is refused by code, nothing that was received is lost, the step goes on.
import { describe, expect, test } from 'vitest'
import type { StepState } from '../../coordinator/index.ts'
import { type Codec, decode, encode } from '../../core/codec.ts'
import { refuse } from '../../core/errors.ts'
import { type Digest, type HospitalId, type OpeningKey, parseDigest } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import {
  answer as answerCodec,
  certificate as certificateCodec,
  cosignRequest,
  jobSpec,
  namedSignature,
  type Plan,
  planHash,
  type Receipt,
  receiptBody,
  receipt as receiptCodec,
  receiptHash,
  releaseBundle,
  report as reportCodec,
  rollHash,
  signedPlan,
  signedSnapshot,
  signRequest,
  snapshot as snapshotCodec,
} from '../../privacy/messages.ts'
import { signPlan } from '../../privacy/plan.ts'
import { createSignKey, signMessage } from '../../privacy/signatures.ts'
import { type CallName, type Chunks, type CoordinatorService, chunksOf, collect, type Peer } from '../../proto/index.ts'
import { FOUNDING, IDS } from '../support/hospitals.ts'
import { DATA, type Five, five, fiveJob, oneOfFive, rollOf, startFive, TWO_STEPS, without } from './five.ts'
import { STAGES } from './small.ts'

const [VICTIM, ACCOMPLICE, THIRD] = IDS as unknown as readonly [HospitalId, HospitalId, HospitalId]
const OTHER = parseDigest('7'.repeat(64))
const never = new AbortController().signal
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'served',
    (error: { code?: string }) => error.code ?? String(error),
  )

/** A service in which some calls are somebody else's; the rest is the honest coordinator's. */
const withCalls =
  (calls: (honest: CoordinatorService) => Partial<CoordinatorService>) =>
  (honest: CoordinatorService): CoordinatorService => {
    const own = calls(honest)
    return new Proxy(honest, { get: (service, name: keyof CoordinatorService) => own[name] ?? service[name] })
  }

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

describe('what members try at the coordinator', () => {
  /** What each member uploaded first: header and bytes. */
  interface Sent {
    readonly header: Uint8Array
    readonly bytes: Uint8Array
  }
  /** The second step, held in one phase because some custodians are away; then the attempts; then everybody is back. */
  async function held(
    phase: StepState['phase']['kind'],
    away: readonly HospitalId[],
    attempt: (run: Five, at: OpeningKey, sent: ReadonlyMap<HospitalId, Sent>) => Promise<void>,
    options: Parameters<typeof startFive>[1] = {},
  ): Promise<void> {
    const sent = new Map<HospitalId, Sent>()
    const wrapService = withCalls((honest) => ({
      async contribute(peer, at, header, offset, chunks, signal) {
        const bytes = await collect(chunks, LIMITS.stateBytes)
        if (at.step === 1) sent.set(peer.member, { header, bytes })
        await honest.contribute(peer, at, header, offset, chunksOf(bytes), signal)
      },
    }))
    await using run = await startFive(TWO_STEPS, { wrapService, ...options })
    await run.at(
      () => run.job().step === 2 && run.step().phase.kind === phase,
      `the step is ${phase}`,
      () => run.leave(...away),
    )
    const still = (): boolean => (phase === 'collecting' ? run.journal('deadlineExtended').length > 0 : run.journal('awaited').length > 0)
    await run.until(still, 'the step waits')
    expect(run.step().phase.kind).toBe(phase)
    const before = run.step()
    await attempt(run, run.step().key, sent)
    // Nothing that was there is gone or changed.
    expect(run.step().receipts).toEqual(before.receipts)
    expect(run.step().phase).toMatchObject({ kind: phase })
    run.comeBack(...away)
    await run.finish()
    expect(run.job().outcome).toBe('finished')
    expect(run.journal('stated').map(rollOf)).toEqual([IDS, IDS])
    expect(run.watcher.differences).toEqual([])
  }
  const peer = (member: HospitalId): Peer => ({ member })
  const keyOf = (run: Five, id: HospitalId) => {
    const key = run.federation.keystore(id).get('sign')
    if (!key) throw new Error('no key')
    return key
  }
  /** A receipt that its member did sign, of other ciphertexts. */
  function secondReceipt(run: Five, at: OpeningKey, id: HospitalId, first: Receipt): Receipt {
    const body = { ...first.body, ciphertexts: first.body.ciphertexts.map(() => OTHER as Digest) }
    return { body, signature: signMessage('receipt', { plan: first.body.plan, key: at }, encode(receiptBody, body), keyOf(run, id)) }
  }

  test('with contributions: what is not the member’s own, whole and receipted is refused, and what is there stays', async () => {
    await held('collecting', [VICTIM], async (run, at, sent) => {
      const { service } = run.federation.coordinator
      const theirs = sent.get(ACCOMPLICE) as Sent
      const first = decode(receiptCodec, theirs.header)
      const put = (who: HospitalId, header: Uint8Array, bytes: Uint8Array, offset = 0): Promise<string> =>
        codeOf(service.contribute(peer(who), at, header, offset, chunksOf(bytes), never))
      expect(await put(ACCOMPLICE, theirs.header, theirs.bytes)).toBe('served')
      expect(await put(THIRD, theirs.header, theirs.bytes)).toBe('NOT_ENROLLED')
      const second = secondReceipt(run, at, ACCOMPLICE, first)
      expect(await put(ACCOMPLICE, encode(receiptCodec, second), theirs.bytes)).toBe('SECOND_RECEIPT')
      // The victim's place is still open: none of these fills it.
      const copied = { body: { ...first.body, member: VICTIM }, signature: first.signature }
      expect(await put(VICTIM, encode(receiptCodec, copied), theirs.bytes)).toBe('BAD_SIGNATURE')
      const own: Receipt = {
        body: copied.body,
        signature: signMessage('receipt', { plan: first.body.plan, key: at }, encode(receiptBody, copied.body), keyOf(run, VICTIM)),
      }
      const header = encode(receiptCodec, own)
      const otherPlan = { ...own, body: { ...own.body, plan: OTHER } }
      expect(await put(VICTIM, encode(receiptCodec, otherPlan), theirs.bytes)).toBe('OTHER_PLAN')
      expect(await put(VICTIM, encode(receiptCodec, { ...own, body: { ...own.body, state: OTHER } }), theirs.bytes)).toBe('OTHER_STATE')
      expect(await put(VICTIM, encode(receiptCodec, { ...own, body: { ...own.body, ciphertexts: [] } }), theirs.bytes)).toBe('DIGEST_MISMATCH')
      expect(await put(VICTIM, header.subarray(0, 40), theirs.bytes)).toBe('BAD_BYTES')
      expect(await put(VICTIM, header, theirs.bytes.subarray(5), 5)).toBe('OFFSET')
      expect(await put(VICTIM, header, theirs.bytes.subarray(0, 1000))).toBe('OFFSET')
      expect(await service.contributionOffset(peer(VICTIM), at, receiptHash(own.body))).toBe(1000)
      expect(await put(VICTIM, header, new Uint8Array(theirs.bytes.length), 1000)).toBe('TOO_LARGE')
      expect(
        await put(
          VICTIM,
          header,
          theirs.bytes.subarray(1000).map((b) => b ^ 1),
          1000,
        ),
      ).toBe('DIGEST_MISMATCH')
      // Bytes that do not match are not kept: the right ones may come from the beginning.
      expect(await service.contributionOffset(peer(VICTIM), at, receiptHash(own.body))).toBe(0)
      const huge = (async function* () {
        yield new Uint8Array(LIMITS.chunkBytes + 1)
      })()
      expect(await codeOf(service.contribute(peer(VICTIM), at, header, 0, huge, never))).toBe('TOO_LARGE')
    })
  })

  test('with contributions after the candidates are closed: DEADLINE', async () => {
    await held('checking', [VICTIM, THIRD], async (run, at, sent) => {
      const { service } = run.federation.coordinator
      const { header, bytes } = sent.get(ACCOMPLICE) as Sent
      const put = (r: Receipt): Promise<string> => codeOf(service.contribute(peer(r.body.member), at, encode(receiptCodec, r), 0, chunksOf(bytes), never))
      expect(await put(decode(receiptCodec, header))).toBe('served')
      expect(await put(secondReceipt(run, at, ACCOMPLICE, decode(receiptCodec, header)))).toBe('SECOND_RECEIPT')
    })
  })

  test('a late upload to an update that went on without its sender: DEADLINE, and nothing of it is kept', async () => {
    let sent: { at: OpeningKey; header: Uint8Array } | null = null
    const wrapService = withCalls((honest) => ({
      async contribute(from, at, header, offset, chunks, signal) {
        if (from.member !== VICTIM || at.step !== 2) return await honest.contribute(from, at, header, offset, chunks, signal)
        sent = { at, header }
        throw refuse('UNAVAILABLE', 'the line is down')
      },
    }))
    await using run = await startFive(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 2 })), { wrapService })
    await run.at(
      () => run.job().step === 3 && run.step().phase.kind === 'checking',
      'the update went on',
      () => undefined,
    )
    const { at, header } = sent as unknown as { at: OpeningKey; header: Uint8Array }
    expect(await codeOf(run.federation.coordinator.service.contribute(peer(VICTIM), at, header, 0, chunksOf(new Uint8Array(5000)), never))).toBe('DEADLINE')
    await run.finish()
    expect(run.job().outcome).toBe('finished')
    expect(run.journal('stated').map(rollOf)).toEqual([IDS, IDS, without(VICTIM), IDS])
    expect([...run.federation.disk('coordinator').blobs.keys()].filter((name) => name.startsWith('spool'))).toEqual([])
  })

  test('with reports: by a stranger to custody, in another’s name, unsigned, of another plan', async () => {
    const founding = { ...FOUNDING, custodians: without(VICTIM), corrupt: 1 }
    await held(
      'checking',
      [ACCOMPLICE, THIRD],
      async (run, at) => {
        const { service } = run.federation.coordinator
        const phase = run.step().phase
        const said = phase.kind === 'checking' ? phase.reports[0] : undefined
        if (!said) throw new Error('nobody reported')
        const say = (who: HospitalId, report: typeof said): Promise<string> => codeOf(service.report(peer(who), at, encode(reportCodec, report)))
        expect(await say(said.body.custodian, said)).toBe('served')
        expect(await say(VICTIM, said)).toBe('NOT_ENROLLED')
        expect(await say(VICTIM, { ...said, body: { ...said.body, custodian: VICTIM } })).toBe('NOT_A_CUSTODIAN')
        expect(await say(ACCOMPLICE, { ...said, body: { ...said.body, custodian: ACCOMPLICE } })).toBe('BAD_SIGNATURE')
        expect(await say(said.body.custodian, { ...said, body: { ...said.body, plan: OTHER } })).toBe('OTHER_PLAN')
        expect(await codeOf(service.report(peer(VICTIM), at, new Uint8Array(3)))).toBe('BAD_BYTES')
        expect(await codeOf(collect(service.fetchCandidates(peer(VICTIM), at, never), LIMITS.stateBytes))).toBe('NOT_A_CUSTODIAN')
        expect(await codeOf(service.refuseRequest(peer(VICTIM), at, 'sign', 'POLICY'))).toBe('NOT_A_CUSTODIAN')
        expect(await codeOf(service.refuseRequest(peer(ACCOMPLICE), at, 'sign', 'FREE TEXT'))).toBe('BAD_BYTES')
      },
      { founding },
    )
  })

  test('with signatures: in another’s name, of another statement, outside the answer set', async () => {
    await held('certifying', [VICTIM, ACCOMPLICE], async (run, at) => {
      const { service } = run.federation.coordinator
      const phase = run.step().phase
      const [good] = phase.kind === 'certifying' ? phase.signatures : []
      if (!good) throw new Error('nobody signed')
      const sign = (who: HospitalId, signature: typeof good): Promise<string> => codeOf(service.sign(peer(who), at, encode(namedSignature, signature)))
      expect(await sign(good.signer, good)).toBe('served')
      expect(await sign(VICTIM, good)).toBe('NOT_ENROLLED')
      expect(await sign(VICTIM, { ...good, signer: VICTIM })).toBe('BAD_SIGNATURE')
      expect(await sign(good.signer, { ...good, signature: new Uint8Array(64) })).toBe('BAD_SIGNATURE')
      expect(await codeOf(service.sign(peer(VICTIM), at, new Uint8Array(3)))).toBe('BAD_BYTES')
      expect(await codeOf(collect(service.fetchCertificate(peer(VICTIM), at, never), LIMITS.stateBytes))).toBe('NO_CERTIFICATE')
      expect(await codeOf(collect(service.fetchRelease(peer(VICTIM), at, never), LIMITS.stateBytes))).toBe('NOT_FOUND')
      expect(await codeOf(collect(service.fetchContribution(peer(VICTIM), at, ACCOMPLICE, never), LIMITS.stateBytes))).toBe('CANCELLED')
    })
  })

  test('with answers: in another’s name, of another statement, changed by one word', async () => {
    await held('opening', [VICTIM, ACCOMPLICE, THIRD], async (run, at) => {
      const { service } = run.federation.coordinator
      const phase = run.step().phase
      const [good] = phase.kind === 'opening' ? phase.answers : []
      if (!good) throw new Error('nobody answered')
      const say = (who: HospitalId, body: typeof good): Promise<string> => codeOf(service.answer(peer(who), at, encode(answerCodec, body)))
      expect(await say(good.body.custodian, good)).toBe('served')
      expect(await say(VICTIM, good)).toBe('NOT_ENROLLED')
      expect(await say(VICTIM, { ...good, body: { ...good.body, custodian: VICTIM } })).toBe('BAD_BYTES')
      expect(await say(VICTIM, { ...good, body: { ...good.body, custodian: VICTIM, index: 1 + IDS.indexOf(VICTIM) } })).toBe('BAD_SIGNATURE')
      expect(await say(good.body.custodian, { ...good, body: { ...good.body, sum: good.body.sum.map((w) => w ^ 1) } })).toBe('BAD_SIGNATURE')
      expect(await say(good.body.custodian, { ...good, body: { ...good.body, statement: OTHER } })).toBe('OTHER_STATEMENT')
      expect(await codeOf(service.answer(peer(VICTIM), at, new Uint8Array(3)))).toBe('BAD_BYTES')
    })
  })

  test('about jobs, steps and extracts that are not theirs', async () => {
    await held('collecting', [VICTIM], async (run, at) => {
      const { service } = run.federation.coordinator
      const nowhere = { ...at, step: 77 }
      expect(await codeOf(service.fetchPlan(peer(ACCOMPLICE), nowhere))).toBe('NOT_FOUND')
      expect(await codeOf(service.fetchJob(peer(ACCOMPLICE), OTHER))).toBe('NOT_FOUND')
      expect(await codeOf(service.fetchKeyEpoch(peer(ACCOMPLICE), OTHER))).toBe('NOT_FOUND')
      expect(await codeOf(service.scored(peer(ACCOMPLICE), OTHER, 'logistic'))).toBe('NOT_FOUND')
      expect(await codeOf(service.adopted(peer(ACCOMPLICE), { ...at, job: OTHER }))).toBe('NOT_FOUND')
      expect(await codeOf(service.refusePlan(peer(ACCOMPLICE), at, 'a free text'))).toBe('BAD_BYTES')
      const [own] = run.journalOf(ACCOMPLICE, 'snapshotTaken')
      if (!own) throw new Error('no extract')
      const other = { ...own.snapshot, id: OTHER }
      const declare = (who: HospitalId, s: typeof own.snapshot, by: HospitalId): Promise<string> =>
        codeOf(
          service.declareSnapshot(
            peer(who),
            encode(signedSnapshot, { snapshot: s, signature: signMessage('snapshot', {}, encode(snapshotCodec, s), keyOf(run, by)) }),
          ),
        )
      expect(await declare(ACCOMPLICE, other, ACCOMPLICE)).toBe('DIFFERENCING')
      expect(await declare(ACCOMPLICE, other, THIRD)).toBe('BAD_SIGNATURE')
      expect(await declare(THIRD, own.snapshot, ACCOMPLICE)).toBe('NOT_ENROLLED')
      // Said again and again, what is known already takes no place in the journal.
      const entries = run.federation.disk('coordinator').journal.length
      for (let i = 0; i < 5; i++) {
        expect(await declare(ACCOMPLICE, own.snapshot, ACCOMPLICE)).toBe('served')
        await service.adopted(peer(ACCOMPLICE), { ...at, step: 0 })
      }
      expect(run.federation.disk('coordinator').journal.length).toBe(entries)
    })
  })
})
