// Runs one part of a gate as a child process, with its output shown as it comes.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

export interface Part {
  readonly name: string
  /** A program of node_modules/.bin, or `node` for this very Node. */
  readonly program: string
  readonly args: readonly string[]
}
export interface Outcome {
  readonly name: string
  readonly ok: boolean
  readonly seconds: number
}

/** Never rejects: a program that cannot be started is a part that failed. */
export function run(part: Part): Promise<Outcome> {
  const begun = performance.now()
  const program = part.program === 'node' ? process.execPath : `${root}node_modules/.bin/${part.program}`
  const env = { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH ?? ''}` }
  return new Promise((resolve) => {
    const end = (ok: boolean): void => resolve({ name: part.name, ok, seconds: (performance.now() - begun) / 1000 })
    const child = spawn(program, part.args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env })
    child.on('error', (error) => {
      console.error(`${part.name}: ${error.message}`)
      end(false)
    })
    child.on('exit', (code) => end(code === 0))
  })
}

export async function runAll(parts: readonly Part[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  for (const part of parts) outcomes.push(await run(part))
  return outcomes
}

export const outcomeLine = (o: Outcome): string => `${o.ok ? 'ok    ' : 'FAILED'} ${o.name.padEnd(12)} ${o.seconds.toFixed(1).padStart(7)} s`
