// A token that was used up, with somebody else's name on the request: a second identity for a hospital that is enrolled.
import assert from 'node:assert/strict'
import { encode } from '../../../core/codec.ts'
import { createSignKey, enrolmentProof, signMessage } from '../../../privacy/signatures.ts'
import { createCertificateRequest } from '../../../proto/certificates.ts'
import { enrolOverGrpc } from '../../../proto/index.ts'
import { enrolRequest } from '../../../proto/messages.ts'
import type { Attack } from '../attack.ts'
import { FOURTH, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: 'A used token, to enrol in the name of another',
  by: 'hospital',
  wants: "the victim's name under a key of its own",
  defence: 'token-once',
  hospitals: {
    [FOURTH](tools) {
      let tried = false
      async function enrolAs(hospital: typeof VICTIM): Promise<void> {
        const { enrolmentAddress, caPem, token } = tools.reach().invited
        const bytes = new Uint8Array(Buffer.from(token, 'hex'))
        const [key, { csrDer }] = [createSignKey(), await createCertificateRequest(hospital)]
        const signKeyProof = signMessage('enrolment', {}, enrolmentProof(hospital, bytes, csrDer), key.privateKey)
        const request = encode(enrolRequest, { hospital, name: hospital, token: bytes, signKey: key.publicKey, signKeyProof, csr: csrDer })
        await enrolOverGrpc({ address: enrolmentAddress, caPem, request })
        tools.show('enrolled', Buffer.from(key.publicKey).toString('hex'))
      }
      return {
        calls: (honest) => ({
          async declareSnapshot(bytes) {
            if (!tried) await enrolAs(VICTIM).catch(() => undefined)
            tried = true
            await honest.declareSnapshot(bytes)
          },
        }),
      }
    },
  },
  refused: {
    by: ['coordinator'],
    code: 'BAD_TOKEN',
    entry: 'log',
    after: 'finishes',
    also: async (run) => assert.equal(run.centre().filter((e) => e.kind === 'enrolled' && e.hospital === VICTIM).length, 1),
  },
  async succeeded(run) {
    const key = await run.shown<string>('enrolled', FOURTH)
    assert(run.centre().some((e) => e.kind === 'enrolled' && e.hospital === VICTIM && Buffer.from(e.signKey).toString('hex') === key))
    return "the coordinator knows the attacker's key under the victim's name"
  },
}
