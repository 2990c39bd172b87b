// Light co-signing: a contributor signs words that are not those of its ciphertexts. The sum does not come out, the co-signers fetch everything
// again, and name it with the proof: its signed words beside its receipt.
import assert from 'node:assert/strict'
import { decode, encode } from '../../../core/codec.ts'
import { signFingerprint } from '../../../privacy/fingerprint.ts'
import { fingerprint as fingerprintCodec } from '../../../privacy/messages.ts'
import type { Attack } from '../attack.ts'
import { taskOf } from '../hospital-moves.ts'
import { HELPER, OTHER, STATISTIC, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'A false fingerprint in the light form of co-signing',
  by: 'hospital',
  wants: 'a release that no co-signer can sign, and nobody to be named for it',
  defence: 'fingerprints-refetched',
  scene: { jobs: [{ ...STATISTIC, cosigning: 'light' }] },
  hospitals: {
    // Not among the two who are asked to co-sign.
    [VICTIM]: (tools) => ({
      calls: (honest) => ({
        fingerprint(key, bytes) {
          if (taskOf(tools, key) !== 'describe') return honest.fingerprint(key, bytes)
          const { body } = decode(fingerprintCodec, bytes)
          const words = body.words.map((word, w) => (w === 0 ? (word === 0n ? 1n : word - 1n) : word))
          return honest.fingerprint(key, encode(fingerprintCodec, signFingerprint({ ...body, words }, tools.checked(key), tools.signKey())))
        },
      }),
    }),
  },
  refused: {
    by: [HELPER, OTHER],
    code: 'FINGERPRINT_FALSE',
    entry: 'log',
    after: 'finishes',
    async also(run) {
      for (const id of [HELPER, OTHER]) {
        const named = run.journal(id).flatMap((e) => (e.kind === 'custody' && e.event.kind === 'fingerprintFalse' ? [e.event.fingerprint.body.member] : []))
        assert.deepEqual(named, [VICTIM])
      }
    },
  },
  async succeeded(run) {
    for (const id of [HELPER, OTHER]) await run.until(() => run.log(id).some((l) => l.code === 'AGGREGATE_MISMATCH'), `${id} does not co-sign`)
    assert(!run.log(HELPER).some((l) => l.code === 'FINGERPRINT_FALSE'))
    return 'a true release is not co-signed, and nobody is named'
  },
}
