// Only the attacker itself can open its shares. Certified, three custodians would have to refuse to answer: the step counts as opened and gives nothing.
import assert from 'node:assert/strict'
import { SHARE_WORDS_BYTES } from '../../../privacy/share-words.ts'
import type { Attack } from '../attack.ts'
import { contributes, rollsOf, seal } from '../hospital-moves.ts'
import { FOURTH, IDS, without } from '../scene.ts'

export const attack: Attack = {
  title: 'Key shares that open for some custodians only',
  by: 'hospital',
  wants: 'a step that is certified, charged to everybody, and cannot open',
  defence: 'complaints-exclude',
  hospitals: {
    [FOURTH]: (tools) => ({
      work: contributes(
        'describe',
        (made, { plan, keyEpoch }) => ({
          ...made,
          sealedShares: made.sealedShares.map((own, i) => {
            const receiver = keyEpoch.keys[i]?.key.custodian
            // 0xff everywhere: opens, but no word is below p.
            return receiver && receiver !== FOURTH
              ? seal(plan, keyEpoch, tools.id, receiver, new Uint8Array(SHARE_WORDS_BYTES).fill(0xff), keyEpoch.epoch)
              : own
          }),
        }),
        1,
      ),
    }),
  },
  refused: {
    by: ['coordinator'],
    code: 'ROLL_EXCLUDED',
    entry: 'log',
    after: 'finishes',
    async also(run) {
      assert.deepEqual(rollsOf(run), [IDS, [], IDS])
      assert.equal(run.centre().filter((e) => e.kind === 'abandoned').length, 0)
      for (const id of without(FOURTH)) {
        const said = run.journal(id).flatMap((e) => (e.kind === 'custody' && e.event.kind === 'reported' ? e.event.report.body.entries : []))
        const complaints = said.filter((entry) => entry.verdict.kind === 'complaint')
        assert.deepEqual(
          complaints.map((entry) => entry.member),
          [FOURTH],
        )
      }
    },
  },
  async succeeded(run) {
    const ended = () => run.centre().flatMap((e) => (e.kind === 'abandoned' ? [e.code] : []))
    await run.until(() => ended().length > 0, 'the step is abandoned after it was certified')
    assert.equal(ended()[0], 'ROLL_EXCLUDED')
    return 'a certified step was abandoned: charged, and opened by nobody'
  },
}
