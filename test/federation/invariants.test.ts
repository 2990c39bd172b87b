// A few random cases of everything that may happen to a federation at once; thousands of steps of them: test/slow/federation/invariants.test.ts.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkInvariants } from './invariants/checks.ts'
import { cases } from './invariants/operations.ts'
import { runCase } from './invariants/world.ts'

test('whatever happens, nothing opens that must not, nothing is lost, nothing counts twice, and every job ends', async () => {
  let steps = 0
  await fc.assert(
    fc.asyncProperty(cases(8), async (run) => {
      await using world = await runCase(run)
      steps += (await checkInvariants(world)).steps
    }),
    { numRuns: 5 },
  )
  expect(steps).toBeGreaterThan(15)
}, 120_000)
