// Counts out of vitest's JSON report.
import { readFileSync } from 'node:fs'
import { z } from 'zod'

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}
export const none: Counts = { passed: 0, failed: 0, skipped: 0 }

const report = z.object({
  testResults: z.array(z.object({ name: z.string(), status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
})

/** A file that fails before its first test counts as one failure; a report that is not there counts nothing. */
export function readReport(file: string): Counts {
  const { testResults } = readJson(file)
  return testResults.reduce((sum, result) => add(sum, countsOf(result)), none)
}

function readJson(file: string): z.infer<typeof report> {
  try {
    return report.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    console.error(`no report of this suite: ${error instanceof Error ? error.message : String(error)}`)
    return { testResults: [] }
  }
}

function countsOf(result: z.infer<typeof report>['testResults'][number]): Counts {
  const count = (...statuses: readonly string[]): number => result.assertionResults.filter((r) => statuses.includes(r.status)).length
  const failed = count('failed')
  return { passed: count('passed'), failed: failed === 0 && result.status === 'failed' ? 1 : failed, skipped: count('skipped', 'pending', 'todo', 'disabled') }
}

const add = (a: Counts, b: Counts): Counts => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped })
