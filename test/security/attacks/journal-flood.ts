// Small calls without end, each of which says something new: refusals with ever other codes, scores of stages that do not exist, extracts that nobody
// asks for. Whatever is taken is an entry in the journal of the coordinator, which is read again at every start.
import assert from 'node:assert/strict'
import { encode, hash } from '../../../core/codec.ts'
import { signedSnapshot, snapshot as snapshotCodec } from '../../../privacy/messages.ts'
import { signMessage } from '../../../privacy/signatures.ts'
import type { Attack } from '../attack.ts'
import { taskOf } from '../hospital-moves.ts'
import type { AttackRun } from '../launcher.ts'
import { FOURTH } from '../scene.ts'

const CALLS = 40
const CODES = ['BAD_PLAN', 'POLICY'] as const

/** Entries that stem from the attacker's calls beyond the honest ones. */
const entries = (run: AttackRun): number =>
  run.centre().filter((e) => e.kind === 'requestRefused' || e.kind === 'scored' || (e.kind === 'snapshotDeclared' && e.snapshot.boundary.startsWith('flood')))
    .length

export const attack: Attack = {
  title: 'Calls without end that are entries of the journal',
  by: 'hospital',
  wants: "the coordinator's journal to grow until it cannot start",
  defence: 'said-once',
  hospitals: {
    [FOURTH]: (tools) => ({
      calls: (honest) => ({
        async contribute(key, header, offset, chunks, signal) {
          if (taskOf(tools, key) === 'describe') {
            for (let i = 0; i < CALLS; i++) {
              const snapshot = { boundary: `flood ${i}`, member: tools.id, id: hash('test/flood', Buffer.from(String(i))) }
              const signature = signMessage('snapshot', {}, encode(snapshotCodec, snapshot), tools.signKey())
              await honest.declareSnapshot(encode(signedSnapshot, { snapshot, signature })).catch(() => undefined)
              await honest.scored(key.job, `stage ${i}`).catch(() => undefined)
              // Of a step that is over: what it says there delays nobody.
              await honest.refuseRequest({ ...key, step: 0 }, 'sign', CODES[i % 2] as string).catch(() => undefined)
            }
            tools.show('flooded')
          }
          await honest.contribute(key, header, offset, chunks, signal)
        },
      }),
    }),
  },
  refused: {
    by: ['coordinator'],
    code: 'NOT_FOUND',
    entry: 'log',
    after: 'finishes',
    async also(run) {
      await run.shown('flooded', FOURTH)
      assert(entries(run) <= 1, `${entries(run)} entries`)
    },
  },
  async succeeded(run) {
    await run.shown('flooded', FOURTH)
    await run.until(() => entries(run) === 3 * CALLS, 'each call is an entry')
    return `${3 * CALLS} calls, ${3 * CALLS} entries`
  },
}
