// Local passes over a hospital's own rows, on the tensor engine. Everything in here is released before it returns.
import type * as Tfjs from '@tensorflow/tfjs'
import type { Random } from '../../core/random.ts'
import { loadEngine } from './engine.ts'
import type { Layer } from './network.ts'

export interface LocalTraining {
  readonly optimiser: 'adam' | 'sgd'
  readonly learningRate: number
  readonly weightDecay: number
  readonly localPasses: number
  readonly batchRows: number
  /** A pass is cut into no more batches than this, however many rows there are. */
  readonly mostBatches: number
  /** Weight of a fraudulent row in the loss; others weigh 1. */
  readonly positiveWeight: number
}
export interface LocalRows {
  /** Standardised, row-major, rows x inputs. */
  readonly x: Float32Array
  readonly y: Uint8Array
}

/**
 * Minimises mean(weight x (softplus(z) - y z)) from `weights` (Float32-exact) on shuffled batches of nearly equal size; returns
 * the new weights. The engine's arithmetic differs by backend: the result is data that a hospital contributes, never a state.
 */
export async function trainLocally(
  layers: readonly Layer[],
  weights: Float64Array,
  rows: LocalRows,
  options: LocalTraining,
  random: Random,
): Promise<Float64Array> {
  const { tf } = await loadEngine()
  const variables = variablesOf(tf, layers, weights)
  const optimiser = options.optimiser === 'adam' ? tf.train.adam(options.learningRate) : tf.train.sgd(options.learningRate)
  const kept = (1 - options.learningRate * options.weightDecay) ** batchesOf(rows, options)
  try {
    for (let pass = 0; pass < options.localPasses; pass++) {
      shrinkKernels(tf, variables, kept)
      for (const batch of shuffledBatches(rows, batchesOf(rows, options), random)) {
        tf.tidy(() => optimiser.minimize(lossOf(tf, variables, batch, options.positiveWeight), false, variables) ?? [])
      }
    }
    return weightsOf(layers, variables, weights.length)
  } finally {
    optimiser.dispose()
    for (const variable of variables) variable.dispose()
  }
}

/** Kernel and bias of each layer in turn. */
function variablesOf(tf: typeof Tfjs, layers: readonly Layer[], weights: Float64Array): Tfjs.Variable[] {
  const part = (from: number, to: number): Float32Array => Float32Array.from(weights.subarray(from, to))
  return tf.tidy(() =>
    layers.flatMap(({ inputs, outputs, kernelAt, biasAt }) => [
      tf.variable(tf.tensor2d(part(kernelAt, biasAt), [inputs, outputs])),
      tf.variable(tf.tensor1d(part(biasAt, biasAt + outputs))),
    ]),
  )
}

function weightsOf(layers: readonly Layer[], variables: readonly Tfjs.Variable[], count: number): Float64Array {
  const weights = new Float64Array(count)
  layers.forEach(({ kernelAt, biasAt }, i) => {
    weights.set(variables[2 * i]?.dataSync() as Float32Array, kernelAt)
    weights.set(variables[2 * i + 1]?.dataSync() as Float32Array, biasAt)
  })
  return weights
}

function lossOf(tf: typeof Tfjs, variables: readonly Tfjs.Variable[], { x, y }: Batch, positiveWeight: number): () => Tfjs.Scalar {
  const [inputs, labels] = [tf.tensor2d(x, [y.length, x.length / y.length]), tf.tensor2d(y, [y.length, 1])]
  const weight = tf.add(tf.mul(labels, positiveWeight - 1), 1)
  return () => {
    let z: Tfjs.Tensor = inputs
    for (let i = 0; i < variables.length; i += 2) {
      const sum = tf.add(tf.matMul(z, variables[i] as Tfjs.Tensor), variables[i + 1] as Tfjs.Tensor)
      z = i < variables.length - 2 ? tf.relu(sum) : sum
    }
    return tf.mean(tf.mul(weight, tf.sub(tf.softplus(z), tf.mul(labels, z))))
  }
}

/** The decay of a whole pass at once; biases keep theirs. */
function shrinkKernels(tf: typeof Tfjs, variables: readonly Tfjs.Variable[], kept: number): void {
  if (kept === 1) return
  tf.tidy(() => {
    for (const variable of variables) if (variable.rank === 2) variable.assign(tf.mul(variable, kept))
  })
}

const batchesOf = ({ y }: LocalRows, { batchRows, mostBatches }: LocalTraining): number => Math.min(mostBatches, Math.ceil(y.length / batchRows))

interface Batch {
  readonly x: Float32Array
  readonly y: Float32Array
}
/** Views into one shuffled copy a pass: `slice` on a tensor would copy all of it for every batch. */
function* shuffledBatches({ x, y }: LocalRows, batches: number, random: Random): Generator<Batch> {
  const width = x.length / y.length
  const order = shuffle(y.length, random)
  const [shuffledX, shuffledY] = [new Float32Array(x.length), new Float32Array(y.length)]
  order.forEach((from, to) => {
    shuffledX.set(x.subarray(from * width, (from + 1) * width), to * width)
    shuffledY[to] = y[from] as number
  })
  for (let i = 0; i < batches; i++) {
    const [start, end] = [Math.floor((i * y.length) / batches), Math.floor(((i + 1) * y.length) / batches)]
    yield { x: shuffledX.subarray(start * width, end * width), y: shuffledY.subarray(start, end) }
  }
}

/** Fisher-Yates with 32-bit coins: bias below rows / 2^32. */
function shuffle(n: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i)
  const coins = random.fill(new Uint32Array(n))
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(((coins[i] as number) / 2 ** 32) * (i + 1))
    const kept = order[i] as number
    order[i] = order[j] as number
    order[j] = kept
  }
  return order
}
