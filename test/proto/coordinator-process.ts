// A coordinator's member port in a process of its own, for tests that kill it: spools contributions to a file. Arguments: folder, port.
import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { refuse } from '../../core/errors.ts'
import { silentLog } from '../../core/log.ts'
import { spkiDigest } from '../../proto/certificates.ts'
import { serveGrpc } from '../../proto/transport/grpc-server.ts'
import { ALPHA, serviceWith } from './federation.ts'

const [folder = '', port = '0'] = process.argv.slice(2)
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
const spool = join(folder, 'spool')
const spooled = (): number => (existsSync(spool) ? statSync(spool).size : 0)
const alpha = spkiDigest(read('alpha.pem'))

const server = await serveGrpc(
  serviceWith({
    contributionOffset: async () => spooled(),
    async contribute(_peer, _key, _receipt, offset, chunks) {
      if (offset !== spooled()) throw refuse('OFFSET', 'elsewhere')
      for await (const chunk of chunks) appendFileSync(spool, chunk)
    },
    async *watch(_peer, signal) {
      yield []
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    },
  }),
  {
    address: `127.0.0.1:${port}`,
    caPem: read('ca.pem'),
    certPem: read('server.pem'),
    keyPem: read('server.key'),
    log: silentLog(),
    authorize(key) {
      if (key !== alpha) throw refuse('NOT_ENROLLED', 'a stranger')
      return { member: ALPHA }
    },
  },
)
process.send?.({ port: server.port })
process.on('disconnect', () => process.exit(0))
