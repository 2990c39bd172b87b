// Opens what a client command works on: the configuration and the site's own folder.
import { mkdirSync } from 'node:fs'
import { type ClientEvent, clientEvent } from '../client/events.ts'
import { type ClientState, initialState } from '../client/state.ts'
import { step } from '../client/step.ts'
import { decode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { openSqliteStore } from '../core/store/sqlite.ts'
import type { Store } from '../core/store/store.ts'
import { type ClientConfig, clientConfig } from './config/client.ts'
import { besideFile, readConfig } from './config/read.ts'

export interface Site {
  readonly config: ClientConfig
  /** Absolute. */
  readonly data: string
  readonly path: (relative: string) => string
}

export function readSite(file: string): Site {
  const config = readConfig(clientConfig, file)
  return { config, data: besideFile(file, config.data), path: (relative) => besideFile(file, relative) }
}

export function openSite(site: Site): Store {
  mkdirSync(site.data, { recursive: true, mode: 0o700 })
  return openSqliteStore(site.data)
}

export interface Dated {
  readonly atMs: number
  readonly event: ClientEvent
}
/** The journal as it is on disk: also while the daemon runs. */
export async function readJournal(store: Store): Promise<{ readonly entries: readonly Dated[]; readonly state: ClientState }> {
  const entries: Dated[] = []
  let state = initialState
  for await (const { atMs, body } of store.entries()) {
    const event = decode(clientEvent, body)
    entries.push({ atMs, event })
    state = step(state, event, atMs)
  }
  if (entries.length === 0) throw refuse('NOT_FOUND', 'this site has no journal yet: has the client ever been started?')
  return { entries, state }
}
export const timeText = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').slice(0, 19)
