// How many numbers each stage of a job opens, and how often: found before the job begins, by walking its tasks through public things alone.
// The walk takes integers, which count, as large as they can be, so that every cell opens, and all else as zero: what opens is at most this.

import { type LaneLayout, laneCount } from '../core/lanes.ts'
import { LIMITS } from '../core/limits.ts'
import type { FeatureColumn } from '../core/table.ts'
import { opensAll, parseFedavgParams, parseLogisticParams, taskByName, type Upstream } from '../models/index.ts'
import type { JobSpec, Stage } from '../privacy/messages.ts'

export interface StageShape {
  /** Numbers that open in one round, at most; where rounds differ, of the largest. null: not known before the stage begins. */
  readonly numbers: number | null
  /** Rounds at most; null: not known. */
  readonly rounds: number | null
}

const NO_SHAPE: StageShape = { numbers: null, rounds: null }
const MOST_WALKED_ROUNDS = 4
const SEED = new Uint8Array(32)

/** One shape a stage, in the specification's order, for a cohort of `contributors`. */
export function jobShapes(spec: Pick<JobSpec, 'stages' | 'featureSets'>, contributors: number): readonly StageShape[] {
  const finals: Record<string, Upstream[string]> = {}
  return spec.stages.map((stage) => {
    try {
      const walked = walk(stage, spec, contributors, finals)
      finals[stage.name] = { task: stage.task, state: walked.final }
      return { numbers: walked.numbers, rounds: roundsOf(stage) ?? walked.rounds }
    } catch {
      // A task that this software does not know, or parameters that it refuses: the daemon says so by code when it learns the job.
      return NO_SHAPE
    }
  })
}

function walk(
  stage: Stage,
  spec: Pick<JobSpec, 'featureSets'>,
  contributors: number,
  upstream: Upstream,
): { readonly numbers: number; readonly rounds: number | null; readonly final: Uint8Array } {
  const task = taskByName(stage.task)
  let state = task.init(stage.params, {
    featureSet: stage.inputs.featureSet,
    features: columnsOf(stage, spec),
    upstream,
    seed: SEED,
    rowCap: stage.inputs.rowCap,
  })
  let numbers = 0
  for (let round = 1; round <= MOST_WALKED_ROUNDS; round++) {
    const layout = task.layout(state, contributors)
    const lanes = laneCount(layout)
    if (lanes > LIMITS.lanes) throw new RangeError('more lanes than a plan may have')
    numbers = Math.max(numbers, lanes)
    state = task.advance(state, mostCounted(layout, contributors))
    if (task.done(state)) return { numbers, rounds: round, final: state }
  }
  return { numbers, rounds: null, final: state }
}

const mostCounted = ({ segments }: LaneLayout, contributors: number): Float64Array =>
  Float64Array.from(segments.flatMap((s) => Array.from({ length: s.length }, () => (s.rounding === 'integer' ? s.clip * contributors : 0))))

/** Where the parameters alone say it. */
function roundsOf({ task, params }: Stage): number | null {
  if (task === 'logistic') {
    const logistic = parseLogisticParams(params)
    return logistic.maxSteps + (opensAll(logistic) ? 0 : 1)
  }
  if (task === 'fedavg') return parseFedavgParams(params).steps
  return null
}

export const columnsOf = ({ inputs }: Pick<Stage, 'inputs'>, { featureSets }: Pick<JobSpec, 'featureSets'>): readonly FeatureColumn[] =>
  (featureSets.find((set) => set.name === inputs.featureSet)?.columns ?? []).map(({ low, high, ...rest }) => ({ ...rest, range: [low, high] }))
