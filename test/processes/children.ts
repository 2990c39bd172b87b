// Child processes of a test: what they print, how they end, and none left behind.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const MORTAL = fileURLToPath(new URL('./daemon-with-kill.ts', import.meta.url))
const QUIET = '--disable-warning=ExperimentalWarning'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}
export interface Child {
  readonly pid: number
  /** Progress records so far. */
  readonly records: readonly Readonly<Record<string, unknown>>[]
  readonly log: () => string
  readonly ended: Promise<Ended>
  signal(signal: NodeJS.Signals): void
  /** Calls at each record and at the end. */
  onChange(listener: () => void): void
}
export interface Children extends AsyncDisposable {
  /** The command as an operator types it. */
  consilium(...args: readonly string[]): Child
  /** The same daemon, which dies with -9 right after an entry of one of these kinds. */
  mortal(role: 'coordinator' | 'client', config: string, kinds: readonly string[]): Child
  readonly running: () => number
}

/** `cache`: a folder in which the processes keep compiled modules for each other: most of a start is reading them. */
export function createChildren(cache?: string): Children {
  const alive = new Set<ChildProcess>()
  const killAll = (): void => {
    for (const child of alive) child.kill('SIGKILL')
  }
  process.on('exit', killAll)

  function start(args: readonly string[]): Child {
    const child = spawn(process.execPath, [QUIET, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: cache }) },
    })
    alive.add(child)
    const [out, err]: [string[], string[]] = [[], []]
    const records: Record<string, unknown>[] = []
    const listeners: (() => void)[] = []
    const changed = (): void => {
      for (const listener of listeners) listener()
    }
    createInterface({ input: child.stdout }).on('line', (line) => {
      out.push(line)
      if (!line.startsWith('{"kind"')) return
      records.push(JSON.parse(line) as Record<string, unknown>)
      changed()
    })
    createInterface({ input: child.stderr }).on('line', (line) => err.push(line))
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => {
        alive.delete(child)
        resolve({ code, signal, stdout: out.join('\n'), stderr: err.join('\n') })
        changed()
      })
    })
    return {
      pid: child.pid ?? 0,
      records,
      log: () => err.join('\n'),
      ended,
      signal: (signal) => void child.kill(signal),
      onChange: (listener) => void listeners.push(listener),
    }
  }

  return {
    consilium: (...args) => start([MAIN, ...args]),
    mortal: (role, config, kinds) => start([MORTAL, role, config, kinds.join(',')]),
    running: () => alive.size,
    async [Symbol.asyncDispose]() {
      const closing = [...alive].map((child) => new Promise((resolve) => child.once('close', resolve)))
      killAll()
      await Promise.all(closing)
      process.off('exit', killAll)
    },
  }
}
