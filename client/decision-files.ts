// What waits for a person, and what a person decided, as files in `<data>/decisions/`: the daemon writes `<matter>-<hash>.ask`, the command
// `<matter>-<hash>.decision`. Whoever may write there decides for the hospital: the folder is the daemon's user's alone.
import { mkdirSync, readdirSync, readFileSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../core/clock.ts'
import { isRefusal, refuse } from '../core/errors.ts'
import { type Digest, parseDigest } from '../core/ids.ts'
import type { Log } from '../core/log.ts'
import { writeWhole } from '../core/whole-file.ts'
import type { Decision, Decisions, Matter } from './decisions.ts'

const decided = z.strictObject({ decision: z.enum(['approve', 'refuse']), time: z.iso.datetime(), user: z.string().max(200) })
/** Who decided what, and when (ISO 8601, UTC). */
export type Decided = z.output<typeof decided>
export interface Asked {
  readonly matter: Matter
  readonly hash: Digest
  readonly askedMs: number
  readonly decided: Decided | null
}

const ASK = /^(roster|job)-([0-9a-f]{64})\.ask$/
const LONGEST_DECISION_BYTES = 4096
/** Where the operating system tells nothing of a change. */
const POLL_MS = 5_000

export const decisionFolder = (data: string): string => join(data, 'decisions')
const askFile = (folder: string, matter: Matter, hash: Digest): string => join(folder, `${matter}-${hash}.ask`)
const decisionFile = (folder: string, matter: Matter, hash: Digest): string => join(folder, `${matter}-${hash}.decision`)

/** null where there is no such file. @throws BAD_DATA naming the file. */
function readIfThere(file: string, longestBytes: number): Buffer | null {
  try {
    if (statSync(file).size > longestBytes) throw refuse('BAD_DATA', `${file}: longer than ${longestBytes} bytes`)
    return readFileSync(file)
  } catch (error) {
    if (isRefusal(error)) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw refuse('BAD_DATA', `${file} cannot be read: run the command as the user of the daemon`, error)
  }
}

/** null: nobody has decided yet. @throws BAD_DATA naming a file that is no decision. */
export function readDecision(folder: string, matter: Matter, hash: Digest): Decided | null {
  const file = decisionFile(folder, matter, hash)
  const bytes = readIfThere(file, LONGEST_DECISION_BYTES)
  if (!bytes) return null
  try {
    return decided.parse(JSON.parse(bytes.toString('utf8')))
  } catch (error) {
    throw refuse('BAD_DATA', `${file} is not a decision: remove it and decide again`, error)
  }
}

const LONGEST_ASK_BYTES = 64 * 2 ** 20
/** What the daemon was handed. @throws NOT_FOUND | BAD_DATA. */
export function readAsked(folder: string, matter: Matter, hash: Digest): Uint8Array {
  const bytes = readIfThere(askFile(folder, matter, hash), LONGEST_ASK_BYTES)
  if (!bytes) throw refuse('NOT_FOUND', `no ${matter} ${hash.slice(0, 16)} was ever shown to this site`)
  return new Uint8Array(bytes)
}

/** Everything that was ever asked, the oldest first. @throws BAD_DATA naming a file that cannot be read. */
export function listAsked(folder: string): readonly Asked[] {
  return namesIn(folder)
    .flatMap((name) => {
      const [, matter, hash] = ASK.exec(name) ?? []
      if (matter === undefined || hash === undefined) return []
      const known = { matter: matter as Matter, hash: parseDigest(hash) }
      return [{ ...known, askedMs: statSync(join(folder, name)).mtimeMs, decided: readDecision(folder, known.matter, known.hash) }]
    })
    .sort((a, b) => a.askedMs - b.askedMs || (a.hash < b.hash ? -1 : 1))
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw refuse('BAD_DATA', `${folder} cannot be read: run the command as the user of the daemon`, error)
  }
}

export interface Deciding {
  readonly matter: Matter
  readonly hash: Digest
  readonly decision: Decision
  readonly user: string
  readonly nowMs: number
  /** An earlier refusal may become an approval. The other way there is none: the daemon follows an approval at once. */
  readonly change: boolean
}

