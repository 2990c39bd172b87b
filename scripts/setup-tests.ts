// npm run setup:tests: what tests need beyond npm packages. Quick where all is present; says why where it cannot install.
import { spawnSync } from 'node:child_process'

/** Program that must be on the PATH -> Debian package that brings it. */
const NEEDED = { chromium: 'chromium' } as const

const isThere = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0
const apt = (...args: readonly string[]): boolean =>
  spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0

interface Result {
  readonly ok: boolean
  readonly line: string
}

function install(packages: readonly string[]): Result {
  const said = packages.join(', ')
  const consequence = `tests that need ${said} are skipped`
  if (!isThere('apt-get')) return { ok: true, line: `skipped, this machine has no apt-get; ${consequence}` }
  if (process.getuid?.() !== 0) return { ok: true, line: `skipped, not root; ${consequence}; by hand: apt-get install ${packages.join(' ')}` }
  if (apt('update') && apt('install', '-y', '--no-install-recommends', ...packages)) return { ok: true, line: `installed ${said}` }
  return { ok: false, line: `apt-get could not install ${said}; ${consequence}` }
}

const missing = Object.entries(NEEDED).filter(([program]) => !isThere(program))
const result: Result = missing.length === 0 ? { ok: true, line: `all there (${Object.keys(NEEDED).join(', ')})` } : install(missing.map(([, name]) => name))
console.log(`setup:tests: ${result.line}`)
if (!result.ok) process.exitCode = 1
