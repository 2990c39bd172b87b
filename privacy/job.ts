// A job's specification: fixed, hashed and signed before its step 0, so that nothing in it can follow from what the draws will be.
import { encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { type JobSpec, jobSpec, PROTOCOL_VERSION, type Roster, rosterHash } from './messages.ts'
import { requireSignature } from './signatures.ts'

/** The draws of a job, in this order: one initial state a stage. The uses are part of the specification. */
export const drawsOf = (stages: readonly { readonly name: string }[]): string[] => stages.map((stage) => `init/${stage.name}`)

/**
 * The coordinator's signature, this roster, this version; stages with distinct names that take only earlier ones upstream; the fixed
 * list of draws. @throws OTHER_VERSION | OTHER_ROSTER | BAD_SIGNATURE | BAD_PLAN.
 */
export function checkJobSpec(spec: JobSpec, signature: Uint8Array, roster: Roster): void {
  if (spec.protocol !== PROTOCOL_VERSION) throw refuse('OTHER_VERSION', `a job of protocol ${spec.protocol}`)
  if (spec.roster !== rosterHash(roster) || spec.federation !== roster.federation) throw refuse('OTHER_ROSTER', 'the job is planned over another roster')
  requireSignature('job', {}, encode(jobSpec, spec), signature, roster.coordinatorKey, 'the coordinator')
  checkStages(spec)
}

/** The part that the coordinator's own operator can get wrong. @throws BAD_PLAN. */
export function checkStages(spec: Pick<JobSpec, 'stages' | 'draws' | 'featureSets'>): void {
  const earlier = new Set<string>(['randomness'])
  for (const stage of spec.stages) {
    if (earlier.has(stage.name)) throw refuse('BAD_PLAN', `two stages are called ${stage.name}`)
    const missing = stage.upstream.find((name) => name === 'randomness' || !earlier.has(name))
    if (missing !== undefined) throw refuse('BAD_PLAN', `stage ${stage.name} takes ${missing}, which is no earlier stage`)
    if (!spec.featureSets.some((set) => set.name === stage.inputs.featureSet))
      throw refuse('BAD_PLAN', `stage ${stage.name} reads ${stage.inputs.featureSet}, which the job does not declare`)
    earlier.add(stage.name)
  }
  const draws = drawsOf(spec.stages)
  if (spec.draws.length !== draws.length || spec.draws.some((use, i) => use !== draws[i]))
    throw refuse('BAD_PLAN', 'the draws are not one initial state a stage')
}
