// `consilium demo` as a child process, and the daemons that it starts.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const COMMAND = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

export interface Demo {
  readonly process: ChildProcess
  readonly lines: string[]
  readonly errors: string[]
  /** Resolves with the first line that matches; rejects where the demo ends before. */
  until(pattern: RegExp): Promise<string>
  readonly exitCode: Promise<number | null>
}

export function startDemo(args: readonly string[]): Demo {
  const child = spawn(process.execPath, [COMMAND, 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [lines, errors]: [string[], string[]] = [[], []]
  const listeners = new Set<() => void>()
  const exitCode = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  const changed = (): void => {
    for (const listener of listeners) listener()
  }
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    changed()
  })
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line))
  return {
    process: child,
    lines,
    errors,
    exitCode,
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => pattern.test(line))
          if (found === undefined) return
          listeners.delete(look)
          resolve(found)
        }
        listeners.add(look)
        void exitCode.then((code) => reject(new Error(`the demo ended (${code}) before ${pattern}: ${errors.join('\n')}`)))
        look()
      }),
  }
}

/** Processes (Linux) whose command line names this folder, by id. */
export function processesOf(folder: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      if (command.includes(folder)) found.set(Number(name), command)
    } catch {
      // It has ended meanwhile.
    }
  }
  return found
}
