// The light form of co-signing between whole daemons: the same release as the full form, and what it refuses, names and survives.
import { describe, expect, test } from 'vitest'
import type { JobOptions } from '../../coordinator/index.ts'
import { type Codec, decode, encode } from '../../core/codec.ts'
import { refuse } from '../../core/errors.ts'
import type { HospitalId, OpeningKey } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import { signFingerprint } from '../../privacy/fingerprint.ts'
import { cosignRequest, type Fingerprint, fingerprint, fingerprints } from '../../privacy/messages.ts'
import { type CallName, type Chunks, type CoordinatorService, collect, type Fault, type Peer } from '../../proto/index.ts'
import { FOUNDING, IDS, POLICY } from '../support/hospitals.ts'
import { VICTIM, withCalls } from './dishonest.ts'
import { type Five, five, fiveJob, oneOfFive, STEP_MS, startFive, TWO_STEPS, without } from './five.ts'
import { type Party, runJob } from './run.ts'
import { FEATURES, jobOf, SMALL_IDS, STAGES, shortJob, smallHospital } from './small.ts'

const light = (job: JobOptions): JobOptions => ({ ...job, cosigning: 'light' })
const codes = (run: Five): readonly unknown[] => run.journal('requestRefused').map((e) => [e.key.step, e.member, e.phase, e.code])
/** Members whose contributions a co-signer asked for again, by `co-signer step`. */
function refetching(): { readonly asked: Map<string, HospitalId[]>; readonly wrap: (honest: CoordinatorService) => CoordinatorService } {
  const asked = new Map<string, HospitalId[]>()
  const wrap = withCalls((honest) => ({
    fetchContribution(peer, key, member, signal) {
      const place = `${peer.member} ${key.step}`
      asked.set(place, [...(asked.get(place) ?? []), member])
      return honest.fetchContribution(peer, key, member, signal)
    },
  }))
  return { asked, wrap }
}

test('a light step opens what the full form opens, under BGV, and each co-signer refetches one contribution, of another, not five', async () => {
  const { asked, wrap } = refetching()
  // Dyadic rows: `describe` opens to the same bytes whatever the coins of rounding.
  const hospitals = five((h) => ({ data: smallHospital(h.id).data }))
  const job: JobOptions = { ...jobOf(FEATURES, STAGES.describe), minCohort: 4, stepMs: STEP_MS }
  await using full = await startFive(job, { cipher: 'bgv', hospitals })
  await full.finish()
  await using run = await startFive(light(job), { cipher: 'bgv', hospitals, wrapService: wrap })
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  const final = async (of: Five): Promise<Uint8Array> => await of.federation.coordinator.finalState(of.job().hash, 'describe')
  expect(await final(run)).toEqual(await final(full))
  for (const id of IDS) expect(run.journalOf(id, 'fingerprinted').map((e) => e.key.step)).toEqual([0, 1])
  expect(
    run
      .journal('fingerprinted')
      .map((e) => `${e.key.step} ${e.member}`)
      .sort(),
  ).toEqual(['0', '1'].flatMap((s) => IDS.map((id) => `${s} ${id}`)).sort())
  expect(run.journal('fingerprintsClosed')).toEqual([])
  expect(asked.size).toBeGreaterThanOrEqual(6)
  for (const [place, members] of asked) {
    expect(members).toHaveLength(1)
    expect(place.startsWith(`${members[0]} `)).toBe(false)
  }
  expect(full.journal('fingerprinted')).toEqual([])
  expect(run.faults).toEqual([])
})

test('without being told, the coordinator plans the full form for small sums', async () => {
  await using run = await startFive(TWO_STEPS)
  await run.finish()
  expect(run.journal('planned').map((e) => e.plan.plan.cosigning)).toEqual(['full', 'full'])
})

test('a contributor that is gone after certification is waited for as long as the patience lasts, and refetched then', async () => {
  const { asked, wrap } = refetching()
  await using run = await startFive(light(TWO_STEPS), { wrapService: wrap })
  await run.at(
    () => run.job().step === 2 && run.step().phase.kind === 'opening',
    'the roll is certified',
    () => run.leave(VICTIM),
  )
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  expect(run.journal('fingerprintsClosed').map((e) => [e.key.step, e.missing])).toEqual([[1, [VICTIM]]])
  const second = [...asked].filter(([place]) => place.endsWith(' 1'))
  expect(second.length).toBeGreaterThanOrEqual(3)
  for (const [, members] of second) {
    expect(members).toContain(VICTIM)
    expect(members).toHaveLength(2)
  }
  run.comeBack(VICTIM)
  await run.finish()
  expect(run.federation.client(VICTIM)?.state.jobs.get(run.job().hash)?.finals).toEqual(run.job().finals)
})

