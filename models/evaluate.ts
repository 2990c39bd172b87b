// evaluate: the true global figures of a model over every hospital's held-out rows, from sums over cells of K persons.
import { blob, type Decoded, decode, encode, f64, f64s, list, struct, text, u32, union } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { type LaneLayout, type Segment, segmentRange } from '../core/lanes.ts'
import { LIMITS } from '../core/limits.ts'
import type { Table } from '../core/table.ts'
import { CELL_DEFAULTS, CELL_FIELDS, cellFaults, cellRule, countLayout, countVector, openableCells, opensAll } from './cells.ts'
import { checked, firstFault } from './checked.ts'
import { fitIntegers } from './fit-lanes.ts'
import { type CurvePoint, curve, type Metrics, metricsOf } from './metrics.ts'
import { cappedRows, clip } from './normalisation.ts'
import { nothing } from './nothing.ts'
import { parseModel, scoreRows } from './score.ts'
import { type BinnedRows, binOf, cellEnds, INTERVALS, LOGIT_CLIP, personsByInterval, SCORE_BINS } from './score-bins.ts'
import { type CellSums, cellSums, groupsOfCells, shareBelow } from './score-cells.ts'
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

/** Ranks among the rows without fraud are summed in these parts of one. */
const RANK_UNIT = 2 ** 20

const asked = struct({ params, task: text(LIMITS.nameBytes), model: blob(LIMITS.stateBytes), rowCap: u32 })
const ends = list(u32, SCORE_BINS)
const numbers = f64s(SCORE_BINS)
const sums = struct({ ends, rows: numbers, yuan: numbers, offset: numbers, square: numbers })
const state = union({
  counting: struct({ asked }),
  negatives: struct({ asked, negativeEnds: ends, positiveEnds: ends }),
  positives: struct({ asked, negatives: sums, positiveEnds: ends }),
  /** Without cells where the rows of a label stand on too few persons or hospitals. */
  summed: struct({ negatives: sums, positives: sums, /** Of the rows with fraud, among those without, in parts of RANK_UNIT. */ rank: f64 }),
})
export type EvaluateState = Decoded<typeof state>
type Kind<K extends EvaluateState['kind']> = Extract<EvaluateState, { kind: K }>

