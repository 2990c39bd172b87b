// The plan starts from weights of the coordinator's choice, made to let single rows through ("Robbing the Fed"): not init() of the job's draw, nor what the
// last release made.
import assert from 'node:assert/strict'
import { stateHash } from '../../../privacy/messages.ts'
import type { Attack } from '../attack.ts'
import { hasty, IDS, UPDATE } from '../scene.ts'

const TRAP = stateHash(new Uint8Array([1, 2, 3]))

export const attack: Attack = {
  title: 'Trap weights as initial state',
  by: 'coordinator',
  wants: 'updates computed from weights that let rows through',
  defence: 'own-state',
  scene: { jobs: [hasty(UPDATE)] },
  coordinator: ({ take, shadow, show, giveBack }) => ({
    async run() {
      const contributed = await shadow({ ...(await take((p) => p.task === 'fedavg')), state: TRAP }).contribute(IDS)
      if (contributed.length === 0) return giveBack()
      show(
        'won',
        contributed.map((c) => c.receipt.body.state),
      )
    },
  }),
  refused: { by: IDS, code: 'OTHER_STATE', entry: 'plan refusal', after: 'pauses' },
  async succeeded(run) {
    assert.deepEqual(
      await run.shown('won', 'coordinator'),
      IDS.map(() => TRAP),
    )
    return 'every hospital signed a contribution that starts from the trap'
  },
}
