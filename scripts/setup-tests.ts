// npm run setup:tests: what tests need beyond npm packages. Quick where all is present; says why where it cannot install.
import { spawnSync } from 'node:child_process'

/** Program that must be on the PATH -> Debian package that brings it. */
const NEEDED = { chromium: 'chromium' } as const

const isThere = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0
const apt = (...args: readonly string[]): boolean =>
  spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }).status === 0

function install(packages: readonly string[]): void {
  const said = packages.join(', ')
  if (!isThere('apt-get')) return console.log(`setup:tests: skipped, this machine has no apt-get; tests that need ${said} will be skipped`)
  if (process.getuid?.() !== 0) return console.log(`setup:tests: skipped, not root; install by hand: apt-get install ${packages.join(' ')}`)
  if (apt('update') && apt('install', '-y', '--no-install-recommends', ...packages)) return console.log(`setup:tests: installed ${said}`)
  console.error(`setup:tests: apt-get could not install ${said}; tests that need it will be skipped`)
  process.exitCode = 1
}

const missing = Object.entries(NEEDED).filter(([program]) => !isThere(program))
if (missing.length === 0) console.log(`setup:tests: all there (${Object.keys(NEEDED).join(', ')})`)
else install(missing.map(([, name]) => name))
