// What random operations found, shrunk, with what was wrong; each stays. The invariants hold now, and what is named beside them. Faults that a plain
// test shows stay there: a refused statistic that paused every later job (policy.test.ts), late co-signers named at once (dropouts.test.ts).
import { expect, test } from 'vitest'
import { checkInvariants } from './invariants/checks.ts'
import type { Case } from './invariants/operations.ts'
import { runCase, type World } from './invariants/world.ts'

interface Found {
  readonly what: string
  readonly run: Case
  readonly expected: (world: World) => void
}
const outcomes = ({ federation }: World): readonly unknown[] => [...federation.coordinator.state.jobs.values()].map((job) => job.outcome)

const FOUND: readonly Found[] = [
  {
    // Two receipts of one member under one opening key: the second is refused, the first counts once.
    what: 'a hospital that sends two receipts counts once',
    run: {
      light: true,
      corrupt: 4,
      operations: [
        { wait: 0, kind: 'contributor', how: 'two receipts' },
        { wait: 30, kind: 'restore', member: 0 },
      ],
    },
    expected: (world) => expect(outcomes(world)).toEqual(['finished']),
  },
]

for (const { what, run, expected } of FOUND) {
  test(what, async () => {
    await using world = await runCase(run)
    await checkInvariants(world)
    expected(world)
  })
}
