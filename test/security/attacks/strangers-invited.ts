// The victim is invited into a group of hospitals that are on no roster: the coordinator's own puppets, so that the sum is the victim.
import assert from 'node:assert/strict'
import { parseHospitalId } from '../../../core/ids.ts'
import type { Attack } from '../attack.ts'
import { regrouped } from '../moves.ts'
import { hasty, UPDATE, VICTIM } from '../scene.ts'

const GROUP = [VICTIM, parseHospitalId('puppet-a'), parseHospitalId('puppet-b')]

export const attack: Attack = {
  title: 'A cohort of strangers',
  by: 'coordinator',
  wants: 'the victim alone among puppets whose vectors it knows',
  defence: 'members-only',
  scene: { jobs: [hasty(UPDATE)] },
  coordinator: (tools) => ({
    async run() {
      const plan = await tools.take((p) => p.task === 'fedavg')
      const [contributed] = await tools.shadow(await regrouped(tools, plan, [GROUP])).contribute([VICTIM])
      if (!contributed) return tools.giveBack()
      tools.show('won', contributed.receipt.body.member)
    },
  }),
  refused: { by: [VICTIM], code: 'OFF_THE_ROSTER', entry: 'plan refusal', after: 'finishes' },
  async succeeded(run) {
    assert.equal(await run.shown('won', 'coordinator'), VICTIM)
    return 'the victim contributed to a cohort of puppets'
  },
}
