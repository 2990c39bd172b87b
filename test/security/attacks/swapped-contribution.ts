// The victim's ciphertext is replaced in the aggregate, and the replacement is what co-signers are served when they fetch it again.
import assert from 'node:assert/strict'
import type { HospitalId } from '../../../core/ids.ts'
import { createCipher } from '../../../privacy/cipher.ts'
import type { Attack } from '../attack.ts'
import { adoptedStates, expectSame, sumOf } from '../evidence.ts'
import { addConstant, certify, gather, openBy, releaseFrom, shifted, stateOver } from '../moves.ts'
import { IDS, STATISTIC, VICTIM, without } from '../scene.ts'

const SHIFT = 5n

export const attack: Attack = {
  title: 'A contribution swapped on the disk of the coordinator',
  by: 'coordinator',
  wants: 'to move the sum by what it likes, in the name of the victim',
  defence: 'refetched-digests',
  scene: { jobs: [STATISTIC] },
  coordinator: (tools) => ({
    async run() {
      const step = tools.shadow(await tools.take((plan) => plan.task === 'describe'))
      const { reports } = await gather(step, IDS)
      const swapped = (member: HospitalId): readonly Uint8Array[] => {
        const own = step.contributed.get(member)?.ciphertexts ?? []
        return member === VICTIM ? own.map((bytes, j) => (j === 0 ? addConstant(bytes, SHIFT) : bytes)) : own
      }
      const aggregate = await createCipher('bgv').add(null, IDS.map(swapped))
      const asked = await stateOver(step, IDS, IDS, aggregate)
      const certificate = await certify(step, asked, reports, IDS)
      const made = await openBy(step, certificate, aggregate, IDS)
      assert(made)
      const release = await releaseFrom(tools, step, certificate, made.opened.keySum, made.opened.sums)
      const cosignatures = await step.cosign(IDS, release.request, swapped)
      if (cosignatures.length < step.checked.t) return tools.giveBack()
      await step.publish(IDS, release.bundle(cosignatures))
      tools.show('won', { state: release.request.nextState, sums: [...made.opened.sums].map(Number) })
    },
  }),
  refused: { by: IDS, code: 'DIGEST_MISMATCH', entry: 'request refusal', after: 'finishes' },
  async succeeded(run) {
    const { state, sums } = await run.shown<{ state: string; sums: number[] }>('won', 'coordinator')
    const truth = BigInt64Array.from(sumOf(run, [VICTIM, ...without(VICTIM)], 'describe'), BigInt)
    expectSame(sums, [...shifted(truth, SHIFT)].map(Number))
    for (const id of IDS) assert(adoptedStates(run, id).includes(state), `${id} took the shifted release`)
    return 'every hospital took a sum that the coordinator moved by five'
  },
}
