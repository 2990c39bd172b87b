// What each member is asked now: a function of the state alone, so a restart of either side asks the same again.
import type { HospitalId } from '../core/ids.ts'
import type { Ask } from '../proto/messages.ts'
import { fingerprintAsks, missingFingerprints } from './fingerprints.ts'
import { membershipAsks } from './membership-asks.ts'
import { type CoordinatorState, groupOf, type JobState, type StepState } from './state.ts'
import { needed } from './step.ts'

export function asksFor(state: CoordinatorState, member: HospitalId): readonly Ask[] {
  const { asks, mayServe } = membershipAsks(state, member)
  if (!mayServe) return asks
  const out: Ask[] = [...asks]
  for (const job of state.jobs.values()) out.push(...jobAsks(state, job, member))
  return out
}

function jobAsks(state: CoordinatorState, job: JobState, member: HospitalId): Ask[] {
  const out: Ask[] = []
  if (job.outcome === 'running') {
    for (const boundary of new Set(job.spec.stages.map((s) => s.inputs.boundary))) {
      if (!state.snapshots.get(boundary)?.get(member)?.signature.length) out.push({ kind: 'declareSnapshot', boundary })
    }
  }
  const taken = job.adopted.get(member) ?? 0
  const next = job.releases[taken]
  if (next) out.push({ kind: 'adopt', key: next })
  const open = job.open ? state.steps.get(`${job.hash}.${job.step - 1}.0`) : undefined
  if (open && job.outcome === 'running') out.push(...stepAsks(state, open, member, next === undefined), ...fingerprintAsks(open, member))
  for (const stage of job.spec.stages) {
    const final = job.finals.has(stage.name)
    if (stage.publish === 1 && final && next === undefined && !job.scored.get(stage.name)?.has(member))
      out.push({ kind: 'score', job: job.hash, stage: stage.name })
  }
  return out
}

function stepAsks(state: CoordinatorState, step: StepState, member: HospitalId, current: boolean): Ask[] {
  const { key, phase } = step
  const custodians = state.roster.kind === 'agreed' ? state.roster.roster.custodians : []
  const refused = (what: 'sign' | 'answer' | 'cosign'): boolean => step.requestRefusals.has(`${what} ${member}`)
  switch (phase.kind) {
    case 'collecting':
      // A member that has not taken the last release yet cannot compute from it.
      return current && groupOf(step).includes(member) && !step.receipts.has(member) && !step.refusals.has(member) ? [{ kind: 'contribute', key }] : []
    case 'checking':
      return custodians.includes(member) && !phase.reports.some((r) => r.body.custodian === member) ? [{ kind: 'check', key }] : []
    case 'certifying':
      return phase.statement.answerSet.includes(member) && !phase.signatures.some((s) => s.signer === member) && !refused('sign') ? [{ kind: 'sign', key }] : []
    case 'opening':
      return phase.statement.answerSet.includes(member) && !phase.answers.some((a) => a.body.custodian === member) && !refused('answer')
        ? [{ kind: 'answer', key }]
        : []
    case 'cosigning':
      return missingFingerprints(step).length === 0 &&
        cosigners(state, step, phase).includes(member) &&
        !phase.cosignatures.some((c) => c.signer === member) &&
        !refused('cosign')
        ? [{ kind: 'cosign', key }]
        : []
    case 'released':
    case 'retired':
    case 'abandoned':
      return []
    default:
      return phase satisfies never
  }
}

/**
 * The first t of A in a list that turns by one a step, so that the refetching is shared; all of A once patience ends. Custodians outside
 * A hold no receipts to check the contributions against.
 */
function cosigners(
  state: CoordinatorState,
  step: StepState,
  { widened, statement }: Extract<StepState['phase'], { kind: 'cosigning' }>,
): readonly HospitalId[] {
  const able = statement.answerSet
  if (widened) return able
  const from = step.key.step % able.length
  const willing = [...able.slice(from), ...able.slice(0, from)].filter((c) => !step.requestRefusals.has(`cosign ${c}`))
  return willing.slice(0, needed(state).t)
}
