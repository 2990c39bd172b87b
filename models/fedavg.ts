// fedavg: an MLP trained by averaging clipped weight deltas. McMahan et al., AISTATS 2017; server momentum: Hsu et al. 2019.
import { type Decoded, decode, encode, f64, f64s, oneOf, struct, text, u8, u16, u32 } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { LIMITS } from '../core/limits.ts'
import { noCuts } from './cells.ts'
import { checked, firstFault } from './checked.ts'
import { parseDescribed } from './describe.ts'
import { fitBits } from './fit-lanes.ts'
import { HIDDEN_NAMES, initialWeights, layersOf, weightCount } from './mlp/network.ts'
import { cappedRows, MAX_FEATURES, normalisation, standardise } from './normalisation.ts'
import { nothing } from './nothing.ts'
import type { Task } from './task.ts'

/** Two lanes a coefficient; for five hospitals 25 bits each. */
const [VALUE_BITS, LEAST_BITS] = [26, 10]

const params = checked(
  struct({
    describe: text(LIMITS.nameBytes),
    hidden: oneOf(...HIDDEN_NAMES),
    steps: u16,
    optimiser: oneOf('adam', 'sgd'),
    learningRate: f64,
    /** Decoupled from the gradient (Loshchilov & Hutter, ICLR 2019): kernels shrink by learningRate x this a batch. */
    weightDecay: f64,
    /** Passes over the local rows in one step. */
    localPasses: u8,
    batchRows: u32,
    positiveWeight: f64,
    /** A delta is scaled down to this L2 norm. */
    clipNorm: f64,
    server: oneOf('fedavg', 'fedavgm'),
    serverRate: f64,
    /** fedavgm only. */
    momentum: f64,
    /**
     * A pass has at most this many batches, each then larger than batchRows: hospitals of any size make as many updates, so that none is
     * heard less for its size twice over (Wang et al., NeurIPS 2020: objective inconsistency).
     */
    mostBatches: u32,
    /** Step k trains at learningRate x this^k: over unlike hospitals FedAvg converges only so (Li et al., ICLR 2020, theorem 4). */
    learningRateDecay: f64,
  }),
  (p) =>
    firstFault(
      [p.steps >= 1, 'steps: at least 1'],
      [p.localPasses >= 1 && p.localPasses <= 50, 'localPasses: 1 to 50'],
      [p.batchRows >= 8, 'batchRows: at least 8: small batches are how rows leak'],
      [p.learningRate > 0 && p.serverRate > 0, 'learningRate, serverRate: above 0'],
      [p.weightDecay >= 0 && p.weightDecay * p.learningRate < 1, 'weightDecay: at least 0, and learningRate x weightDecay below 1'],
      [p.positiveWeight > 0, 'positiveWeight: above 0'],
      [p.clipNorm > 0, 'clipNorm: above 0'],
      [p.mostBatches >= 1, 'mostBatches: at least 1'],
      [p.learningRateDecay > 0 && p.learningRateDecay <= 1, 'learningRateDecay: above 0 to 1'],
      [p.momentum >= 0 && p.momentum < 1, 'momentum: 0 to below 1'],
    ),
)
export type FedavgParams = Decoded<typeof params>
export const FEDAVG_DEFAULTS: FedavgParams = {
  describe: 'describe',
  hidden: '32-16',
  steps: 12,
  optimiser: 'adam',
  learningRate: 0.01,
  weightDecay: 1,
  localPasses: 3,
  batchRows: 256,
  positiveWeight: 1,
  clipNorm: 4,
  server: 'fedavg',
  serverRate: 1,
  momentum: 0.5,
  mostBatches: 65_536,
  learningRateDecay: 1,
}
export const fedavgParams = (given: Partial<FedavgParams> = {}): Uint8Array => encode(params, { ...FEDAVG_DEFAULTS, ...given })

export const parseFedavgParams = (bytes: Uint8Array): FedavgParams => decode(params, bytes)

const MAX_WEIGHTS = MAX_FEATURES * 64 + 4096
const weights = f64s(MAX_WEIGHTS)
const state = struct({
  params,
  normalisation,
  step: u16,
  /** Float32-exact. */ weights,
  /** The server's momentum; zeros for plain fedavg. */ velocity: weights,
})
export type FedavgState = Decoded<typeof state>
export const fedavgState = state

/**
 * Vector: w (local weights - global weights), the difference scaled to L2 norm <= clipNorm; then w = rows / rowCap itself, so
 * that sum(w delta) / sum(w) is the mean over all rows and no row count travels. Audience: members; an update, not a statistic.
 */
export const fedavg: Task<FedavgParams, FedavgState> = {
  name: 'fedavg',
  audience: 'members',
  disclosure: 'update',
  params,
  state,
  local: nothing,
  cells: () => null,
  cuts: noCuts,
  init(params, { upstream, seed }) {
    const { featureSet, names, low, high, mean, std } = parseDescribed(upstream, params.describe)
    if (names.length === 0) throw refuse('CELL_SMALL', `stage ${params.describe} opened no column: there is nothing to learn from`)
    const layers = layersOf(names.length, params.hidden)
    return {
      params,
      normalisation: { featureSet, names, low, high, mean, std },
      step: 0,
      weights: initialWeights(layers, seed),
      velocity: new Float64Array(weightCount(layers)),
    }
  },
  layout: ({ params, weights }, contributors) =>
    fitBits(contributors, 2, VALUE_BITS, LEAST_BITS, [
      { name: 'delta', length: weights.length, clip: params.clipNorm, rounding: 'stochastic' },
      { name: 'weight', length: 1, clip: 1, rounding: 'stochastic' },
    ]),
  async contribute({ state, data, rowCap, random }) {
    const { params, normalisation, weights } = state
    const table = cappedRows(data.train, rowCap)
    const vector = new Float64Array(weights.length + 1)
    if (table.rows === 0) return { vector, nextLocal: null }
    const { trainLocally } = await import('./mlp/train.ts')
    const rows = { x: Float32Array.from(standardise(normalisation, table)), y: table.y }
    const trained = await trainLocally(
      layersOf(normalisation.names.length, params.hidden),
      weights,
      rows,
      { ...params, learningRate: params.learningRate * params.learningRateDecay ** state.step },
      random,
    )
    const weight = table.rows / rowCap
    vector.set(
      clipToNorm(
        trained.map((v, i) => v - (weights[i] as number)),
        params.clipNorm,
      ).map((v) => v * weight),
    )
    vector[weights.length] = weight
    return { vector, nextLocal: null }
  },
  advance(state, sums) {
    const { params } = state
    const step = state.step + 1
    const weight = sums[state.weights.length] as number
    if (!(weight > 0)) return { ...state, step }
    // A mean of clipped deltas is within the clip: more can only come from a weight lane that lies.
    const mean = clipToNorm(
      sums.subarray(0, state.weights.length).map((v) => v / weight),
      params.clipNorm,
    )
    const velocity = params.server === 'fedavgm' ? state.velocity.map((v, i) => params.momentum * v + (mean[i] as number)) : mean
    const weights = state.weights.map((w, i) => Math.fround(w + params.serverRate * (velocity[i] as number)))
    return { ...state, step, velocity: params.server === 'fedavgm' ? velocity : state.velocity, weights }
  },
  done: ({ step, params }) => step >= params.steps,
}

/** v scaled so that its L2 norm is at most `norm`; all zero where training left the finite numbers. */
export function clipToNorm(v: Float64Array, norm: number): Float64Array {
  const length = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0))
  if (!Number.isFinite(length)) return new Float64Array(v.length)
  return length > norm ? v.map((x) => x * (norm / length)) : v
}
