// logistic: Newton's method on summed gradients and Hessians. The federated fit is the pooled fit, up to the rounding of lanes.
import { bool, type Decoded, decode, encode, f64, f64s, option, struct, text, u16 } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import type { Table } from '../core/table.ts'
import {
  CELL_DEFAULTS,
  CELL_FIELDS,
  cellFaults,
  cellRule,
  countLayout,
  countVector,
  noCuts,
  openableCells,
  opensAll,
  personsIn,
  requireUnion,
} from './cells.ts'
import { checked, firstFault } from './checked.ts'
import { solvePositiveDefinite, triangleIndex, triangleLength } from './cholesky.ts'
import { parseDescribed } from './describe.ts'
import { fitBits } from './fit-lanes.ts'
import { sigmoid, softplus } from './logit.ts'
import { cappedRows, clip, normalisation, STANDARDISED_CLIP, standardise } from './normalisation.ts'
import { nothing } from './nothing.ts'
import type { Task } from './task.ts'

const MAX_LOGISTIC_FEATURES = 200
/** Newton on 16-bit lanes diverges. */
const VALUE_BITS = 50
const LOSS_CLIP = 1024
/** A rise of the objective below this is rounding, not a bad step. */
const OBJECTIVE_SLACK = 1e-9
const SMALLEST_SCALE = 1 / 64

const params = checked(
  struct({
    /** name of the stage whose normalisation is used */ describe: text(LIMITS.nameBytes),
    /** penalty on the mean loss, the intercept excepted */ ridge: f64,
    maxSteps: u16,
    /** on the Euclidean norm of the mean gradient */ tolerance: f64,
    ...CELL_FIELDS,
  }),
  (p) => firstFault([p.ridge >= 0, 'ridge: at least 0'], [p.maxSteps >= 1, 'maxSteps: at least 1'], [p.tolerance > 0, 'tolerance: above 0'], ...cellFaults(p)),
)
export type LogisticParams = Decoded<typeof params>
export const logisticParams = (given: Partial<LogisticParams> = {}): Uint8Array =>
  encode(params, { describe: 'describe', ridge: 1e-3, maxSteps: 12, tolerance: 1e-5, ...CELL_DEFAULTS, ...given })

export const parseLogisticParams = (bytes: Uint8Array): LogisticParams => decode(params, bytes)

const coefficients = f64s(MAX_LOGISTIC_FEATURES + 1)
/** The last point that was accepted, and the step taken from it: what a halved step goes back to. */
const accepted = struct({ beta: coefficients, direction: coefficients, objective: f64, scale: f64 })
const state = struct({
  params,
  /** Whether the training rows were found to stand on K persons of k hospitals. */ counted: bool,
  normalisation,
  /** intercept first */ beta: coefficients,
  accepted: option(accepted),
  /** Newton's, without the count. */ step: u16,
  /** Of the last release; the final beta is one Newton step better. */ gradientNorm: option(f64),
})
export type LogisticState = Decoded<typeof state>
export const logisticState = state

/**
 * Minimises F(beta) = (1/N) sum softplus(z) - y z + ridge/2 |beta_1..d|^2, z = beta_0 + x beta over standardised features.
 * Vector at beta, over a hospital's training rows, each divided by the public rowCap: weight = rows (1), loss (1), gradient
 * sum (p - y) x (d+1), upper triangle of sum p (1-p) x x^T ((d+1)(d+2)/2); one 50-bit lane a coefficient. Dividing sums by the
 * sum of weights gives the pooled means. A first sum counts the persons of all rows (cells.ts); Newton begins only where
 * they are K of k hospitals: advance @throws CELL_SMALL else. Columns that `describe` withheld are out. These are sums over whole tables: products
 * of two columns that are rarely both away from their means can stand on few rows, so they protect hospitals, not rows (secure-sum.md,
 * Differencing). Audience: members; exact statistic, 7-11 steps.
 */
