// The coordinator publishes a model that no custodian has co-signed, first; each hospital recomputes it from the false sums, and that agrees.
import assert from 'node:assert/strict'
import { decode, encode } from '../../../core/codec.ts'
import { LIMITS } from '../../../core/limits.ts'
import { type ReleaseBundle, stateHash, stepEnd } from '../../../privacy/messages.ts'
import { chunksOf, collect } from '../../../proto/index.ts'
import type { Attack } from '../attack.ts'
import { adoptedStates } from '../evidence.ts'
import { nextStateOf, shifted } from '../moves.ts'
import { IDS, STATISTIC } from '../scene.ts'

export const attack: Attack = {
  title: 'Different models for different hospitals, co-signed by nobody',
  by: 'coordinator',
  wants: 'a hospital to go on with a model of its choice',
  defence: 'cosignatures',
  scene: { jobs: [STATISTIC] },
  coordinator: (tools) => {
    const shown = new Set<string>()
    return {
      calls: (honest) => ({
        async *fetchRelease(peer, key, signal) {
          const end = decode(stepEnd, await collect(honest.fetchRelease(peer, key, signal), LIMITS.stateBytes))
          if (end.kind !== 'released') throw new Error(`step ${key.step} is ${end.kind}`)
          const { bundle } = end
          const lies = bundle.plan.plan.task === 'describe' && !shown.has(peer.member)
          if (lies) shown.add(peer.member)
          yield* chunksOf(encode(stepEnd, { kind: 'released', bundle: lies ? await falsified(bundle, BigInt(1 + IDS.indexOf(peer.member))) : bundle }))
        },
      }),
    }
    async function falsified(bundle: ReleaseBundle, by: bigint): Promise<ReleaseBundle> {
      const sums = shifted(bundle.release.sums, by)
      const nextState = await nextStateOf(tools, bundle.plan.plan, sums)
      tools.show('lie', stateHash(nextState))
      return { ...bundle, release: { ...bundle.release, sums }, nextState }
    }
  },
  refused: { by: IDS, code: 'FEW_COSIGNATURES', entry: 'log', after: 'finishes' },
  async succeeded(run) {
    await run.until(() => IDS.every((id) => adoptedStates(run, id).length === 2), 'everyone has taken two releases')
    const lies = run.evidence.filter((e) => e.name === 'lie').map((e) => e.body)
    const taken = IDS.map((id) => adoptedStates(run, id)[1])
    assert.equal(new Set(taken).size, IDS.length)
    for (const state of taken) assert(lies.includes(state))
    return 'each hospital took another model, none of them co-signed'
  },
}
