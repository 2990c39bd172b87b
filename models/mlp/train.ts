// Local passes over a hospital's own rows, on the tensor engine. Everything in here is released before it returns.
import type { Random } from '../../core/random.ts'
import { loadEngine } from './engine.ts'
import type { Layer } from './network.ts'

export interface LocalTraining {
  readonly optimiser: 'adam' | 'sgd'
  readonly learningRate: number
  readonly localPasses: number
  readonly batchRows: number
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
export async function trainLocally(layers: readonly Layer[], weights: Float64Array, rows: LocalRows, options: LocalTraining, random: Random): Promise<Float64Array> {
  const { tf } = await loadEngine()
  const variables = layers.flatMap(({ inputs, outputs, kernelAt, biasAt }) => [
    tf.variable(tf.tensor2d(Float32Array.from(weights.subarray(kernelAt, biasAt)), [inputs, outputs])),
    tf.variable(tf.tensor1d(Float32Array.from(weights.subarray(biasAt, biasAt + outputs)))),
  ])
  const optimiser = options.optimiser === 'adam' ? tf.train.adam(options.learningRate) : tf.train.sgd(options.learningRate)
  const logits = (x: Tf['Tensor2D']): Tf['Tensor2D'] =>
    layers.reduce((input, _, i) => {
      const z = tf.add<Tf['Tensor2D']>(tf.matMul(input, variables[2 * i] as Tf['Tensor2D']), variables[2 * i + 1] as Tf['Tensor'])
      return i < layers.length - 1 ? tf.relu(z) : z
    }, x)
  const width = (layers[0] as Layer).inputs
  try {
    for (let pass = 0; pass < options.localPasses; pass++) {
      for (const batch of shuffledBatches(rows, width, options.batchRows, random)) {
        tf.tidy(() => {
          const size = batch.y.length
          const [x, y] = [tf.tensor2d(batch.x, [size, width]), tf.tensor2d(batch.y, [size, 1])]
          const weight = tf.add(tf.mul(y, options.positiveWeight - 1), 1)
          const { grads } = tf.variableGrads(() => {
            const z = logits(x)
            return tf.mean<Tf['Scalar']>(tf.mul(weight, tf.sub(tf.softplus(z), tf.mul(y, z))))
          }, variables)
          optimiser.applyGradients(grads)
        })
      }
    }
    const trained = new Float64Array(weights.length)
    layers.forEach(({ kernelAt, biasAt }, i) => {
      trained.set(variables[2 * i]?.dataSync() as Float32Array, kernelAt)
      trained.set(variables[2 * i + 1]?.dataSync() as Float32Array, biasAt)
    })
    return trained
  } finally {
    optimiser.dispose()
    for (const variable of variables) variable.dispose()
  }
}

interface Tf {
  Tensor: import('@tensorflow/tfjs').Tensor
  Tensor2D: import('@tensorflow/tfjs').Tensor2D
  Scalar: import('@tensorflow/tfjs').Scalar
}

/** Views into one shuffled copy a pass: `slice` on a tensor would copy all of it for every batch. */
function* shuffledBatches({ x, y }: LocalRows, width: number, batchRows: number, random: Random): Generator<{ x: Float32Array; y: Float32Array }> {
  const order = shuffle(y.length, random)
  const [shuffledX, shuffledY] = [new Float32Array(x.length), new Float32Array(y.length)]
  order.forEach((from, to) => {
    shuffledX.set(x.subarray(from * width, (from + 1) * width), to * width)
    shuffledY[to] = y[from] as number
  })
  const batches = Math.ceil(y.length / batchRows)
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
