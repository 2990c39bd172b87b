// A party dies at every entry of its journal, on either side of it, and is started again on its disk. One run kills at every STRIDE-th
// entry, the next run one entry later, so that all runs together have met every entry number.
import { expect, test } from 'vitest'
import { parseEvaluation, parseModel } from '../../models/index.ts'
import type { DeathPoint } from './mortal-store.ts'
import { type Party, type Run, type RunOptions, runJob } from './run.ts'
import { SMALL_IDS } from './small.ts'

const STRIDE = 6
const CUSTODIAN = SMALL_IDS[1] as Party
/** Founding and inviting come before there is anybody to talk to: coordinator-first-start.test.ts. */
const FIRST = { coordinator: SMALL_IDS.length + 2, custodian: 1 }

let undisturbed: Promise<Run> | undefined
const reference = (): Promise<Run> => (undisturbed ??= runJob())

async function expectSameResults(run: Run): Promise<void> {
  const calm = await reference()
  expect(run.faults).toEqual([])
  const [found, expected] = [run.finals, calm.finals]
  expect([...found.keys()]).toEqual(['describe', 'logistic', 'evaluate-logistic'])
  expect(found.get('describe')).toEqual(expected.get('describe'))
  // Newton's sums are rounded by coins: equal to the last lanes only.
  const beta = ({ finals }: Run): Float64Array => {
    const model = parseModel('logistic', finals.get('logistic') as Uint8Array)
    return model.kind === 'logistic' ? model.beta : new Float64Array()
  }
  beta(calm).forEach((b, i) => expect(beta(run)[i]).toBeCloseTo(b, 7))
  expect(parseEvaluation(found.get('evaluate-logistic') as Uint8Array)).toEqual(parseEvaluation(expected.get('evaluate-logistic') as Uint8Array))
}

/** Dies once at each entry from `first` on whose number leaves this rest. */
function everyNth(
  victim: Party,
  point: DeathPoint,
  stride: number,
  rest: number,
  first: number,
): { readonly met: Set<number>; readonly dies: NonNullable<RunOptions['dies']> } {
  const met = new Set<number>()
  return {
    met,
    dies(party, seq) {
      if (party !== victim || seq < first || seq % stride !== rest || met.has(seq)) return null
      met.add(seq)
      return point
    },
  }
}

for (const [name, victim, first] of [
  ['coordinator', 'coordinator', FIRST.coordinator],
  ['custodian', CUSTODIAN, FIRST.custodian],
] as const) {
  for (const point of ['before', 'after'] as const) {
    test(`a ${name} that dies right ${point} any entry of its journal goes on, and the job ends as if nothing had been`, async () => {
      const met = new Set<number>()
      let entries = Number.POSITIVE_INFINITY
      for (let rest = 0; rest < STRIDE; rest++) {
        const sweep = everyNth(victim, point, STRIDE, rest, first)
        const run = await runJob({ dies: sweep.dies })
        await expectSameResults(run)
        expect(run.deaths).toBe(sweep.met.size)
        for (const seq of sweep.met) met.add(seq)
        entries = Math.min(entries, run.entries.get(victim) ?? 0)
      }
      expect([...Array(entries - first + 1).keys()].map((i) => i + first).filter((seq) => !met.has(seq))).toEqual([])
    }, 120_000)
  }
}

test('under BGV too, at a handful of entries of both', async () => {
  const sweeps = [everyNth('coordinator', 'after', 31, 7, 10), everyNth(CUSTODIAN, 'before', 19, 5, 3)]
  const run = await runJob({ cipher: 'bgv', dies: (party, seq) => sweeps.map((s) => s.dies(party, seq)).find((point) => point !== null) ?? null })
  await expectSameResults(run)
  expect(run.deaths).toBeGreaterThan(5)
}, 60_000)
