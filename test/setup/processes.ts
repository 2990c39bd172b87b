// A run of the tests leaves no process behind: every child inherits a mark in its environment, and a process that still carries
// the mark when all suites are done fails the run (and is ended).
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

const MARK = 'CONSILIUM_TEST_RUN'
/** Daemons that were told to end may still be closing their stores. */
const PATIENCE_MS = 5_000

export default function setup(): () => Promise<void> {
  // One mark for all suites of a run: each suite calls this.
  const mark = process.env[MARK] ?? randomUUID()
  process.env[MARK] = mark
  return async () => {
    const left = await leftProcesses(mark)
    for (const { pid } of left) process.kill(pid, 'SIGKILL')
    if (left.length > 0) throw new Error(`processes left by the tests:\n${left.map(({ pid, command }) => `  ${pid} ${command}`).join('\n')}`)
  }
}

async function leftProcesses(mark: string): Promise<readonly Found[]> {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const found = markedProcesses(mark)
    if (found.length === 0 || Date.now() > end) return found
    await pause(50)
  }
}

interface Found {
  readonly pid: number
  readonly command: string
}

/** Linux only; elsewhere nothing is found. vitest's own workers and watchdog carry the mark too and are not meant. */
function markedProcesses(mark: string): readonly Found[] {
  const found: Found[] = []
  for (const name of processNames()) {
    const pid = Number(name)
    const environment = readProc(name, 'environ')
    if (pid === process.pid || !environment.includes(`${MARK}=${mark}`)) continue
    const command = readProc(name, 'cmdline').replaceAll('\0', ' ').trim()
    if (command !== '' && !/\bvitest\b/.test(command)) found.push({ pid, command: command.slice(0, 200) })
  }
  return found
}

function processNames(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

function readProc(pid: string, file: 'environ' | 'cmdline'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
