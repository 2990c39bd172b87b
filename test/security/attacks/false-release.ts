// Everything is honest up to the opening; then co-signers are shown sums that are not what the aggregate opens to, and the model that follows from them.
import assert from 'node:assert/strict'
import type { Attack } from '../attack.ts'
import { adoptedStates } from '../evidence.ts'
import { certify, gather, openBy, releaseFrom, shifted, stateOver } from '../moves.ts'
import { IDS, STATISTIC } from '../scene.ts'

export const attack: Attack = {
  title: 'A false release',
  by: 'coordinator',
  wants: 'every hospital to go on with a model of its choice',
  defence: 'release-reopened',
  scene: { jobs: [STATISTIC] },
  coordinator: (tools) => ({
    async run() {
      const step = tools.shadow(await tools.take((plan) => plan.task === 'describe'))
      const { reports } = await gather(step, IDS)
      const asked = await stateOver(step, IDS)
      const certificate = await certify(step, asked, reports, IDS)
      const made = await openBy(step, certificate, asked.aggregate, IDS)
      assert(made)
      const lie = await releaseFrom(tools, step, certificate, made.opened.keySum, shifted(made.opened.sums))
      const cosignatures = await step.cosign(IDS, lie.request)
      if (cosignatures.length < step.checked.t) return tools.giveBack()
      await step.publish(IDS, lie.bundle(cosignatures))
      tools.show('won', lie.request.nextState)
    },
  }),
  refused: { by: IDS, code: 'RELEASE_MISMATCH', entry: 'request refusal', after: 'finishes' },
  async succeeded(run) {
    const state = await run.shown<string>('won', 'coordinator')
    for (const id of IDS) assert(adoptedStates(run, id).includes(state), `${id} took the false state`)
    return 'every hospital took a model that follows from sums which nothing opens to'
  },
}
