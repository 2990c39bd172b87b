// npm test: the static parts, then every suite. The last line is `N passed, N failed` (`, N skipped` where there are any).
//   npm test -- NAME [FILTER...]   one suite: static, unit, processes, security, slow, soak; FILTER is a part of a file's path
// The slow suite runs by name, or where CI=true; the soak by name only. In CI a skipped test is a failure, unless CONSILIUM_ALLOW_SKIPS=1.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { staticParts } from './parts.ts'
import { type Counts, none, readReport } from './report.ts'
import { type Outcome, outcomeLine, run, runAll } from './run.ts'

const inCi = process.env.CI === 'true'
const SUITES = ['unit', 'processes', 'security', 'slow', 'soak'] as const
/** Not part of `npm test`: slow runs in CI too, soak by its name alone. */
const BY_NAME: readonly string[] = inCi ? ['soak'] : ['slow', 'soak']
type Suite = (typeof SUITES)[number]
const skipsFail = inCi && process.env.CONSILIUM_ALLOW_SKIPS !== '1'

interface Row extends Outcome {
  readonly counts: Counts
}

async function runStatic(): Promise<readonly Row[]> {
  const outcomes = await runAll(staticParts())
  return outcomes.map((outcome) => ({ ...outcome, counts: outcome.ok ? none : { ...none, failed: 1 } }))
}

/** A suite that ends badly without a failed test (no report, a process left behind) counts as one failure. */
async function runSuite(name: Suite, filters: readonly string[]): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'consilium-test-'))
  try {
    const file = join(folder, 'report.json')
    const outcome = await run({
      name,
      program: 'vitest',
      args: ['run', '--project', name, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...filters],
    })
    const counts = readReport(file)
    const failed = counts.failed + (!outcome.ok && counts.failed === 0 ? 1 : 0)
    return { ...outcome, ok: failed === 0 && !(skipsFail && counts.skipped > 0), counts: { ...counts, failed } }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function print(rows: readonly Row[]): void {
  const sum = (pick: (c: Counts) => number): number => rows.reduce((total, row) => total + pick(row.counts), 0)
  const skipped = sum((c) => c.skipped)
  console.log('')
  for (const row of rows) {
    const { passed, failed, skipped: left } = row.counts
    console.log(`${outcomeLine(row)}   ${passed} passed, ${failed} failed${left > 0 ? `, ${left} skipped` : ''}`)
  }
  if (skipped > 0 && skipsFail) console.log('a skipped test is a failure in CI')
  if (rows.some((row) => !row.ok)) process.exitCode = 1
  console.log(`${sum((c) => c.passed)} passed, ${sum((c) => c.failed) + (skipsFail ? skipped : 0)} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
}

const [name, ...filters] = process.argv.slice(2)
const asked = SUITES.filter((suite) => (name === undefined ? !BY_NAME.includes(suite) : suite === name))
if (name !== undefined && name !== 'static' && asked.length === 0) {
  console.error(`no suite ${name}: static, ${SUITES.join(', ')}`)
  process.exitCode = 2
} else {
  const rows: Row[] = []
  if (name === undefined || name === 'static') rows.push(...(await runStatic()))
  for (const suite of asked) rows.push(await runSuite(suite, filters))
  print(rows)
}
