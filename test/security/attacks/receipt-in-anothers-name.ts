// The attacker contributes in the victim's name, before the slow victim does.
import assert from 'node:assert/strict'
import { receiptHash } from '../../../privacy/messages.ts'
import type { Attack } from '../attack.ts'
import { contributes, rollsOf, SOON_UPDATE, slow, takenFrom } from '../hospital-moves.ts'
import { FOURTH, IDS, VICTIM, without } from '../scene.ts'

export const attack: Attack = {
  title: "A contribution in another hospital's name",
  by: 'hospital',
  wants: "the victim's place: its own contribution comes second and is refused",
  defence: 'author-of-receipt',
  scene: { jobs: [SOON_UPDATE] },
  hospitals: { [VICTIM]: slow(1_500, 'contribute'), [FOURTH]: () => ({ work: contributes('fedavg', (made) => ({ ...made, member: VICTIM })) }) },
  refused: {
    by: ['coordinator'],
    code: 'NOT_ENROLLED',
    entry: 'log',
    after: 'finishes',
    also: async (run) => assert.deepEqual(rollsOf(run), [IDS, IDS, without(FOURTH)]),
  },
  async succeeded(run) {
    await run.until(() => takenFrom(run, VICTIM).length === 3, "three contributions stand in the victim's name")
    const own = run.journal(VICTIM).flatMap((e) => (e.kind === 'contributed' ? [receiptHash(e.receipt.body)] : []))
    assert(!own.includes(receiptHash((takenFrom(run, VICTIM)[2] as ReturnType<typeof takenFrom>[number]).receipt.body)))
    return "the victim's place is taken"
  },
}