/**
 * Three sums over the held-out rows of all hospitals; 4,096 fine bins of the logit, clipped to [-12, 12].
 * 1. counting: the persons of each label in each dyadic interval of the bins (cells.ts; 32,764 lanes). Cells of each label follow (cellEnds):
 *    each holds K persons of k hospitals.
 * 2. negatives: for each cell of the rows without fraud: rows, whole yuan, sum of bins and of their squares.
 * 3. positives: the same of the rows with fraud; and the sum of their ranks among the rows of step 2, in one lane: their mean is the area under
 *    the ROC curve, whose error is that of the negatives' density inside cells alone (below 0.001 on the data of docs/decisions/011-cells.md).
 * All integers. Where cells of one person may open, step 1 is left out and each bin is a cell. Where a label may not open at all, the evaluation ends after step 1, without figures. Audience: members; exact statistic.
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
  cuts: ({ amountCapYuan, cellPersons, cellHospitals }) => encode(cuts, { bins: SCORE_BINS, logitClip: LOGIT_CLIP, amountCapYuan, cellPersons, cellHospitals }),
  init(params, { upstream, rowCap }) {
    const made = upstream[params.model]
    if (!made) throw refuse('BAD_CONFIG', `stage ${JSON.stringify(params.model)} is not upstream`)
    parseModel(made.task, made.state)
    const asked = { params, task: made.task, model: made.state, rowCap }
    const each = Array.from({ length: SCORE_BINS }, (_, bin) => bin + 1)
    return opensAll(params) ? { kind: 'negatives', asked, negativeEnds: each, positiveEnds: each } : { kind: 'counting', asked }
  },
  layout(state, contributors) {
    switch (state.kind) {
      case 'counting':
        // Refused now where the sums of the steps after it would not fit.
        fitIntegers(contributors, sumSegments(state.asked, 1))
        return countLayout(contributors, 2 * INTERVALS, state.asked.params)
      case 'negatives':
        return fitIntegers(contributors, sumSegments(state.asked, state.negativeEnds.length))
      case 'positives':
        return fitIntegers(contributors, [
          ...sumSegments(state.asked, state.positiveEnds.length),
          { name: 'rank', length: 1, clip: state.asked.rowCap * RANK_UNIT, rounding: 'integer' },
        ])
      default:
        throw alreadySummed()
    }
  },
  async contribute({ state, data, rowCap }) {
    if (state.kind === 'summed') throw alreadySummed()
    return { vector: vectorOf(state, cappedRows(data.heldOut, rowCap)), nextLocal: null }
  },
  advance,
  done: (state) => state.kind === 'summed',
}

const alreadySummed = (): Error => refuse('OTHER_STATE', 'this evaluation has already been summed')

function sumSegments({ params, rowCap }: Kind<'counting'>['asked'], cells: number): readonly Segment[] {
  return [
    { name: 'rows', length: cells, clip: rowCap, rounding: 'integer' },
    { name: 'yuan', length: cells, clip: rowCap * params.amountCapYuan, rounding: 'integer' },
    { name: 'offset', length: cells, clip: rowCap * SCORE_BINS, rounding: 'integer' },
    { name: 'square', length: cells, clip: rowCap * SCORE_BINS ** 2, rounding: 'integer' },
  ]
}

function vectorOf(state: Exclude<EvaluateState, Kind<'summed'>>, table: Table): Float64Array {
  const { params, task, model } = state.asked
  const { logit } = scoreRows(parseModel(task, model), table)
  switch (state.kind) {
    case 'counting':
      return countVector(
        [0, 1].flatMap((label) => [...personsByInterval(rowsOf(label, logit, table, params.amountCapYuan))]),
        params,
      )
    case 'negatives': {
      const rows = rowsOf(0, logit, table, params.amountCapYuan)
      return joined(columnsOf(cellSums(rows, rows.fen, state.negativeEnds)))
    }
    case 'positives': {
      const rows = rowsOf(1, logit, table, params.amountCapYuan)
      const below = shareBelow(state.negatives)
      const rank = rows.bins.reduce((sum, bin) => sum + Math.round((below[bin] as number) * RANK_UNIT), 0)
      return joined([...columnsOf(cellSums(rows, rows.fen, state.positiveEnds)), Float64Array.of(rank)])
    }
    default:
      return state satisfies never
  }
}

function rowsOf(label: number, logit: Float64Array, table: Table, amountCapYuan: number): BinnedRows & { readonly fen: Float64Array } {
  const rows = [...table.y.keys()].filter((row) => table.y[row] === label)
  return {
    bins: Int32Array.from(rows, (row) => binOf(logit[row] as number)),
    persons: Int32Array.from(rows, (row) => table.persons[row] as number),
    fen: Float64Array.from(rows, (row) => clip(table.amountFen[row] as number, 0, amountCapYuan * 100)),
  }
}

const columnsOf = ({ rows, yuan, offset, square }: CellSums): readonly Float64Array[] => [rows, yuan, offset, square]
const joined = (parts: readonly Float64Array[]): Float64Array => Float64Array.from(parts.flatMap((part) => [...part]))

const NO_CELLS: CellSums = { ends: [], rows: new Float64Array(), yuan: new Float64Array(), offset: new Float64Array(), square: new Float64Array() }

function advance(state: EvaluateState, opened: Float64Array): EvaluateState {
  switch (state.kind) {
    case 'counting': {
      const openable = openableCells(opened, state.asked.params)
      const [negativeEnds, positiveEnds] = [0, 1].map((label) => cellEnds(openable.slice(label * INTERVALS, (label + 1) * INTERVALS)))
      if (!negativeEnds?.length || !positiveEnds?.length) return { kind: 'summed', negatives: NO_CELLS, positives: NO_CELLS, rank: 0 }
      return { kind: 'negatives', asked: state.asked, negativeEnds, positiveEnds }
    }
    case 'negatives':
      return { kind: 'positives', asked: state.asked, negatives: sumsOf(state, state.negativeEnds, opened), positiveEnds: state.positiveEnds }
    case 'positives':
      return { kind: 'summed', negatives: state.negatives, positives: sumsOf(state, state.positiveEnds, opened), rank: opened.at(-1) as number }
    case 'summed':
      throw alreadySummed()
    default:
      return state satisfies never
  }
}

function sumsOf(state: EvaluateState, ends: readonly number[], opened: Float64Array): CellSums {
  const layout: LaneLayout = evaluate.layout(state, 1)
  const of = (name: string): Float64Array => {
    const { start, end } = segmentRange(layout, name)
    return opened.slice(start, end)
  }
  return { ends, rows: of('rows'), yuan: of('yuan'), offset: of('offset'), square: of('square') }
}

export interface Evaluation {
  readonly metrics: Metrics
  readonly curve: readonly CurvePoint[]
}
const total = (values: Float64Array): number => values.reduce((sum, v) => sum + v, 0)

/**
 * Figures and curves of a finished evaluation; no rows and NaN where nothing could open. The state holds only integers: these may use the C
 * library's exp. Rows, positives and AUC are of the sums themselves, the rest of the density inside cells. @throws BAD_BYTES | OTHER_STATE.
 */
export function parseEvaluation(bytes: Uint8Array): Evaluation {
  const summed = decode(state, bytes)
  if (summed.kind !== 'summed') throw refuse('OTHER_STATE', 'this evaluation is not finished')
  const { negatives, positives, rank } = summed
  const groups = groupsOfCells(negatives, positives)
  const frauds = total(positives.rows)
  const metrics = {
    ...metricsOf(groups),
    rows: total(negatives.rows) + frauds,
    positives: frauds,
    auc: total(negatives.rows) > 0 ? rank / RANK_UNIT / frauds : Number.NaN,
  }
  return { metrics, curve: curve(groups) }
}
