// A receipt in order, half of its bytes, and then nothing. In a statistic the step pauses and names who is missing.
import assert from 'node:assert/strict'
import { decode } from '../../../core/codec.ts'
import { LIMITS } from '../../../core/limits.ts'
import { receipt as receiptCodec } from '../../../privacy/messages.ts'
import { chunksOf, collect } from '../../../proto/index.ts'
import type { Attack } from '../attack.ts'
import { pausedFor, soon, takenFrom, taskOf } from '../hospital-moves.ts'
import { FOURTH, STATISTIC } from '../scene.ts'

export const attack: Attack = {
  title: 'A receipt with half its bytes, and then silence',
  by: 'hospital',
  wants: 'to stand on the roll with bytes that nobody has: the step could never open',
  defence: 'contribution-whole',
  scene: { jobs: [soon(STATISTIC)] },
  hospitals: {
    [FOURTH](tools) {
      let said = false
      return {
        calls: (honest) => ({
          async contribute(key, header, offset, chunks, signal) {
            if (taskOf(tools, key) !== 'describe') return await honest.contribute(key, header, offset, chunks, signal)
            // A repetition is never made: the call does not return, as where the machine has gone.
            if (said) return await new Promise<void>(() => undefined)
            said = true
            const bytes = await collect(chunks, LIMITS.stateBytes)
            assert(decode(receiptCodec, header))
            await honest.contribute(key, header, offset, chunksOf(bytes.subarray(0, bytes.length / 2)), signal)
          },
        }),
      }
    },
  },
  refused: {
    by: ['coordinator'],
    code: 'OFFSET',
    entry: 'log',
    after: 'pauses',
    async also(run) {
      await run.until(() => pausedFor(run).includes(FOURTH), 'the step pauses for the attacker alone')
      assert.equal(takenFrom(run, FOURTH).length, 1)
    },
  },
  async succeeded(run) {
    await run.until(() => takenFrom(run, FOURTH).length === 2, 'half a contribution is taken')
    return 'half a contribution stands among the candidates'
  },
}
