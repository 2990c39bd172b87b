// As many random cases of everything that may happen to a federation as fit into the time; fast-check shrinks what fails and prints its list of
// operations, which then belongs among test/federation/found.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkInvariants } from '../../federation/invariants/checks.ts'
import { cases } from '../../federation/invariants/operations.ts'
import { runCase } from '../../federation/invariants/world.ts'

const TIME_MS = 210_000
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
    { numRuns: 100_000, interruptAfterTimeLimit: TIME_MS, markInterruptAsFailure: false },
  )
  const seconds = (performance.now() - beganMs) / 1000
  console.info(
    `${count.runs} runs, ${count.steps} steps, ${count.deaths} deaths in ${seconds.toFixed(0)} s: ${(count.steps / seconds).toFixed(1)} steps a second`,
  )
  expect(count.steps).toBeGreaterThan(100)
}, 600_000)
