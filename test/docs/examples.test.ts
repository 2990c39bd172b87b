import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { clientConfig } from '../../cli/config/client.ts'
import { coordinatorConfig } from '../../cli/config/coordinator.ts'
import { toJobOptions } from '../../cli/config/job.ts'
import { checkStages, drawsOf } from '../../privacy/job.ts'

function exampleOf(file: string): unknown {
  const text = readFileSync(fileURLToPath(new URL(`../../docs/${file}`, import.meta.url)), 'utf8')
  const block = /```yaml\n([\s\S]*?)```/.exec(text)?.[1]
  return parse(block ?? '')
}

test("the hospital guide's example is a valid configuration", () => {
  expect(clientConfig.parse(exampleOf('hospital.md')).policy.minCohort).toBe(4)
})

test("the regulator guide's example is a valid configuration whose job can be started", () => {
  const { job } = coordinatorConfig.parse(exampleOf('coordinator.md'))
  if (!job) throw new Error('the example has no job')
  const options = toJobOptions(job)
  expect(() => checkStages({ ...options, draws: drawsOf(options.stages) })).not.toThrow()
  expect(options.stages.map((s) => s.task)).toEqual(['describe', 'logistic', 'evaluate', 'fedavg', 'evaluate'])
})
