// The light form of co-signing: the coordinator adds something of its own to the aggregate. Contributors have signed what theirs comes to under the statement's
// random vectors; the sum of that is not what the aggregate comes to.
import type { Work } from '../../../core/work/work.ts'
import { addJob } from '../../../privacy/jobs.ts'
import type { Attack } from '../attack.ts'
import { expectReleased, expectSame, sumOf } from '../evidence.ts'
import { addConstant, openedSums } from '../moves.ts'
import { hasty, IDS, STATISTIC } from '../scene.ts'

const SHIFT = 5n

export const attack: Attack = {
  title: 'A swapped aggregate, where co-signers do not add everything up again',
  by: 'coordinator',
  wants: 'to move the sum by what it likes',
  defence: 'fingerprints-add-up',
  scene: { jobs: [{ ...hasty(STATISTIC), cosigning: 'light' }] },
  coordinatorWork(honest): Work {
    // The first sum is the common randomness.
    let sums = 0
    return {
      async run(job, input, options) {
        const made = await honest.run(job, input, options)
        if (job.name !== addJob.name || job.module !== addJob.module || ++sums === 1) return made
        return (made as unknown as Uint8Array[]).map((bytes, j) => (j === 0 ? addConstant(bytes, SHIFT) : bytes)) as never
      },
      [Symbol.asyncDispose]: () => honest[Symbol.asyncDispose](),
    }
  },
  coordinator: (tools) => ({
    async run() {
      tools.show('moved', (await openedSums(tools, 'describe', 1))[0])
    },
  }),
  refused: { by: IDS, code: 'AGGREGATE_MISMATCH', entry: 'request refusal', after: 'abandons' },
  async succeeded(run) {
    await expectReleased(run, 'describe', 1)
    const truth = sumOf(run, IDS, 'describe')
    expectSame(
      await run.shown('moved', 'coordinator'),
      truth.map((v, i) => (i === 0 ? v + Number(SHIFT) : v)),
    )
    return 'every hospital took a sum that the coordinator moved by five'
  },
}
