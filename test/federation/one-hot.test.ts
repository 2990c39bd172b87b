// Hospital i trains on 8^i rows, and misses exactly feature i in all of them: the opened counts are digits that say how often each
// hospital was counted. A digit other than 1 would prove a replay, a double count or an omission.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { refuse } from '../../core/errors.ts'
import { createSeededRandom } from '../../core/random.ts'
import type { SplitTable } from '../../core/table.ts'
import type { CallName, Fault, FaultPoint } from '../../proto/index.ts'
import { CALLS } from '../../proto/transport/calls.ts'
import { FEATURE_SET } from '../support/hospitals.ts'
import { feature, tableOf } from '../support/learning-data.ts'
import { type Party, type Run, type RunOptions, runJob } from './run.ts'
import { jobOf, SMALL_IDS, STAGES, smallHospital } from './small.ts'

const features = SMALL_IDS.map((_, j) => feature(`f${j}`, -8, 8))
const hospitals = SMALL_IDS.map((id, i) => smallHospital(id, oneHotRows(i), undefined, features))
const job = jobOf(features, STAGES.describe, STAGES.logistic(1))

function oneHotRows(i: number): SplitTable {
  const rows = Array.from({ length: 8 ** i }, (_, r) => features.map((_, j) => (j === i ? Number.NaN : (r % 16) - 8)))
  const labels = rows.map((_, r) => r % 2)
  return { train: tableOf(FEATURE_SET, features, rows, labels), heldOut: tableOf(FEATURE_SET, features, rows.slice(0, 1), labels.slice(0, 1)) }
}

/** rows, then the missing count of each feature: the first lanes of `describe`. */
const ONCE_EACH = [SMALL_IDS.reduce((sum, _, i) => sum + 8 ** i, 0), ...SMALL_IDS.map((_, i) => 8 ** i)].map(BigInt)
function expectOnceEach(run: Run): void {
  const [opened] = run.sums.get('describe') ?? []
  expect([...(opened?.subarray(0, 1 + SMALL_IDS.length) ?? [])]).toEqual(ONCE_EACH)
  expect(run.faults).toEqual([])
}
const run = async (options: RunOptions = {}): Promise<Run> => {
  const done = await runJob({ job, hospitals, ...options })
  expectOnceEach(done)
  return done
}

/** Calls that only a refusal makes (refusals.test.ts loses theirs), a lost key (key-epochs.test.ts) or the light form of co-signing (light.test.ts). */
const NOT_IN_A_CALM_RUN: readonly CallName[] = ['giveUpEpoch', 'refusePlan', 'refuseRequest', 'fingerprint', 'fetchFingerprints', 'fetchAggregate']
const ALL_CALLS = (Object.keys(CALLS) as CallName[]).filter((name) => !NOT_IN_A_CALM_RUN.includes(name))
const STREAMS = ALL_CALLS.filter((name) => CALLS[name].shape !== 'unary')

/** Loses the first call of each kind of each member at this point. */
function firstOfEach(point: FaultPoint): { readonly lost: Set<string>; readonly fault: Fault } {
  const lost = new Set<string>()
  return {
    lost,
    fault(method, { member }, at) {
      const which = `${method} ${member}`
      if (at !== point || lost.has(which)) return
      lost.add(which)
      throw refuse('UNAVAILABLE', `injected: ${which}`)
    },
  }
}
const eachMember = (names: readonly CallName[]): string[] => names.flatMap((name) => SMALL_IDS.map((id) => `${name} ${id}`)).sort()
/** g signatures, t answers and t co-signatures are enough: whoever is slower than that is not asked any more. */
const always = (which: string): boolean => !/^(sign|fetchSignRequest|answer|fetchCertificate|cosign|fetchCosignRequest|fetchContribution) /.test(which)

test('each hospital is counted exactly once when nothing goes wrong', async () => {
  await run()
})

test('and when every kind of call of every member fails once before it arrives', async () => {
  const { lost, fault } = firstOfEach('before')
  await run({ fault })
  expect([...lost].filter(always).sort()).toEqual(eachMember(ALL_CALLS).filter(always))
  expect(new Set([...lost].map((which) => which.split(' ')[0]))).toEqual(new Set(ALL_CALLS))
})

test('and when the reply of every kind of call of every member is lost once after the call took effect', async () => {
  const { lost, fault } = firstOfEach('after')
  await run({ fault })
  // The watch has no reply: it ends with the connection.
  const replied = ALL_CALLS.filter((name) => name !== 'watch')
  expect([...lost].filter(always).sort()).toEqual(eachMember(replied).filter(always))
})

test('and when every kind of stream of every member breaks once in the middle', async () => {
  const { lost, fault } = firstOfEach('chunk')
  await run({ fault })
  expect([...lost].filter(always).sort()).toEqual(eachMember(STREAMS).filter(always))
})

const seeds = fc.nat(1_000_000)
/** 0 to 99, the same for the same seed. */
function dice(seed: number): () => number {
  const random = createSeededRandom(`dice ${seed}`)
  return () => (random.fill(new Uint32Array(1))[0] as number) % 100
}

test('and when calls are lost at random, at any point, again and again', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const roll = dice(seed)
      let lost = 0
      await run({
        fault(method) {
          if (roll() >= 12) return
          lost++
          throw refuse('UNAVAILABLE', `injected: ${method}`)
        },
      })
      expect(lost).toBeGreaterThan(10)
    }),
    { numRuns: 4 },
  )
}, 60_000)

test('and when members and the coordinator die at random entries while replies are lost', async () => {
  await fc.assert(
    fc.asyncProperty(seeds, async (seed) => {
      const roll = dice(seed)
      const deaths = new Map<Party, number>()
      const done = await run({
        fault(method) {
          if (roll() < 4) throw refuse('UNAVAILABLE', `injected: ${method}`)
        },
        dies(party, seq) {
          const first = party === 'coordinator' ? SMALL_IDS.length + 2 : 1
          const count = deaths.get(party) ?? 0
          if (seq < first || count >= 6 || roll() >= 6) return null
          deaths.set(party, count + 1)
          return roll() < 50 ? 'before' : 'after'
        },
      })
      expect(done.deaths).toBeGreaterThan(3)
    }),
    { numRuns: 4 },
  )
}, 60_000)
