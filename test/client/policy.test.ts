// The rules of a hospital's policy, one by one: the daemon refuses by the first that does not hold, the command tells them all.
import { describe, expect, test } from 'vitest'
import { checkPolicy, jobFindings, type Policy, policyFindings, policyOf } from '../../client/policy.ts'
import { describeParams } from '../../models/index.ts'
import type { Plan } from '../../privacy/messages.ts'
import { CELLS, POLICY } from '../support/hospitals.ts'
import { firstPlan, specOf } from './asked-things.ts'

const spec = specOf()
const planOf = (change: Partial<Plan> = {}): Plan => firstPlan(spec, { stage: 'describe', task: 'describe', ...change }).plan
const broken = (policy: Policy, plan: Plan = planOf()): readonly string[] => policyFindings(policy, plan, spec).flatMap((f) => (f.ok ? [] : [f.rule]))

test('a plan within the policy breaks no rule, and the daemon lets it pass', () => {
  expect(broken(POLICY)).toEqual([])
  expect(() => checkPolicy(POLICY, planOf(), spec)).not.toThrow()
})

const { describe: _, ...others } = POLICY.tasks
const CASES: readonly (readonly [string, Policy, Plan, readonly string[]])[] = [
  ['a least cohort below its own', { ...POLICY, minCohort: 5 }, planOf(), ['minCohort']],
  ['a least cohort below c + 2', { ...POLICY, corrupt: 3 }, planOf(), ['minCohort']],
  ['a task that is not named', { ...POLICY, tasks: others }, planOf(), ['tasks']],
  ['a task named like a property of every object', POLICY, planOf({ task: 'constructor' }), ['tasks', 'specification']],
  ['another kind of privacy', POLICY, planOf({ privacy: 'none' }), ['privacy']],
  [
    'noise without a budget',
    { ...POLICY, tasks: { ...others, describe: { privacy: ['dp'], consent: 'ask' } } },
    planOf({ privacy: 'dp' }),
    ['epsilonPerMonth'],
  ],
  ['another feature set', { ...POLICY, featureSets: ['other/1'] }, planOf(), ['featureSets']],
  [
    'a task that the job does not name',
    { ...POLICY, tasks: { ...POLICY.tasks, trees: { privacy: ['exact'], consent: 'ask' } } },
    planOf({ task: 'trees' }),
    ['specification'],
  ],
  ['another form of co-signing', { ...POLICY, cosigning: ['light'] }, planOf(), ['cosigning']],
  ['several at once', { ...POLICY, minCohort: 5, featureSets: ['other/1'] }, planOf({ privacy: 'none' }), ['minCohort', 'featureSets', 'privacy']],
]
test.each(CASES)('%s', (_title, policy, plan, rules) => {
  expect(broken(policy, plan)).toEqual(rules)
  const first = policyFindings(policy, plan, spec).find((f) => !f.ok)
  expect(() => checkPolicy(policy, plan, spec)).toThrow(expect.objectContaining({ code: 'POLICY', message: first?.en }))
})

test('common randomness reads nothing: only the cohort is held against the policy', () => {
  const none = policyOf({ minCohort: 4, corrupt: 2, featureSets: ['other/1'], tasks: {} })
  expect(broken(none, firstPlan(spec).plan)).toEqual([])
  expect(broken({ ...none, minCohort: 5 }, firstPlan(spec).plan)).toEqual(['minCohort'])
})

test('each finding says in both languages what is asked and what is allowed, whether it holds or not', () => {
  for (const policy of [POLICY, { ...POLICY, tasks: {}, featureSets: ['other/1'], minCohort: 9 }])
    for (const { en, zh } of policyFindings(policy, planOf(), spec)) {
      expect(en).toMatch(/\w/)
      expect(zh).toMatch(/\p{Script=Han}/u)
    }
})

describe('a job before any plan of it', () => {
  test('is held against the policy stage by stage', () => {
    expect(
      jobFindings(POLICY, spec)
        .flat()
        .every((f) => f.ok),
    ).toBe(true)
    const found = jobFindings({ ...POLICY, tasks: others, exact: { ...POLICY.exact, cellPersons: 50 } }, spec)
    expect(found.map((findings) => findings.flatMap((f) => (f.ok ? [] : [f.rule])))).toEqual([
      ['tasks', 'cellPersons'],
      ['cellPersons'],
      ['cellPersons'],
      [],
      ['cellPersons'],
    ])
  })
  test('says of each stage what the daemon says of its plans', () => {
    const policy = { ...POLICY, featureSets: ['other/1'], exact: { ...POLICY.exact, cellHospitals: 3 } }
    const [stage] = spec.stages
    expect(stage?.params).toEqual(describeParams(CELLS))
    const ofPlan = policyFindings(policy, planOf(), spec).filter((f) => !['minCohort', 'specification', 'cosigning'].includes(f.rule))
    expect(jobFindings(policy, spec)[0]).toEqual(ofPlan)
  })
})
