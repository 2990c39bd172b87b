// The first attack of the page: the coordinator asks to open the victim's ciphertext and a known combination, with short noise added so that a linear check
// would pass. No custodian ever sees a ciphertext of the coordinator's choice: they hand over the sum of the keys of the roll, and under that sum the forgery is noise.
import assert from 'node:assert/strict'
import { PARAMETERS } from '../../../privacy/parameters.ts'
import type { Attack } from '../attack.ts'
import { addConstant, certify, gather, openBy, releaseFrom, stateOver } from '../moves.ts'
import { IDS, STATISTIC, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'A forged aggregate: the victim alone, and short noise',
  by: 'coordinator',
  wants: "to have the victim's ciphertext opened in the place of the aggregate",
  defence: null,
  scene: { jobs: [STATISTIC] },
  coordinator: (tools) => ({
    async run() {
      const step = tools.shadow(await tools.take((p) => p.task === 'describe'))
      const { reports } = await gather(step, IDS)
      const forged = (step.contributed.get(VICTIM)?.ciphertexts ?? []).map((bytes) => addConstant(bytes, PARAMETERS.plainPrime * 3n))
      const asked = await stateOver(step, IDS, IDS, forged)
      const certificate = await certify(step, asked, reports, IDS)
      const answers = await step.answer(IDS, certificate)
      await step.open(certificate, forged, answers).then(
        ({ sums }) => tools.show('opened', [...sums].map(Number)),
        (error: { code?: string }) => tools.show('noise', error.code),
      )
      const honest = await openBy(step, certificate, await step.aggregate(IDS), IDS)
      assert(honest)
      const release = await releaseFrom(tools, step, certificate, honest.opened.keySum, honest.opened.sums)
      await step.cosign(IDS, release.request)
      tools.giveBack()
    },
  }),
  refused: {
    by: IDS,
    code: 'AGGREGATE_MISMATCH',
    entry: 'request refusal',
    after: 'finishes',
    also: async (run) => assert.equal(await run.shown('noise', 'coordinator'), 'CONSTANT_LANES'),
  },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}
