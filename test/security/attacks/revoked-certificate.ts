// A hospital whose certificate is revoked in the middle of a job goes on as if nothing had been, over the connection that it has.
import type { Attack } from '../attack.ts'
import { pausedFor, soon, takenFrom } from '../hospital-moves.ts'
import { FOURTH, STATISTIC } from '../scene.ts'

export const attack: Attack = {
  title: 'A certificate that was revoked',
  by: 'hospital',
  wants: 'to stay a member',
  defence: 'revoked-certificate',
  scene: { jobs: [soon(STATISTIC)] },
  // The honest coordinator's operator: the certificate is revoked once the first step is planned.
  coordinator: ({ coordinator }) => ({
    async run() {
      await new Promise<void>((resolve) => {
        const stop = coordinator.subscribe(({ steps, members }) => {
          const tlsKey = members.get(FOURTH)?.tlsKey
          const [first] = steps.values()
          if (!tlsKey || first?.phase.kind !== 'released') return
          stop()
          coordinator.revoke(tlsKey).then(resolve, resolve)
        })
      })
    },
  }),
  refused: {
    by: ['coordinator'],
    code: 'REVOKED',
    entry: 'log',
    after: 'pauses',
    async also(run) {
      await run.until(() => pausedFor(run).includes(FOURTH), 'the step pauses for the attacker alone')
    },
  },
  async succeeded(run) {
    await run.until(() => run.centre().some((e) => e.kind === 'revoked') && takenFrom(run, FOURTH).length === 2, 'it contributes after it was revoked')
    return 'a revoked hospital contributes'
  },
}
