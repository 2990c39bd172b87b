// The shape of a network and its weights as one flat array: layer after layer, the kernel (inputs x outputs, row-major), then the bias.
import { createSeededRandom, uniform } from '../../core/random.ts'

/** A plan can ask for these hidden layers and no others: odd shapes are how a malicious model reads rows out of a sum. */
export const HIDDEN_LAYERS = { '16': [16], '32': [32], '32-16': [32, 16], '64-32': [64, 32], '64-32-16': [64, 32, 16] } as const satisfies Record<
  string,
  readonly number[]
>
export type HiddenLayers = keyof typeof HIDDEN_LAYERS
export const HIDDEN_NAMES = Object.keys(HIDDEN_LAYERS) as HiddenLayers[]

export interface Layer {
  readonly inputs: number
  readonly outputs: number
  /** Offsets in the flat array. */
  readonly kernelAt: number
  readonly biasAt: number
}

export function layersOf(inputs: number, hidden: HiddenLayers): readonly Layer[] {
  const widths = [inputs, ...HIDDEN_LAYERS[hidden], 1]
  let at = 0
  return widths.slice(1).map((outputs, i) => {
    const inputs = widths[i] as number
    const layer = { inputs, outputs, kernelAt: at, biasAt: at + inputs * outputs }
    at = layer.biasAt + outputs
    return layer
  })
}

export const weightCount = (layers: readonly Layer[]): number => layers.reduce((sum, l) => sum + l.outputs * (l.inputs + 1), 0)

/**
 * Kernels uniform in +- sqrt(6 / inputs) (He et al. 2015), the last +- sqrt(6 / (inputs + 1)) (Glorot); biases 0. From AES-CTR
 * under the seed with + - x / sqrt alone, then rounded to Float32: the same bits at every site.
 */
export function initialWeights(layers: readonly Layer[], seed: Uint8Array): Float64Array {
  const random = createSeededRandom(`mlp/weights|${Buffer.from(seed).toString('hex')}`)
  const weights = new Float64Array(weightCount(layers))
  layers.forEach(({ inputs, outputs, kernelAt, biasAt }, i) => {
    const bound = Math.sqrt(6 / (i === layers.length - 1 ? inputs + outputs : inputs))
    for (let at = kernelAt; at < biasAt; at++) weights[at] = Math.fround((2 * uniform(random) - 1) * bound)
  })
  return weights
}
