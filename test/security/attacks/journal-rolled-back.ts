// The coordinator is started on an older copy of its own folder and plans the same opening key again. The victim was bound by the first plan, and had not
// contributed yet: its machine was slow.
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { refuse } from '../../../core/errors.ts'
import { contributeJob } from '../../../models/jobs.ts'
import { planHash } from '../../../privacy/messages.ts'
import type { Attack } from '../attack.ts'
import { hasty, STATISTIC, VICTIM } from '../scene.ts'

const slow = (folder: string, what: string): void => {
  if (!existsSync(join(folder, what))) throw refuse('STORE', `not before ${what}`)
}

export const attack: Attack = {
  title: 'Its own journal rolled back',
  by: 'coordinator',
  wants: 'a second plan under an opening key that was used: another roll, another sum',
  defence: 'one-plan',
  scene: { jobs: [hasty(STATISTIC)] },
  hospitals: {
    [VICTIM]: ({ collusion }) => ({
      data: (honest) => ({
        ...honest,
        async snapshot(boundary) {
          slow(collusion, 'frozen')
          return await honest.snapshot(boundary)
        },
      }),
      work: (honest) => ({
        async run(job, input, options) {
          if (job.name === contributeJob.name) slow(collusion, 'computed')
          return await honest.run(job, input, options)
        },
        [Symbol.asyncDispose]: () => honest[Symbol.asyncDispose](),
      }),
    }),
  },
  async drive(run) {
    const allow = (what: string): void => writeFileSync(join(run.folder, 'collusion', what), '')
    await run.until(() => run.centre().filter((e) => e.kind === 'snapshotDeclared').length === 3, 'all but the victim have frozen their extracts')
    await run.stop('coordinator')
    run.keep('coordinator', 'before the plan')
    run.start('coordinator')
    allow('frozen')
    await run.until(() => run.journal(VICTIM).some((e) => e.kind === 'planBound'), 'the victim is bound by the plan')
    await run.stop('coordinator', 'SIGKILL')
    run.restore('coordinator', 'before the plan')
    run.start('coordinator')
    await run.until(() => run.centre().filter((e) => e.kind === 'planned').length === 2, 'the opening key is planned again')
    allow('computed')
  },
  refused: { by: [VICTIM], code: 'OTHER_PLAN', entry: 'plan refusal', after: 'pauses' },
  async succeeded(run) {
    const plans = (): readonly string[] => run.centre().flatMap((e) => (e.kind === 'planned' ? [planHash(e.plan.plan)] : []))
    const taken = () => run.centre().find((e) => e.kind === 'contributed' && e.receipt.body.member === VICTIM)
    await run.until(() => taken() !== undefined, 'the victim contributes')
    const event = taken()
    assert(event?.kind === 'contributed' && event.receipt.body.plan === plans()[1] && plans()[0] !== plans()[1])
    return 'the victim contributed under the second plan of one opening key'
  },
}
