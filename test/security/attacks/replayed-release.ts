// Each hospital is shown the release of an earlier step as that of this one: an old model in the place of the new one.
import type { Attack } from '../attack.ts'
import { IDS, UPDATE } from '../scene.ts'

export const attack: Attack = {
  title: 'A replayed model',
  by: 'coordinator',
  wants: 'hospitals to go on with an older model',
  defence: null,
  scene: { jobs: [UPDATE] },
  coordinator: ({ coordinator }) => {
    const shown = new Set<string>()
    return {
      calls: (honest) => ({
        fetchRelease(peer, key, signal) {
          const steps = [...coordinator.state.steps.values()]
          const old = steps.find((s) => s.plan.task === 'describe')
          const isNew = steps.some((s) => s.plan.task === 'fedavg' && s.key.step === key.step)
          if (!isNew || !old || shown.has(peer.member)) return honest.fetchRelease(peer, key, signal)
          shown.add(peer.member)
          return honest.fetchRelease(peer, old.key, signal)
        },
      }),
    }
  },
  refused: { by: IDS, code: 'OTHER_PLAN', entry: 'log', after: 'finishes' },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}
