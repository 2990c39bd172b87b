// A process that writes a sqlite store for ever and says each thing once it is acknowledged: `journal N`, `put N`, `grown TURN SIZE`.
import { openSqliteStore } from '../../../core/store/sqlite.ts'
import { bodyOf, GROWN, PUT, putOf } from './written.ts'

const store = openSqliteStore(process.argv[2] as string)
const entries = await Array.fromAsync(store.entries())
let size = (await store.blobSize(GROWN)) ?? 0
const say = (...words: readonly (string | number)[]): void => void process.stdout.write(`${words.join(' ')}\n`)

for (let i = entries.length + 1; ; i++) {
  say('journal', await store.append('kind', bodyOf(i), i))
  await store.putBlob(PUT, putOf(i))
  say('put', i)
  const chunk = bodyOf(i)
  await store.appendBlob(GROWN, size, chunk)
  await store.syncBlob(GROWN)
  size += chunk.length
  say('grown', i, size)
}
