// A member that speaks gRPC by hand, under its own good certificate: random bytes to every method, messages and chunks beyond their limits, many at once.
import assert from 'node:assert/strict'
import { Client, Metadata } from '@grpc/grpc-js'
import { createSeededRandom } from '../../../core/random.ts'
import { callEntries } from '../../../proto/transport/calls.ts'
import { channelCredentials, channelOptions } from '../../../proto/transport/tls.ts'
import type { Attack, HospitalTools } from '../attack.ts'
import { FOURTH } from '../scene.ts'

const ROUNDS = 6
const asIs = (bytes: Buffer): Buffer => bytes

export const attack: Attack = {
  title: 'Garbage protobuf and messages beyond their limits, to every method',
  by: 'hospital',
  wants: 'the coordinator to fall, or to stop serving the others',
  defence: null,
  hospitals: {
    [FOURTH](tools) {
      let tried = false
      return {
        calls: (honest) => ({
          async declareSnapshot(bytes) {
            if (!tried) {
              tried = true
              tools.show('poured', await pour(tools))
            }
            await honest.declareSnapshot(bytes)
          },
        }),
      }
    },
  },
  refused: {
    by: ['coordinator'],
    code: 'BAD_BYTES',
    entry: 'log',
    after: 'finishes',
    async also(run) {
      const outcomes = await run.shown<string[]>('poured', FOURTH)
      // gRPC's own limit on a message, and the limit of a body, each refused by their own status.
      assert(outcomes.includes('8'))
      assert(run.log('coordinator').some((l) => l.code === 'TOO_LARGE'))
    },
  },
  succeeded: () => Promise.reject(new Error('there is nothing to switch off')),
}

/** All calls at once; the gRPC status of each as it ends. */
async function pour(tools: HospitalTools): Promise<readonly string[]> {
  const { address, caPem, certPem, keyPem } = tools.reach()
  const client = new Client(address, channelCredentials(address, caPem, { certPem, keyPem }), {
    ...channelOptions(address),
    'grpc.max_send_message_length': -1,
  })
  const random = createSeededRandom('garbage')
  const send = (path: string, payload: Buffer): Promise<string> =>
    new Promise((resolve) => {
      const call = client.makeClientStreamRequest(path, asIs, asIs, new Metadata(), { deadline: Date.now() + 5_000 }, (error) =>
        resolve(String(error?.code ?? 0)),
      )
      call.on('error', () => undefined)
      call.write(payload)
      call.end()
    })
  const paths = callEntries().filter(([name]) => name !== 'watch')
  const garbage = Array.from({ length: ROUNDS }, (_, i) => Buffer.from(random.fill(new Uint8Array(1 + 37 * i))))
  const all = paths.flatMap(([, call]) => garbage.map((payload) => send(`/consilium.v1.${call.service}/${call.method}`, payload)))
  all.push(send('/consilium.v1.Steps/Report', Buffer.alloc(6 * 2 ** 20)), send('/consilium.v1.Members/DeclareSnapshot', body(2_000)))
  const outcomes = await Promise.all(all)
  client.close()
  return [...new Set(outcomes)].sort()
}
/** Field 1, length-delimited. */
function body(length: number): Buffer {
  return Buffer.concat([Buffer.from([0x0a, (length & 0x7f) | 0x80, length >> 7]), Buffer.alloc(length)])
}
