// The hospital's own policy. It is enforced here, by the client alone, and fails closed: what is not allowed by name is refused.
import { z } from 'zod'
import { refuse } from '../core/errors.ts'
import { type JobSpec, type Plan, PRIVACY } from '../privacy/messages.ts'

const taskRule = z.strictObject({
  /** Kinds of privacy this hospital allows for the task, by name. */
  privacy: z.array(z.enum(PRIVACY)).min(1),
  /** `automatic`: plans of this task that fit the policy are followed without asking a person. */
  consent: z.literal('automatic'),
})
export const policySchema = z.strictObject({
  /** Least number of hospitals in a sum that opens, at least corrupt + 2. */
  minCohort: z.int().min(3).max(10_000),
  /** Members assumed corrupt in all (c): at least the roster's f. */
  corrupt: z.int().min(1).max(1_000),
  featureSets: z.array(z.string()).min(1),
  tasks: z.record(z.string(), taskRule),
})
export type Policy = z.infer<typeof policySchema>

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
