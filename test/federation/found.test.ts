// What random operations found, shrunk, with what was wrong; each stays. The invariants hold now, and what is named beside them.
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
    // The exact step was paused for ever, and with it every later job.
    what: 'a hospital whose policy refuses a statistic: its job ends by that code, and the next one runs',
    run: {
      light: false,
      corrupt: 4,
      operations: [
        { wait: 0, kind: 'policy', member: 1, refuses: 'describe' },
        { wait: 0, kind: 'job', again: false },
      ],
    },
    expected: (world) => expect(outcomes(world)).toEqual([{ failed: 'POLICY' }, 'finished']),
  },
  {
    // Not a fault of honest code: its own bytes are for the plan that it was shown. The step stays paused and names it.
    what: 'a coordinator that shows one hospital another valid plan stands before a pause that names that hospital',
    run: { light: false, corrupt: 0, operations: [{ wait: 0, kind: 'coordinator', shows: 'another plan', member: 2, times: 1 }] },
    expected: (world) => expect([world.isEquivocated, outcomes(world)]).toEqual([true, ['running']]),
  },
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
