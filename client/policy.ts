// The hospital's own policy. It is enforced here, by the client alone, and fails closed: what is not allowed by name is refused.
import { z } from 'zod'
import { isRefusal, refuse } from '../core/errors.ts'
import { type CellRule, taskByName } from '../models/index.ts'
import { type JobSpec, type Plan, PRIVACY } from '../privacy/messages.ts'

const taskRule = z.strictObject({
  /** Kinds of privacy this hospital allows for the task, by name. */
  privacy: z.array(z.enum(PRIVACY)).min(1),
  /** `ask`: a person sees the job and its first plan in plain words and decides. `automatic`: what fits this file is followed. */
  consent: z.enum(['ask', 'automatic']).default('ask'),
})
const hours = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'expected HH:MM-HH:MM, local time; the end may lie after midnight')
  .refine((text) => text.slice(0, 5) !== text.slice(6), 'begin and end are the same: leave the key out to allow every hour')
/** What exact statistics may read of one frozen extract, however many jobs ask: each further one can be held against those before. */
const exactLimits = z.strictObject({
  jobsPerSnapshot: z.int().min(1).max(100_000).default(100),
  /** Lanes opened in all. */
  valuesPerSnapshot: z.int().min(1).max(Number.MAX_SAFE_INTEGER).default(1_000_000_000),
  /** K: least number of persons in a cell that opens. */
  cellPersons: z.int().min(1).max(10_000).default(20),
  /** k: least number of hospitals with a person in it. */
  cellHospitals: z.int().min(1).max(10_000).default(2),
})
export const policySchema = z.strictObject({
  /** Least number of hospitals in a sum that opens, at least corrupt + 2. */
  minCohort: z.int().min(3).max(10_000),
  /** Members assumed corrupt in all (c): at least the roster's f. */
  corrupt: z.int().min(1).max(1_000),
  featureSets: z.array(z.string()).min(1),
  tasks: z.record(z.string(), taskRule),
  /** `ask`: a person approves each roster (`consilium client roster show`). `automatic`: one that enough members signed is followed. */
  roster: z.enum(['ask', 'automatic']).default('ask'),
  /** Forms of co-signing under which this hospital contributes. */
  cosigning: z
    .array(z.enum(['full', 'light']))
    .min(1)
    .default(['full', 'light']),
  /** Hours in which this hospital computes and contributes; outside of them it waits. Not given: always. */
  hours: hours.optional(),
  /** Steps that this hospital contributes to in a day, of all jobs together. */
  stepsPerDay: z.int().min(1).max(1_000_000).default(5_000),
  /** Budget of differential privacy a calendar month; a plan that would exceed it is refused. */
  epsilonPerMonth: z.number().nonnegative().default(0),
  exact: exactLimits.prefault({}),
})
export type Policy = z.output<typeof policySchema>
/** A policy with the defaults of what is not given. */
export const policyOf = (given: z.input<typeof policySchema>): Policy => policySchema.parse(given)

/** One rule of the policy held against what is asked. `en` and `zh` say what is asked and what is allowed, whether it holds or not. */
export interface PolicyFinding {
  readonly rule: 'minCohort' | 'cosigning' | 'tasks' | 'privacy' | 'epsilonPerMonth' | 'featureSets' | 'specification' | 'cellPersons' | 'cellHospitals'
  readonly ok: boolean
  readonly en: string
  readonly zh: string
}

/** The least cohort that this policy accepts: its own, and two honest members beside c corrupt ones. */
export const leastCohort = (policy: Pick<Policy, 'minCohort' | 'corrupt'>): number => Math.max(policy.minCohort, policy.corrupt + 2)

/** Every rule that a plan of this job is held against, in the order in which the daemon would refuse. Command and daemon share it. */
export function policyFindings(policy: Policy, plan: Plan, spec: JobSpec): readonly PolicyFinding[] {
  const always = [cohortFinding(policy, plan.minCohort), cosigningFinding(policy, plan.cosigning)]
  // Common randomness reads no records: no rule about tasks and inputs applies.
  if (plan.task === 'randomness') return always
  const stage = spec.stages.find((s) => s.name === plan.stage && s.task === plan.task)
  const planned = stage !== undefined
  return [
    ...always,
    ...stageFindings(policy, { task: plan.task, privacy: plan.privacy, featureSet: plan.inputs.featureSet }),
    {
      rule: 'specification',
      ok: planned,
      en: `task ${plan.task} is ${planned ? '' : 'not '}in the job's specification`,
      zh: `任务 ${plan.task} ${planned ? '在' : '不在'}作业说明之内`,
    },
    ...(stage ? cellFindings(policy, stage) : []),
  ]
}

export function cohortFinding(policy: Policy, minCohort: number): PolicyFinding {
  const least = leastCohort(policy)
  return {
    rule: 'minCohort',
    ok: minCohort >= least,
    en: `minCohort ${minCohort}: this hospital asks for at least ${least}`,
    zh: `最少参与医院数 ${minCohort}：本院要求至少 ${least}`,
  }
}

