// The certified statement names ciphertexts of the coordinator's choice as the aggregate: whoever verifies by it later verifies another sum.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { adoptedStates } from '../evidence.ts'
import { addConstant, certify, gather, openBy, releaseFrom, stateOver } from '../moves.ts'
import { IDS, STATISTIC } from '../scene.ts'

export const attack: Attack = {
  title: 'A swapped aggregate',
  by: 'coordinator',
  wants: 'a certificate and co-signatures over ciphertexts that are not the sum of the roll',
  defence: 'aggregate-readded',
  scene: { jobs: [STATISTIC] },
  coordinator: (tools) => ({
    async run() {
      const step = tools.shadow(await tools.take((plan) => plan.task === 'describe'))
      const { reports } = await gather(step, IDS)
      const sum = await step.aggregate(IDS)
      const asked = await stateOver(
        step,
        IDS,
        IDS,
        sum.map((bytes) => addConstant(bytes, 1n)),
      )
      const certificate = await certify(step, asked, reports, IDS)
      const made = await openBy(step, certificate, sum, IDS)
      assert(made)
      const release = await releaseFrom(tools, step, certificate, made.opened.keySum, made.opened.sums)
      const cosignatures = await step.cosign(IDS, release.request)
      if (cosignatures.length < step.checked.t) return tools.giveBack()
      await step.publish(IDS, release.bundle(cosignatures))
      tools.show('won', release.request.nextState)
    },
  }),
  refused: { by: IDS, code: 'AGGREGATE_MISMATCH', entry: 'request refusal', after: 'finishes' },
  async succeeded(run) {
    const state = await run.shown<string>('won', 'coordinator')
    for (const id of IDS) assert(adoptedStates(run, id).includes(state), `${id} took the release`)
    return 'every hospital took a release whose certificate names ciphertexts that nobody sent'
  },
}
