// A daemon as `consilium coordinator start` or `consilium client start` runs it, except that its process is killed with -9 right after an
// entry of one of the given kinds is in its journal. Arguments: role, configuration, kinds separated by commas. Never part of the command.
import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { clientEvent } from '../../client/events.ts'
import { decode } from '../../core/codec.ts'
import { openSqliteStore } from '../../core/store/sqlite.ts'
import type { NewEntry, Store } from '../../core/store/store.ts'

const [role = '', config = '', kinds = ''] = process.argv.slice(2)
const deadly = new Set(kinds.split(','))

/** Kinds within kinds are told apart: what a custodian bound itself to, what left the site. */
function kindOf({ kind, body }: Pick<NewEntry, 'kind' | 'body'>): string {
  if (role !== 'client') return kind
  const event = decode(clientEvent, body)
  if (event.kind === 'custody') return `custody/${event.event.kind}`
  return event.kind === 'left' ? `left/${event.what}` : kind
}

function openStore(folder: string): Store {
  const store = openSqliteStore(folder)
  const appendAll: Store['appendAll'] = async (entries) => {
    const seq = await store.appendAll(entries)
    const cause = entries.map(kindOf).find((kind) => deadly.has(kind))
    if (cause === undefined) return seq
    writeSync(2, `killed after ${cause}\n`)
    process.kill(process.pid, 'SIGKILL')
    return await new Promise<never>(() => undefined)
  }
  return { ...store, append: (kind, body, atMs) => appendAll([{ kind, body, atMs }]), appendAll }
}

const args = { config, progress: 'none' }
if (role === 'client') {
  const { runClient } = await import('../../cli/client-start.ts')
  flushCompileCache()
  await runClient(args, { openStore })
} else {
  const { runCoordinator } = await import('../../cli/coordinator-start.ts')
  flushCompileCache()
  await runCoordinator(args, { openStore })
}
