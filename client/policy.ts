// The hospital's own policy. It is enforced here, by the client alone, and fails closed: what is not allowed by name is refused.
import { z } from 'zod'
import { refuse } from '../core/errors.ts'
import { type JobSpec, type Plan, PRIVACY } from '../privacy/messages.ts'

const taskRule = z.strictObject({
  /** Kinds of privacy this hospital allows for the task, by name. */
  privacy: z.array(z.enum(PRIVACY)).min(1),
  /** `ask`: a person sees the job and its first plan in plain words and decides. `automatic`: what fits this file is followed. */
  consent: z.enum(['ask', 'automatic']).default('ask'),
})
const hours = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/, 'expected HH:MM-HH:MM, local time; the end may lie after midnight')
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

/** @throws POLICY naming what the plan asks and what is allowed. */
export function checkPolicy(policy: Policy, plan: Plan, spec: JobSpec): void {
  const least = Math.max(policy.minCohort, policy.corrupt + 2)
  if (plan.minCohort < least) throw refuse('POLICY', `minCohort ${plan.minCohort}: this hospital asks for at least ${least}`)
  if (plan.task === 'randomness') return
  const rule = policy.tasks[plan.task]
  if (!rule) throw refuse('POLICY', `task ${plan.task}: allowed are ${Object.keys(policy.tasks).join(', ')}`)
  if (!rule.privacy.includes(plan.privacy)) throw refuse('POLICY', `task ${plan.task} with privacy ${plan.privacy}: allowed is ${rule.privacy.join(', ')}`)
  if (!policy.featureSets.includes(plan.inputs.featureSet))
    throw refuse('POLICY', `feature set ${plan.inputs.featureSet}: allowed are ${policy.featureSets.join(', ')}`)
  if (!spec.stages.some((s) => s.task === plan.task)) throw refuse('POLICY', `task ${plan.task} is not in the job's specification`)
}
