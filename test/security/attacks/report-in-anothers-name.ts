// A complaint about a third hospital, in the name of a custodian that is slow to report.
import { decode, encode } from '../../../core/codec.ts'
import { report as reportCodec } from '../../../privacy/messages.ts'
import { signReport } from '../../../privacy/report.ts'
import type { Attack } from '../attack.ts'
import { slow } from '../hospital-moves.ts'
import { FOURTH, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: "A report in another custodian's name",
  by: 'hospital',
  wants: 'a custodian to stand for what it never said',
  defence: 'author-of-report',
  hospitals: {
    [VICTIM]: slow(1_500, 'report'),
    [FOURTH]: (tools) => ({
      calls: (honest) => ({
        async report(key, bytes) {
          const { body } = decode(reportCodec, bytes)
          const said = {
            ...body,
            custodian: VICTIM,
            entries: body.entries.map((e) => ({ ...e, verdict: { kind: 'complaint' as const, code: 'other-plan' as const } })),
          }
          await honest.report(key, encode(reportCodec, signReport(said, tools.checked(key), tools.signKey()))).catch(() => undefined)
          await honest.report(key, bytes)
        },
      }),
    }),
  },
  refused: { by: ['coordinator'], code: 'NOT_ENROLLED', entry: 'log', after: 'finishes' },
  async succeeded(run) {
    const inItsName = () =>
      run
        .centre()
        .some((e) => e.kind === 'reported' && e.report.body.custodian === VICTIM && e.report.body.entries.every((x) => x.verdict.kind === 'complaint'))
    await run.until(inItsName, "a report stands in the victim's name")
    return 'the victim is on record with complaints that it never made'
  },
}
