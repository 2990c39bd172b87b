// evaluate: the true global figures of a model over every hospital's held-out rows, from one sum of score histograms.
import { blob, type Decoded, decode, encode, f64s, struct, text, u32, union } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import { CELL_DEFAULTS, CELL_FIELDS, cellFaults, cellRule } from './cells.ts'
import { checked, firstFault } from './checked.ts'
import { fitIntegers } from './fit-lanes.ts'
import { type CurvePoint, curve, type Metrics, metricsOf } from './metrics.ts'
import { cappedRows } from './normalisation.ts'
import { nothing } from './nothing.ts'
import { parseModel, scoreRows } from './score.ts'
import { groupsOfHistogram, HISTOGRAM_BINS, histogramOf, LOGIT_CLIP } from './score-histogram.ts'
import type { Task } from './task.ts'

const params = checked(
  struct({
    /** name of the stage that made the model */ model: text(LIMITS.nameBytes),
    /** amounts of single rows are limited to this */ amountCapYuan: u32,
    ...CELL_FIELDS,
  }),
  (p) => firstFault([p.amountCapYuan >= 1, 'amountCapYuan: at least 1'], ...cellFaults(p)),
)
export type EvaluateParams = Decoded<typeof params>
export const evaluateParams = (given: Partial<EvaluateParams> & Pick<EvaluateParams, 'model'>): Uint8Array =>
  encode(params, { amountCapYuan: 1_000_000, ...CELL_DEFAULTS, ...given })

const cuts = struct({ bins: u32, logitClip: u32, amountCapYuan: u32, ...CELL_FIELDS })

const LANES = 4 * HISTOGRAM_BINS
const counts = f64s(2 * HISTOGRAM_BINS)
const state = union({
  asked: struct({ params, task: text(LIMITS.nameBytes), model: blob(LIMITS.stateBytes), rowCap: u32 }),
  summed: struct({ rows: counts, yuan: counts }),
})
export type EvaluateState = Decoded<typeof state>

/**
 * Vector: 4,096 fixed bins of the logit clipped to [-12, 12] x label, once counting rows and once whole yuan (16,384 integer
 * lanes). Held-out rows only. Audience: members; exact statistic. Bins move AUC by under 0.001 on realistic scores.
 */
export const evaluate: Task<EvaluateParams, EvaluateState> = {
  name: 'evaluate',
  audience: 'members',
  disclosure: 'statistic',
  params,
  state,
  local: nothing,
  cells: cellRule,
  /** Merged borders follow from the fine ones and the threshold. */
  cuts: ({ amountCapYuan, cellPersons, cellHospitals }) =>
    encode(cuts, { bins: HISTOGRAM_BINS, logitClip: LOGIT_CLIP, amountCapYuan, cellPersons, cellHospitals }),
  init(params, { upstream, rowCap }) {
    const made = upstream[params.model]
    if (!made) throw refuse('BAD_CONFIG', `stage ${JSON.stringify(params.model)} is not upstream`)
    parseModel(made.task, made.state)
    return { kind: 'asked', params, task: made.task, model: made.state, rowCap }
  },
  layout(state, contributors) {
    const { params, rowCap } = asked(state)
    return fitIntegers(contributors, [
      { name: 'rows', length: 2 * HISTOGRAM_BINS, clip: rowCap, rounding: 'integer' },
      { name: 'yuan', length: 2 * HISTOGRAM_BINS, clip: rowCap * params.amountCapYuan, rounding: 'integer' },
    ])
  },
  async contribute({ state, data, rowCap }) {
    const { params, task, model } = asked(state)
    const table = cappedRows(data.heldOut, rowCap)
    const { logit } = scoreRows(parseModel(task, model), table)
    const { rows, yuan } = histogramOf({ logit, label: table.y, amountFen: table.amountFen }, params.amountCapYuan)
    const vector = new Float64Array(LANES)
    vector.set(rows)
    vector.set(yuan, rows.length)
    return { vector, nextLocal: null }
  },
  advance: (_, sums) => ({ kind: 'summed', rows: sums.slice(0, LANES / 2), yuan: sums.slice(LANES / 2) }),
  done: (state) => state.kind === 'summed',
}

function asked(state: EvaluateState): Extract<EvaluateState, { kind: 'asked' }> {
  if (state.kind !== 'asked') throw refuse('OTHER_STATE', 'this evaluation has already been summed')
  return state
}

export interface Evaluation {
  readonly metrics: Metrics
  readonly curve: readonly CurvePoint[]
}
/** Figures and curves of a finished evaluation. The state holds only integers: these may use the C library's exp. @throws BAD_BYTES | OTHER_STATE. */
export function parseEvaluation(bytes: Uint8Array): Evaluation {
  const summed = decode(state, bytes)
  if (summed.kind !== 'summed') throw refuse('OTHER_STATE', 'this evaluation is not finished')
  const groups = groupsOfHistogram(summed)
  return { metrics: metricsOf(groups), curve: curve(groups) }
}
