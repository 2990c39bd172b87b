// Custodians are asked to answer with the certificate of an earlier step: its roll, its signatures, all genuine. Signatures are over the plan and the opening
// key, and shares are kept by them.
import { decode } from '../../../core/codec.ts'
import { openingKeyText } from '../../../core/ids.ts'
import { releaseBundle } from '../../../privacy/messages.ts'
import type { Attack } from '../attack.ts'
import { gather } from '../moves.ts'
import { IDS, UPDATE } from '../scene.ts'

export const attack: Attack = {
  title: 'A replayed roll and certificate',
  by: 'coordinator',
  wants: 'an opening that no custodian has agreed to',
  defence: null,
  scene: { jobs: [UPDATE] },
  coordinator: ({ take, shadow, show, giveBack, coordinator, store }) => ({
    async run() {
      const step = shadow(await take((p) => p.task === 'fedavg'))
      await gather(step, IDS)
      const old = [...coordinator.state.steps.values()].find((s) => s.plan.task === 'describe')
      if (!old) throw new Error('no earlier step')
      const { certificate } = decode(releaseBundle, await store.readBlob(`bundle.${openingKeyText(old.key)}`))
      if ((await step.answer(IDS, certificate)).length > 0) return show('won')
      giveBack()
    },
  }),
  refused: { by: IDS, code: 'OTHER_PLAN', entry: 'request refusal', after: 'finishes' },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}
