// Random cases of everything that may happen to a federation; fast-check shrinks what fails and prints its list of operations, which then belongs
// among test/federation/found. The same cases each time, so that a failure is a change of the code; other ones by INVARIANT_SEED and INVARIANT_RUNS.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkInvariants } from '../../federation/invariants/checks.ts'
import { cases } from '../../federation/invariants/operations.ts'
import { runCase } from '../../federation/invariants/world.ts'

const SEED = Number(process.env.INVARIANT_SEED ?? 20_261_122)
const RUNS = Number(process.env.INVARIANT_RUNS ?? 120)
const TIME_MS = 400_000
const MOST_OPERATIONS = 12

test('whatever happens, nothing opens that must not, nothing is lost, nothing counts twice, and every job ends', async () => {
  const count = { runs: 0, steps: 0, deaths: 0 }
  const beganMs = performance.now()
  await fc.assert(
    fc.asyncProperty(cases(MOST_OPERATIONS), async (run) => {
      await using world = await runCase(run)
      count.steps += (await checkInvariants(world)).steps
      count.deaths += world.deaths
      count.runs++
    }),
    { seed: SEED, numRuns: RUNS, interruptAfterTimeLimit: TIME_MS, markInterruptAsFailure: false },
  )
  const seconds = (performance.now() - beganMs) / 1000
  console.info(
    `${count.runs} runs, ${count.steps} steps, ${count.deaths} deaths in ${seconds.toFixed(0)} s: ${(count.steps / seconds).toFixed(1)} steps a second`,
  )
  expect(count.steps).toBeGreaterThan(100)
}, 600_000)
