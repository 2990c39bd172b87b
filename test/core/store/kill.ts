import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { openSqliteStore } from '../../../core/store/sqlite.ts'
import { bodyOf, GROWN, PUT, putOf, turnOfPut } from './written.ts'

export interface Acknowledged {
  readonly journal: number
  readonly put: number
  /** Each append in turn, with the blob's size after it. */
  readonly grown: readonly { readonly turn: number; readonly size: number }[]
}

/** Runs writer.ts on the store until it has said `lines` lines, kills it with -9 in the middle, and returns all that it acknowledged. */
export async function writeUntilKilled(folder: string, lines: number): Promise<Acknowledged> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./writer.ts', import.meta.url)), folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const said = { journal: 0, put: 0, grown: [] as { turn: number; size: number }[] }
  let count = 0
  for await (const line of createInterface({ input: child.stdout })) {
    const [what, turn, size] = line.split(' ')
    if (what === 'grown') said.grown.push({ turn: Number(turn), size: Number(size) })
    else said[what as 'journal' | 'put'] = Number(turn)
    if (++count === lines) child.kill('SIGKILL')
  }
  expect((await exited)[1]).toBe('SIGKILL')
  return said
}

/** Everything acknowledged is there and whole; at most one thing that was not yet acknowledged is there too. */
export async function expectNothingLost(folder: string, said: Acknowledged): Promise<void> {
  await using store = openSqliteStore(folder)
  const entries = await Array.fromAsync(store.entries())
  expect(entries.map((e) => e.seq)).toEqual(entries.map((_, i) => i + 1))
  for (const entry of entries) expect(entry).toEqual({ seq: entry.seq, kind: 'kind', body: bodyOf(entry.seq), atMs: entry.seq })
  expect([said.journal, said.journal + 1]).toContain(entries.length)

  if (said.put > 0) {
    const put = await store.readBlob(PUT)
    expect(put).toEqual(putOf(turnOfPut(put)))
    expect([said.put, said.put + 1]).toContain(turnOfPut(put))
  }
  const grown = (await store.blobSize(GROWN)) === null ? new Uint8Array() : await store.readBlob(GROWN)
  for (const { turn, size } of said.grown) expect(grown.subarray(size - bodyOf(turn).length, size)).toEqual(bodyOf(turn))
}