export const logistic: Task<LogisticParams, LogisticState> = {
  name: 'logistic',
  audience: 'members',
  disclosure: 'statistic',
  params,
  state,
  local: nothing,
  cells: cellRule,
  cuts: noCuts,
  init(params, { upstream }) {
    const { featureSet, names, low, high, mean, std } = parseDescribed(upstream, params.describe)
    if (names.length > MAX_LOGISTIC_FEATURES) throw refuse('BAD_CONFIG', `${names.length} features, logistic takes ${MAX_LOGISTIC_FEATURES}`)
    return {
      params,
      normalisation: { featureSet, names, low, high, mean, std },
      counted: opensAll(params),
      beta: new Float64Array(names.length + 1),
      accepted: null,
      step: 0,
      gradientNorm: null,
    }
  },
  layout({ params, counted, beta }, contributors) {
    if (!counted) return countLayout(contributors, 1, params)
    const z = STANDARDISED_CLIP
    return fitBits(contributors, 1, VALUE_BITS, 40, [
      { name: 'weight', length: 1, clip: 1, rounding: 'stochastic' },
      { name: 'loss', length: 1, clip: LOSS_CLIP, rounding: 'stochastic' },
      { name: 'gradient', length: beta.length, clip: z, rounding: 'stochastic' },
      { name: 'hessian', length: triangleLength(beta.length), clip: (z * z) / 4, rounding: 'stochastic' },
    ])
  },
  async contribute({ state, data, rowCap }) {
    const table = cappedRows(data.train, rowCap)
    const vector = state.counted ? derivatives(state, table, rowCap) : countVector([personsIn(table.persons)], state.params)
    return { vector, nextLocal: null }
  },
  advance,
  done: (state) => state.step >= state.params.maxSteps || (state.gradientNorm !== null && state.gradientNorm <= state.params.tolerance),
}

function derivatives({ normalisation, beta }: LogisticState, table: Table, rowCap: number): Float64Array {
  const n = beta.length
  const x = standardise(normalisation, table)
  const vector = new Float64Array(2 + n + triangleLength(n))
  const [gradient, hessian] = [vector.subarray(2, 2 + n), vector.subarray(2 + n)]
  const row = new Float64Array(n)
  row[0] = 1
  let loss = 0
  for (let r = 0; r < table.rows; r++) {
    row.set(x.subarray(r * (n - 1), (r + 1) * (n - 1)), 1)
    let z = 0
    for (let j = 0; j < n; j++) z += (beta[j] as number) * (row[j] as number)
    const y = table.y[r] as number
    const p = sigmoid(z)
    loss += clip(softplus(z) - y * z, 0, LOSS_CLIP)
    addRow(row, p - y, p * (1 - p), gradient, hessian)
  }
  vector[0] = table.rows
  vector[1] = loss
  return vector.map((v) => v / rowCap)
}

function addRow(row: Float64Array, residual: number, curvature: number, gradient: Float64Array, hessian: Float64Array): void {
  for (let j = 0, at = 0; j < row.length; j++) {
    gradient[j] = (gradient[j] as number) + residual * (row[j] as number)
    const scaled = curvature * (row[j] as number)
    for (let k = j; k < row.length; k++, at++) hessian[at] = (hessian[at] as number) + scaled * (row[k] as number)
  }
}

/**
 * One damped Newton step, a function of the releases alone: where the objective rose since the last accepted point, the step
 * from that point is halved, else beta - H^-1 g. At the tolerance the step is still taken: it squares the error, and costs nothing.
 */
function advance(state: LogisticState, sums: Float64Array): LogisticState {
  if (!state.counted) {
    requireUnion(openableCells(sums, state.params)[0], state.params)
    return { ...state, counted: true }
  }
  const weight = sums[0] as number
  const step = state.step + 1
  // Nobody had a row: there is nothing to fit.
  if (!(weight > 0)) return { ...state, step, gradientNorm: 0 }
  const means = sums.map((v) => v / weight)
  const objective = (means[1] as number) + penalty(state)
  const last = state.accepted
  if (last && objective > last.objective + OBJECTIVE_SLACK && last.scale > SMALLEST_SCALE) {
    const scale = last.scale / 2
    return { ...state, step, beta: last.beta.map((b, j) => b + scale * (last.direction[j] as number)), accepted: { ...last, scale } }
  }
  const n = state.beta.length
  const gradient = means.slice(2, 2 + n).map((g, j) => (j === 0 ? g : g + state.params.ridge * (state.beta[j] as number)))
  const hessian = means.slice(2 + n)
  for (let j = 1; j < n; j++) hessian[triangleIndex(n, j, j)] = (hessian[triangleIndex(n, j, j)] as number) + state.params.ridge
  const direction = solvePositiveDefinite(hessian, gradient).map((v) => -v)
  const beta = state.beta.map((b, j) => b + (direction[j] as number))
  return {
    ...state,
    step,
    beta,
    accepted: { beta: state.beta, direction, objective, scale: 1 },
    gradientNorm: Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0)),
  }
}

const penalty = ({ beta, params }: LogisticState): number => (params.ridge / 2) * beta.reduce((sum, b, j) => (j === 0 ? 0 : sum + b * b), 0)
