// One process at a time works on a data folder: two daemons on one journal would each forget what the other says.

import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { refuse } from '../errors.ts'

/**
 * Holds the folder until disposal, or until the process ends, however it ends: the lock is the operating system's.
 * Who only reads (status, egress) need not hold it. @throws STORE where another process holds it.
 */
export function holdFolder(folder: string): Disposable {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'daemon.lock')
  closeSync(openSync(file, 'a', 0o600))
  const lock = new DatabaseSync(file)
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch (error) {
    lock.close()
    throw refuse('STORE', `${folder} is in use: the daemon runs, stop it first`, error)
  }
  return { [Symbol.dispose]: () => lock.close() }
}
