// Dishonest members at the level of the daemons: each attempt is refused by code, nothing that was received is lost, the step goes on.
import { describe, expect, test } from 'vitest'
import type { StepState } from '../../coordinator/index.ts'
import { decode, encode } from '../../core/codec.ts'
import { refuse } from '../../core/errors.ts'
import type { Digest, HospitalId, OpeningKey } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import {
  answer as answerCodec,
  namedSignature,
  type Receipt,
  receiptBody,
  receipt as receiptCodec,
  receiptHash,
  report as reportCodec,
  signedSnapshot,
  snapshot as snapshotCodec,
} from '../../privacy/messages.ts'
import { signMessage } from '../../privacy/signatures.ts'
import { chunksOf, collect, type Peer } from '../../proto/index.ts'
import { FOUNDING, IDS } from '../support/hospitals.ts'
import { ACCOMPLICE, codeOf, never, OTHER, THIRD, VICTIM, withCalls } from './dishonest.ts'
import { type Five, fiveJob, rollOf, startFive, TWO_STEPS, without } from './five.ts'
import { STAGES } from './small.ts'

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
      // One upload a member: whoever begins under another receipt gives up what it began before.
      expect(await put(VICTIM, encode(receiptCodec, secondReceipt(run, at, VICTIM, own)), theirs.bytes.subarray(0, 10))).toBe('OFFSET')
      expect([...run.federation.disk('coordinator').blobs.keys()].filter((name) => name.startsWith('spool') && name.includes(`.${VICTIM}.`))).toHaveLength(1)
      expect(await service.contributionOffset(peer(VICTIM), at, receiptHash(own.body))).toBe(0)
      expect(await put(VICTIM, header, theirs.bytes.subarray(0, 1000))).toBe('OFFSET')
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
