// What the commands about rosters and jobs share: finding what waits by the beginning of its hash, and writing a person's decision.
import { userInfo } from 'node:os'
import { parseAskedJob, parseAskedRoster } from '../client/asked.ts'
import { type Asked, type Decided, decide, decisionFolder, listAsked, readAsked } from '../client/decision-files.ts'
import type { Decision, Matter } from '../client/decisions.ts'
import { type Language, type Section, textLines } from '../client/plain-words.ts'
import { systemClock } from '../core/clock.ts'
import { refuse } from '../core/errors.ts'
import { readSite, type Site, timeText } from './client-site.ts'

export interface ShowArguments {
  config: string
  lang: Language
}
export interface DecideArguments {
  config: string
  hash: string
  change: boolean
}

export const askedAt = (site: Site, matter: Matter): readonly Asked[] => listAsked(decisionFolder(site.data)).filter((asked) => asked.matter === matter)
export const askedBytes = (site: Site, { matter, hash }: Asked): Uint8Array => readAsked(decisionFolder(site.data), matter, hash)

const PREFIX = /^[0-9a-f]{8,64}$/
/** The one matter whose hash begins so. @throws BAD_ID | NOT_FOUND. */
export function findAsked(asked: readonly Asked[], matter: Matter, prefix: string): Asked {
  if (!PREFIX.test(prefix)) throw refuse('BAD_ID', `${JSON.stringify(prefix.slice(0, 80))}: expected the first 8 or more hexadecimal digits of the hash`)
  const found = asked.filter(({ hash }) => hash.startsWith(prefix))
  if (found.length > 1) throw refuse('BAD_ID', `${found.length} ${matter}s begin with ${prefix}: give more digits`)
  const [only] = found
  if (!only) throw refuse('NOT_FOUND', `no ${matter} that was shown to this site begins with ${prefix}`)
  return only
}

/** Nothing is decided on bytes that are not what their hash says. */
const CHECK: Readonly<Record<Matter, (asked: Asked, bytes: Uint8Array) => void>> = {
  job: ({ hash }, bytes) => void parseAskedJob(hash, bytes),
  roster: ({ hash }, bytes) => void parseAskedRoster(hash, bytes),
}

export async function runDecide(matter: Matter, decision: Decision, args: DecideArguments): Promise<void> {
  const site = readSite(args.config)
  const asked = findAsked(askedAt(site, matter), matter, args.hash)
  CHECK[matter](asked, askedBytes(site, asked))
  const made = decide(decisionFolder(site.data), {
    matter,
    hash: asked.hash,
    decision,
    user: userName(),
    nowMs: systemClock.now(),
    change: args.change,
  })
  process.stdout.write(`${matter} ${asked.hash.slice(0, 16)} ${decidedText(made)}; a running daemon goes on by itself\n`)
}

export const decidedText = ({ decision, user, time }: Decided): string =>
  `${decision === 'approve' ? 'approved' : 'refused'} by ${user} at ${timeText(Date.parse(time))}`

/** Some accounts have no name. */
function userName(): string {
  try {
    return userInfo().username.slice(0, 200)
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`
  }
}

export const printSections = (sections: readonly Section[], language: Language): void =>
  void process.stdout.write(`${textLines(sections, language).join('\n')}\n`)