/** Writes the decision; the same decision again changes nothing. @throws NOT_FOUND where nothing was asked | DECIDED | BAD_DATA. */
export function decide(folder: string, { matter, hash, decision, user, nowMs, change }: Deciding): Decided {
  readAsked(folder, matter, hash)
  const before = readDecision(folder, matter, hash)
  if (before?.decision === decision) return before
  if (before) requireChangeable(before, matter, change)
  const made: Decided = { decision, time: new Date(nowMs).toISOString(), user }
  writeWhole(decisionFile(folder, matter, hash), `${JSON.stringify(made)}\n`)
  return made
}

function requireChangeable({ decision, time, user }: Decided, matter: Matter, change: boolean): void {
  const when = `by ${user} at ${time}`
  if (decision === 'refuse' && !change) throw refuse('DECIDED', `this ${matter} was refused ${when}: give --change to approve it after all`)
  if (decision === 'approve')
    throw refuse(
      'DECIDED',
      `this ${matter} was approved ${when}, and the daemon may have acted on it: an approval is not taken back${matter === 'job' ? '. To take no further part, take its tasks out of the policy and start the daemon again' : ''}`,
    )
}

export interface DecisionFilesOptions {
  readonly folder: string
  readonly clock: Clock
  readonly log: Log
}

/** The daemon's side. Files that are no decisions count as none, and are named once in the log. */
export function createDecisionFiles({ folder, clock, log }: DecisionFilesOptions): Decisions & Disposable {
  const announced = new Set<string>()
  const complained = new Set<string>()
  const subscriptions = new Set<() => void>()
  mkdirSync(folder, { recursive: true, mode: 0o700 })

  function get(matter: Matter, hash: Digest): Decision | null {
    try {
      return readDecision(folder, matter, hash)?.decision ?? null
    } catch (error) {
      if (!isRefusal(error)) throw error
      if (!complained.has(error.message)) log.error({ code: error.code, detail: error.message }, 'a decision cannot be read')
      complained.add(error.message)
      return null
    }
  }

  return {
    get,
    ask(matter, hash, body) {
      // What a person has decided on stays as it was shown.
      if (get(matter, hash) !== null) return
      const file = askFile(folder, matter, hash)
      const shown = readIfThere(file, LONGEST_ASK_BYTES)
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if (!shown || Buffer.compare(shown, body) !== 0) writeWhole(file, body)
      if (announced.has(file)) return
      announced.add(file)
      log.warn({ matter, hash: hash.slice(0, 16) }, `waiting for a person: consilium client ${matter === 'job' ? 'plan' : 'roster'} show`)
    },
    subscribe(listener) {
      const end = watchFolder(folder, clock, log, listener)
      subscriptions.add(end)
      return () => {
        subscriptions.delete(end)
        end()
      }
    },
    [Symbol.dispose]() {
      for (const end of subscriptions) end()
      subscriptions.clear()
    },
  }
}

/** Calls when a decision appeared or changed: told by the operating system, and found by a slow look where it tells nothing. */
function watchFolder(folder: string, clock: Clock, log: Log, changed: () => void): () => void {
  const look = (): string =>
    orNothing(() => namesIn(folder), [])
      .filter((name) => name.endsWith('.decision'))
      .sort()
      .map((name) => `${name} ${orNothing(() => readIfThere(join(folder, name), LONGEST_DECISION_BYTES)?.toString('utf8'), '')}`)
      .join('\n')
  let seen = look()
  const lookAgain = (): void => {
    const now = look()
    if (now === seen) return
    seen = now
    changed()
  }
  const watcher = watchIfPossible(folder, log, lookAgain)
  const poll = (): void => {
    lookAgain()
    cancel = clock.at(clock.now() + POLL_MS, poll)
  }
  let cancel = clock.at(clock.now() + POLL_MS, poll)
  return () => {
    cancel()
    watcher?.close()
  }
}

function watchIfPossible(folder: string, log: Log, changed: () => void): { close(): void } | null {
  const tell = (error: unknown): void => log.info({ detail: String(error) }, 'the folder of decisions is looked at every few seconds')
  try {
    return watch(folder, { persistent: false }, changed).on('error', tell)
  } catch (error) {
    tell(error)
    return null
  }
}

/** Gone, or not to be read: nothing. The daemon's `get` says what is wrong. */
function orNothing<T>(read: () => T | undefined, nothing: T): T {
  try {
    return read() ?? nothing
  } catch {
    return nothing
  }
}
