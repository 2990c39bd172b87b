// A certificate in the victim's name, of an authority of the attacker's own making. Nothing is behind TLS for it: the handshake ends it.
import assert from 'node:assert/strict'
import { createLog } from '../../../core/log.ts'
import { createAuthority, createCertificateRequest, issueMemberCertificate } from '../../../proto/certificates.ts'
import { connectGrpc } from '../../../proto/index.ts'
import type { Attack } from '../attack.ts'
import { FOURTH, VICTIM } from '../scene.ts'

export const attack: Attack = {
  title: "A certificate in another's name, of another authority",
  by: 'hospital',
  wants: 'to be taken for the victim',
  defence: null,
  hospitals: {
    [FOURTH](tools) {
      let tried = false
      async function speakAs(): Promise<string> {
        const { address, caPem } = tools.reach()
        const [authority, { csrDer, keyPem }] = [await createAuthority('Consilium attacked'), await createCertificateRequest(VICTIM)]
        const certPem = await issueMemberCertificate(authority, csrDer, { hospital: VICTIM, validDays: 1, nowMs: Date.now() })
        await using link = connectGrpc({ address, caPem, certPem, keyPem, log: createLog({ name: 'stranger', pretty: false }) })
        return await link.fetchRoster().then(
          () => 'served',
          (error: { code?: string }) => error.code ?? String(error),
        )
      }
      return {
        calls: (honest) => ({
          async declareSnapshot(bytes) {
            if (!tried) {
              tried = true
              tools.show('answered', await speakAs())
            }
            await honest.declareSnapshot(bytes)
          },
        }),
      }
    },
  },
  refused: {
    by: [],
    code: 'UNAVAILABLE',
    entry: 'log',
    after: 'finishes',
    also: async (run) => assert.equal(await run.shown('answered', FOURTH), 'UNAVAILABLE'),
  },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}