test('a hospital whose policy lists only the full form refuses a light plan by POLICY', async () => {
  await using run = await startFive(light(TWO_STEPS), { hospitals: oneOfFive(VICTIM, { policy: { ...POLICY, cosigning: ['full'] } }) })
  await run.until(() => run.journal('deadlineExtended').length > 0, 'the step is paused')
  expect(run.journal('planRefused').map((e) => [e.key.step, e.member, e.code])).toEqual([[0, VICTIM, 'POLICY']])
  expect(run.journalOf(VICTIM, 'contributed')).toEqual([])
})

describe('a coordinator that shows one co-signer', () => {
  const isVictim = (peer: Peer, at: OpeningKey): boolean => peer.member === VICTIM && at.step === 1
  async function* changed<T>(codec: Codec<T>, chunks: Chunks, change: (value: T) => T): Chunks {
    yield encode(codec, change(decode(codec, await collect(chunks, LIMITS.stateBytes))))
  }
  async function* flipped(chunks: Chunks): Chunks {
    for await (const chunk of chunks) yield chunk.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
  }
  const lies: readonly [string, (honest: CoordinatorService) => Partial<CoordinatorService>, string][] = [
    [
      'another aggregate',
      (honest) => ({
        fetchAggregate: (peer, at, s) => (isVictim(peer, at) ? flipped(honest.fetchAggregate(peer, at, s)) : honest.fetchAggregate(peer, at, s)),
      }),
      'AGGREGATE_MISMATCH',
    ],
    [
      'another release',
      (honest) => ({
        fetchCosignRequest: (peer, at, s) =>
          isVictim(peer, at)
            ? changed(cosignRequest, honest.fetchCosignRequest(peer, at, s), (r) => ({
                ...r,
                release: { ...r.release, sums: r.release.sums.map((v, i) => (i === 0 ? v + 1n : v)) },
              }))
            : honest.fetchCosignRequest(peer, at, s),
      }),
      'RELEASE_MISMATCH',
    ],
    [
      'contributions that no receipt names, where fingerprints are missing',
      (honest) => ({
        fetchFingerprints: (peer, at, s) =>
          isVictim(peer, at) ? changed(fingerprints, honest.fetchFingerprints(peer, at, s), (all) => all.slice(1)) : honest.fetchFingerprints(peer, at, s),
        fetchContribution: (peer, at, member, s) =>
          isVictim(peer, at) ? flipped(honest.fetchContribution(peer, at, member, s)) : honest.fetchContribution(peer, at, member, s),
      }),
      'DIGEST_MISMATCH',
    ],
  ]
  for (const [what, lie, code] of lies) {
    test(`${what}: refused with ${code}, and the others are enough`, async () => {
      const custodians = [...without(VICTIM).slice(0, 1), VICTIM, ...without(VICTIM).slice(1)]
      await using run = await startFive(light(TWO_STEPS), { wrapService: withCalls(lie), founding: { ...FOUNDING, custodians } })
      const away = without(VICTIM).slice(2)
      await run.at(
        () => run.job().step === 2 && run.step().phase.kind === 'cosigning',
        'co-signing begins',
        () => run.leave(...away),
      )
      await run.until(() => run.journal('requestRefused').length > 0, 'the refusal is journalled')
      run.comeBack(...away)
      await run.finish()
      expect(run.job().outcome).toBe('finished')
      expect(codes(run)).toEqual([[1, VICTIM, 'cosign', code]])
    })
  }
  test('fingerprints that are changed, or none at all: it refetches those, and co-signs', async () => {
    const { asked, wrap } = refetching()
    const spoil = (all: readonly Fingerprint[]): readonly Fingerprint[] =>
      all.slice(1).map((f, i) => (i > 0 ? f : { ...f, body: { ...f.body, words: f.body.words.map((w) => w ^ 1n) } }))
    const lie = withCalls((honest) => ({
      fetchFingerprints: (peer, at, s) => changed(fingerprints, honest.fetchFingerprints(peer, at, s), (all) => (at.step === 0 ? [] : spoil(all))),
    }))
    await using run = await startFive(light(TWO_STEPS), { wrapService: (honest) => lie(wrap(honest)) })
    await run.finish()
    expect(run.job().outcome).toBe('finished')
    for (const [place, members] of asked) expect(new Set(members).size, place).toBe(place.endsWith(' 0') ? 5 : 3)
    expect(run.faults).toEqual([])
  })
})