const cosigningFinding = ({ cosigning }: Policy, planned: Plan['cosigning']): PolicyFinding => ({
  rule: 'cosigning',
  ok: cosigning.includes(planned),
  en: `co-signing in the ${planned} form: allowed is ${cosigning.join(', ')}`,
  zh: `联署方式 ${planned}：允许的方式为 ${cosigning.join(', ')}`,
})

/** What a stage of a job asks, as far as the policy has a rule for it. */
export interface StageAsked {
  readonly task: string
  readonly privacy: Plan['privacy']
  readonly featureSet: string
}

/** A task that the policy does not name fails at `tasks`; no rule about its privacy is then known. */
export function stageFindings(policy: Policy, { task, privacy, featureSet }: StageAsked): readonly PolicyFinding[] {
  const rule = Object.hasOwn(policy.tasks, task) ? policy.tasks[task] : undefined
  const tasks = Object.keys(policy.tasks).join(', ') || 'none'
  const findings: PolicyFinding[] = [
    { rule: 'tasks', ok: rule !== undefined, en: `task ${task}: allowed are ${tasks}`, zh: `任务 ${task}：允许的任务为 ${tasks}` },
    {
      rule: 'featureSets',
      ok: policy.featureSets.includes(featureSet),
      en: `feature set ${featureSet}: allowed are ${policy.featureSets.join(', ')}`,
      zh: `特征集 ${featureSet}：允许的特征集为 ${policy.featureSets.join(', ')}`,
    },
  ]
  if (!rule) return findings
  const kinds = rule.privacy.join(', ')
  findings.push({
    rule: 'privacy',
    ok: rule.privacy.includes(privacy),
    en: `task ${task} with privacy ${privacy}: allowed is ${kinds}`,
    zh: `任务 ${task} 的隐私方式 ${privacy}：允许的方式为 ${kinds}`,
  })
  if (privacy === 'dp') findings.push(budgetFinding(policy))
  return findings
}

/** The least cell that the stage opens, as its public parameters say, against this hospital's own K and k; nothing to find where it opens none. */
export function cellFindings(
  { exact }: Policy,
  { name, task, params, privacy }: Pick<JobSpec['stages'][number], 'name' | 'task' | 'params' | 'privacy'>,
): readonly PolicyFinding[] {
  const cells = privacy === 'exact' ? cellsOf(task, params) : null
  if (cells === 'unreadable')
    return [
      {
        rule: 'specification',
        ok: false,
        en: `stage ${name}: its task or parameters cannot be read by this software`,
        zh: `阶段 ${name}：本软件无法读取其任务或参数`,
      },
    ]
  if (!cells) return []
  return [
    {
      rule: 'cellPersons',
      ok: cells.persons >= exact.cellPersons,
      en: `stage ${name} opens cells of ${cells.persons} persons: this hospital asks for at least ${exact.cellPersons}`,
      zh: `阶段 ${name} 公开的单元至少 ${cells.persons} 人：本院要求至少 ${exact.cellPersons} 人`,
    },
    {
      rule: 'cellHospitals',
      ok: cells.hospitals >= exact.cellHospitals,
      en: `stage ${name} opens cells of ${cells.hospitals} hospitals: this hospital asks for at least ${exact.cellHospitals}`,
      zh: `阶段 ${name} 公开的单元至少来自 ${cells.hospitals} 家医院：本院要求至少 ${exact.cellHospitals} 家`,
    },
  ]
}

function cellsOf(task: string, params: Uint8Array): CellRule | null | 'unreadable' {
  try {
    return taskByName(task).cells(params)
  } catch (error) {
    if (isRefusal(error)) return 'unreadable'
    throw error
  }
}

/** What a job's stages are held against before any plan of it is there: one list a stage, in their order. */
export const jobFindings = (policy: Policy, spec: Pick<JobSpec, 'stages'>): readonly (readonly PolicyFinding[])[] =>
  spec.stages.map((stage) => [
    ...stageFindings(policy, { task: stage.task, privacy: stage.privacy, featureSet: stage.inputs.featureSet }),
    ...cellFindings(policy, stage),
  ])

/** Without a budget nothing may be spent. */
const budgetFinding = ({ epsilonPerMonth }: Policy): PolicyFinding => ({
  rule: 'epsilonPerMonth',
  ok: epsilonPerMonth > 0,
  en: `differential privacy: the budget of a month is epsilon ${epsilonPerMonth}`,
  zh: `差分隐私：每月预算为 epsilon ${epsilonPerMonth}`,
})

/** @throws POLICY with the first rule that does not hold: what the plan asks and what is allowed. */
export function checkPolicy(policy: Policy, plan: Plan, spec: JobSpec): void {
  const broken = policyFindings(policy, plan, spec).find((finding) => !finding.ok)
  if (broken) throw refuse('POLICY', broken.en)
}
