import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { clientConfig } from '../../cli/config/client.ts'
import { coordinatorConfig } from '../../cli/config/coordinator.ts'
import { toJobOptions } from '../../cli/config/job.ts'
import { policyOf, policySchema } from '../../client/index.ts'
import { checkStages, drawsOf } from '../../privacy/job.ts'

const guide = (file: string): string => readFileSync(fileURLToPath(new URL(`../../docs/${file}`, import.meta.url)), 'utf8')

function exampleOf(file: string): unknown {
  const block = /```yaml\n([\s\S]*?)```/.exec(guide(file))?.[1]
  return parse(block ?? '')
}

test("the hospital guide's example is a valid configuration", () => {
  expect(clientConfig.parse(exampleOf('hospital.md')).policy.minCohort).toBe(4)
})

test('the hospital guide explains every key of the policy, and names its default', () => {
  const { tasks: _, exact, ...rest } = policySchema.shape
  const rows = guide('hospital.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  const keys = [...Object.keys(rest), 'tasks.<task>.privacy', 'tasks.<task>.consent', ...Object.keys(policyOf(LEAST).exact).map((key) => `exact.${key}`)]
  expect(exact).toBeDefined()
  for (const key of keys) expect([key, rows.filter((row) => row.startsWith(`| \`${key}\` |`)).length]).toEqual([key, 1])
  const said = (key: string): string =>
    rows
      .find((row) => row.startsWith(`| \`${key}\` |`))
      ?.split('|')[2]
      ?.replaceAll(/[`,]/g, '')
      .trim() ?? ''
  const defaults = policyOf(LEAST)
  for (const key of ['roster', 'stepsPerDay', 'epsilonPerMonth'] as const) expect([key, said(key)]).toEqual([key, String(defaults[key])])
  for (const [key, value] of Object.entries(defaults.exact)) expect([key, said(`exact.${key}`)]).toEqual([key, String(value)])
})
const LEAST = { minCohort: 3, corrupt: 1, featureSets: ['claim/1'], tasks: {} }

test("the regulator guide's example is a valid configuration whose job can be started", () => {
  const { job } = coordinatorConfig.parse(exampleOf('coordinator.md'))
  if (!job) throw new Error('the example has no job')
  const options = toJobOptions(job)
  expect(() => checkStages({ ...options, draws: drawsOf(options.stages) })).not.toThrow()
  expect(options.stages.map((s) => s.task)).toEqual(['describe', 'logistic', 'evaluate', 'fedavg', 'evaluate'])
})