describe('a hospital that signs a false fingerprint', () => {
  /** Replaces what the liar sends on the way: signed by its own key. */
  const lying = (federation: () => Five): ((honest: CoordinatorService) => CoordinatorService) =>
    withCalls((honest) => ({
      async fingerprint(peer, at, bytes) {
        if (peer.member !== VICTIM || at.step !== 1) return await honest.fingerprint(peer, at, bytes)
        const { body } = decode(fingerprint, bytes)
        const run = federation()
        const key = await run.federation.keystore(VICTIM).get('sign')
        if (!key) throw new Error('no key')
        const lie = signFingerprint({ ...body, words: body.words.map((w, i) => (i === 0 ? w ^ 1n : w)) }, run.step(), key)
        await honest.fingerprint(peer, at, encode(fingerprint, lie))
      },
    }))

  test('is named in the journal of every co-signer with the proof, the roll is refetched, and the step is released', async () => {
    const { asked, wrap } = refetching()
    let run: Five | null = null
    run = await startFive(light(TWO_STEPS), { wrapService: (honest) => lying(() => run as Five)(wrap(honest)) })
    await using started = run
    await started.finish()
    expect(started.job().outcome).toBe('finished')
    const cosigners = started
      .journal('cosigned')
      .filter((e) => e.key.step === 1)
      .map((e) => e.signature.signer)
    expect(cosigners).toHaveLength(3)
    for (const id of cosigners) {
      const named = started.journalOf(id, 'custody').flatMap(({ event }) => (event.kind === 'fingerprintFalse' ? [event.fingerprint.body.member] : []))
      expect(named).toEqual([VICTIM])
      // Drawn, it is found out alone; otherwise the sum does not come out, and everybody is refetched.
      const refetched = new Set(asked.get(`${id} 1`))
      expect(refetched.has(VICTIM)).toBe(true)
      expect([1, 5]).toContain(refetched.size)
    }
    expect(started.faults.filter((f) => !f.includes('FINGERPRINT_FALSE'))).toEqual([])
    expect(started.faults.length).toBeGreaterThanOrEqual(3)
  })
})

describe('killed at any entry of a light step', () => {
  // Two steps: every entry of the light form, in a sweep that stays short.
  const job = light(jobOf(FEATURES, STAGES.describe))
  const reference = runJob({ job })
  const CUSTODIAN = SMALL_IDS[1] as Party
  for (const [victim, first] of [
    ['coordinator', SMALL_IDS.length + 2],
    [CUSTODIAN, 1],
  ] as const)
    for (const point of ['before', 'after'] as const)
      test(`the ${victim === 'coordinator' ? victim : 'custodian'} that dies right ${point} goes on with the same bytes`, async () => {
        const met = new Set<number>()
        for (const rest of [0, 1, 2, 3, 4]) {
          const run = await runJob({
            job,
            dies(party, seq) {
              if (party !== victim || seq < first || seq % 5 !== rest || met.has(seq)) return null
              met.add(seq)
              return point
            },
          })
          expect(run.finals.get('describe')).toEqual((await reference).finals.get('describe'))
          expect(run.faults).toEqual([])
        }
        expect(met.size).toBeGreaterThan(25)
      }, 120_000)
})

test('lost calls of the light form are made again, with the same bytes', async () => {
  const calls: readonly CallName[] = ['fingerprint', 'fetchFingerprints', 'fetchAggregate', 'fetchContribution']
  for (const point of ['before', 'chunk', 'after'] as const) {
    const lost = new Set<string>()
    const fault: Fault = (method, { member }, at) => {
      const which = `${method} ${member}`
      if (at !== point || !calls.includes(method) || lost.has(which)) return
      lost.add(which)
      throw refuse('UNAVAILABLE', `injected: ${which}`)
    }
    const run = await runJob({ job: light(shortJob()), fault })
    expect(run.faults).toEqual([])
    expect(lost.size).toBeGreaterThanOrEqual(point === 'chunk' ? 3 : 4 + 3)
  }
})

test('a contribution that the coordinator does not show again is asked for again, never another in its place', async () => {
  const { asked, wrap } = refetching()
  let refusals = 0
  const fault: Fault = (method, _peer, point) => {
    if (method !== 'fetchContribution' || point !== 'after' || refusals >= 12) return
    refusals++
    throw refuse('UNAVAILABLE', 'withheld')
  }
  await using run = await startFive(light(fiveJob(STAGES.describe)), { wrapService: wrap, fault })
  await run.finish()
  expect(refusals).toBe(12)
  for (const members of asked.values()) expect(new Set(members).size).toBe(1)
})
