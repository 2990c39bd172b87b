// The victim does not contribute; the coordinator shows its receipt and sealed shares of an earlier step in its name. Both are bound to their plan.
import { decode } from '../../../core/codec.ts'
import type { HospitalId } from '../../../core/ids.ts'
import { LIMITS } from '../../../core/limits.ts'
import { type Candidate, candidates } from '../../../privacy/messages.ts'
import { chunksOf, collect } from '../../../proto/index.ts'
import type { Attack } from '../attack.ts'
import { IDS, UPDATE, VICTIM, without } from '../scene.ts'
import { candidatesOf } from '../shadow-step.ts'

export const attack: Attack = {
  title: 'A replayed contribution',
  by: 'coordinator',
  wants: 'a roll with a hospital in it that is not there, and its key shares once more',
  defence: null,
  scene: { jobs: [UPDATE] },
  coordinator: ({ take, shadow, show, giveBack, coordinator }) => {
    const old = new Map<HospitalId, Candidate>()
    return {
      calls: (honest) => ({
        async *fetchCandidates(peer, key, signal) {
          const bytes = await collect(honest.fetchCandidates(peer, key, signal), LIMITS.stateBytes)
          const own = decode(candidates, bytes).find(({ receipt }) => receipt.body.member === VICTIM)
          const isDescribe = [...coordinator.state.steps.values()].some((s) => s.plan.task === 'describe' && s.key.step === key.step)
          if (own && isDescribe) old.set(peer.member, own)
          yield* chunksOf(bytes)
        },
      }),
      async run() {
        const step = shadow(await take((p) => p.task === 'fedavg'))
        await step.contribute(without(VICTIM))
        const replayed = (custodian: HospitalId): readonly Candidate[] => [old.get(custodian)].filter((c) => c !== undefined)
        const reports = await step.check(IDS, (custodian) => [...candidatesOf(step.contributed, step.checked, custodian), ...replayed(custodian)])
        const receipt = replayed(VICTIM)[0]?.receipt
        if (!receipt) throw new Error('nothing to replay')
        const others = [...step.contributed.values()].map((c) => c.receipt)
        const roll = step.entries(without(VICTIM))
        const statement = step.statement(roll, IDS, await step.aggregate(without(VICTIM)))
        const signatures = await step.sign(IDS, { statement, roll, receipts: [receipt, ...others], reports })
        if (signatures.length > 0) return show('won')
        giveBack()
      },
    }
  },
  refused: { by: IDS, code: 'OTHER_PLAN', entry: 'request refusal', after: 'finishes' },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}
