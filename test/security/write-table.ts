// Writes docs/attacks.md from the attack objects, with what the code says about their defences; with --check only compares.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Attack } from './attack.ts'
import { ATTACKS, type Listed } from './attacks/index.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const NOTE = '<!-- Written by test/security/write-table.ts from the attacks themselves: change them, then run `npm run generate`. -->'

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* sources(path)
    else if (path.endsWith('.ts')) yield path
  }
}

/** Name of a defence -> the files in which it stands. */
export function defencesInCode(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const path of ['core', 'privacy', 'client', 'coordinator'].flatMap((folder) => [...sources(folder)])) {
    if (path === 'core/defences.ts') continue
    for (const [, name = ''] of readFileSync(join(ROOT, path), 'utf8').matchAll(/\bdefends?\(\s*'([a-z0-9-]+)'/g)) {
      const files = found.get(name) ?? []
      if (!files.includes(path)) found.set(name, [...files, path])
    }
  }
  return found
}

const AFTER: Record<Attack['refused']['after'], string> = {
  finishes: 'the federation goes on to the end of its jobs',
  pauses: 'the step pauses and names who is missing',
  abandons: 'the step is given up under that code, and stays charged',
  stands: 'the attacker holds its own step up; nothing else is lost',
}
const ENTRY: Record<Attack['refused']['entry'], string> = {
  'plan refusal': 'plan refusal',
  'request refusal': 'request refusal',
  log: 'log line',
  planRefused: "coordinator's planRefused",
  requestRefused: "coordinator's requestRefused",
}

function table(listed: readonly Listed[], places: ReadonlyMap<string, readonly string[]>): string {
  const rows = listed.map(({ name, attack }) => {
    const { title, wants, defence, refused } = attack
    const stands = defence === null ? 'by construction' : `\`${defence}\` (${(places.get(defence) ?? []).map((file) => `\`${file}\``).join(', ')})`
    return [
      title,
      wants,
      stands,
      `\`${refused.code}\``,
      `${refused.by.length > 0 ? ENTRY[refused.entry] : 'what the attacker is told'}; ${AFTER[refused.after]}`,
      `[${name}](../test/security/attacks/${name}.ts)`,
    ]
  })
  return [['attack', 'what it wants', 'defence', 'refused with', 'and then', 'file'], ['---', '---', '---', '---', '---', '---'], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}

export function attacksPage(): string {
  const places = defencesInCode()
  const by = (who: Attack['by']): readonly Listed[] => ATTACKS.filter(({ attack }) => attack.by === who)
  const section = (title: string, listed: readonly Listed[]): string => (listed.length === 0 ? '' : `\n## ${title}\n\n${table(listed, places)}\n`)
  return `# Attacks

${NOTE}

Each attack runs between real daemon processes over gRPC with mutual TLS, twice: with every defence on it ends in the coded refusal below and an entry in the
log of those who refuse; with the one defence off that it targets, it succeeds (the test holds what the attacker opened against the victim's own vector, or shows the
honest party's signature on what it must never sign). A defence can be switched off by tests alone: the \`consilium\` command refuses to start with the switch.
\`npm test -- security\` runs them all.
${section('A hostile coordinator', by('coordinator'))}${section('A hostile hospital', by('hospital'))}`
}

const FILE = join(ROOT, 'docs/attacks.md')
const read = (): string => {
  try {
    return readFileSync(FILE, 'utf8')
  } catch {
    return ''
  }
}
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--check')) writeFileSync(FILE, attacksPage())
  else if (read() !== attacksPage()) {
    console.error('docs/attacks.md is not current: npm run generate')
    process.exitCode = 1
  }
}
