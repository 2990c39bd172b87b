// Client and coordinator in two processes, over real sockets; the coordinator is killed with -9 in the middle of an upload.
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { silentLog } from '../../core/log.ts'
import { chunksOf } from '../../proto/transport/chunks.ts'
import { connectGrpc } from '../../proto/transport/grpc-client.ts'
import { bytes, createTlsFederation, HASH, KEY, never, type TlsFederation } from './federation.ts'

const MIB = 2 ** 20
let federation: TlsFederation
let folder: string
const children: ChildProcess[] = []
beforeAll(async () => {
  federation = await createTlsFederation()
  folder = mkdtempSync(join(tmpdir(), 'consilium-transport-'))
  const files = {
    'ca.pem': federation.authority.caPem,
    'server.pem': federation.server.certPem,
    'server.key': federation.server.keyPem,
    'alpha.pem': federation.alpha.certPem,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 })
})
afterAll(async () => {
  for (const child of children) await kill(child)
  rmSync(folder, { recursive: true, force: true })
})

/** A coordinator process; resolves with its port once it serves. */
function start(port = 0): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(join(import.meta.dirname, 'coordinator-process.ts'), [folder, String(port)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  children.push(child)
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve({ child, port: (message as { port: number }).port }))
    child.once('exit', (code) => reject(new Error(`the coordinator process ended with ${code}`)))
  })
}
function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.removeAllListeners('exit')
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'served',
    (error) => error.code,
  )

test('a coordinator killed in the middle of an upload takes the rest after its restart, over the same link', async () => {
  const { child, port } = await start()
  const link = connectGrpc({
    address: `127.0.0.1:${port}`,
    caPem: federation.authority.caPem,
    certPem: federation.alpha.certPem,
    keyPem: federation.alpha.keyPem,
    log: silentLog(),
  })
  try {
    const contribution = bytes(4 * MIB).map((_, i) => (i * 31) % 253)
    const watching = link.watch(never())[Symbol.asyncIterator]()
    expect((await watching.next()).value).toEqual([])
    async function* interrupted(): AsyncGenerator<Uint8Array> {
      yield contribution.subarray(0, 2 * MIB)
      while ((await link.contributionOffset(KEY, HASH)) < MIB);
      await kill(child)
      yield contribution.subarray(2 * MIB)
    }
    expect(await codeOf(link.contribute(KEY, bytes(1), 0, interrupted(), never()))).toBe('UNAVAILABLE')
    expect(await codeOf(watching.next())).toBe('UNAVAILABLE')
    expect(await codeOf(link.contributionOffset(KEY, HASH))).toBe('UNAVAILABLE')

    await start(port)
    let offset: number | null = null
    while (offset === null) offset = await link.contributionOffset(KEY, HASH).catch(() => null)
    expect(offset).toBeGreaterThanOrEqual(MIB)
    expect(offset).toBeLessThan(contribution.length)
    await link.contribute(KEY, bytes(1), offset, chunksOf(contribution, offset), never())
    expect(readFileSync(join(folder, 'spool')).equals(contribution)).toBe(true)
  } finally {
    await link[Symbol.asyncDispose]()
  }
}, 60_000)
