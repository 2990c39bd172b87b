// Daemons as child processes: records from their standard output, the last of their log, and none left behind.
import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { refuse } from '../../core/errors.ts'

const COMMAND = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))
const LOG_LINES_KEPT = 12
const LONGEST_LINE = 400
/** A daemon that was told to end closes its stores first. */
const PATIENCE_MS = 8_000

export interface DaemonOptions<Progress> {
  readonly name: string
  /** Of the `consilium` command. */
  readonly args: readonly string[]
  /** Its whole log is kept there. */
  readonly logFile: string
  readonly parse: (record: unknown) => Progress
  readonly onRecord: (record: Progress) => void
}
export interface Daemons extends AsyncDisposable {
  start<Progress>(options: DaemonOptions<Progress>): void
  readonly count: number
  /** Rejects when a daemon ends that was not told to, or prints what is no record. Never resolves. */
  readonly failure: Promise<never>
  /** SIGTERM to all; resolves when all have ended, SIGKILL after a while. Their last records still arrive. */
  stop(): Promise<void>
}

interface Child {
  readonly name: string
  readonly process: ChildProcess
  /** All output read, too. */
  readonly ended: Promise<void>
  readonly log: string[]
}

export function createDaemons(): Daemons {
  const children: Child[] = []
  let stopping = false
  let fail: (error: unknown) => void = () => undefined
  const failure = new Promise<never>((_, reject) => {
    fail = reject
  })
  // Awaited by whoever runs the federation; until then a failure is no unhandled rejection.
  failure.catch(() => undefined)

  // Whatever ends this process ends them.
  const killAll = (): void => {
    for (const { process } of children) process.kill('SIGKILL')
  }
  process.on('exit', killAll)

  function start<Progress>({ name, args, logFile, parse, onRecord }: DaemonOptions<Progress>): void {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    const log: string[] = []
    const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
    child.stderr.pipe(createWriteStream(logFile, { mode: 0o600 }))
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line.slice(0, LONGEST_LINE))
      if (log.length > LOG_LINES_KEPT) log.shift()
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      try {
        onRecord(parse(JSON.parse(line)))
      } catch (error) {
        fail(refuse('INTERNAL', `${name} printed what is no progress record: ${line.slice(0, LONGEST_LINE)}`, error))
      }
    })
    child.on('error', (error) => fail(refuse('INTERNAL', `${name} cannot be started: ${error.message}`, error)))
    child.on('close', (code, signal) => {
      if (!stopping) fail(new DaemonEnded(name, code, signal, log))
    })
    children.push({ name, process: child, ended: closed, log })
  }

  async function stop(): Promise<void> {
    stopping = true
    for (const { process } of children) process.kill('SIGTERM')
    const impatient = setTimeout(killAll, PATIENCE_MS)
    await Promise.all(children.map((child) => child.ended))
    clearTimeout(impatient)
  }

  return {
    start,
    failure,
    get count() {
      return children.length
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      process.off('exit', killAll)
    },
  }
}

/** A daemon that ended by itself: which, how, and the last that it said. */
export class DaemonEnded extends Error {
  readonly daemon: string
  readonly exitCode: number | null
  readonly log: readonly string[]
  constructor(daemon: string, code: number | null, signal: NodeJS.Signals | null, log: readonly string[]) {
    super(`${daemon} ended ${code === null ? `on ${signal ?? 'a signal'}` : `with exit code ${code}`} while the federation needed it`)
    this.name = 'DaemonEnded'
    this.daemon = daemon
    this.exitCode = code
    this.log = [...log]
  }
}
