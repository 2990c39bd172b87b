import type { Layer } from './network.ts'

/**
 * Logits of `rows` standardised rows (row-major). ReLU between layers, none after the last. Plain double arithmetic in a fixed
 * order, no engine: wherever a score is made it has the same bits.
 */
export function forward(layers: readonly Layer[], weights: Float64Array, x: Float64Array, rows: number): Float64Array {
  let input = x
  layers.forEach((layer, i) => {
    input = applyLayer(layer, weights, input, rows, i < layers.length - 1)
  })
  return input
}

function applyLayer({ inputs, outputs, kernelAt, biasAt }: Layer, weights: Float64Array, x: Float64Array, rows: number, relu: boolean): Float64Array {
  const out = new Float64Array(rows * outputs)
  for (let row = 0; row < rows; row++) {
    const to = out.subarray(row * outputs, (row + 1) * outputs)
    to.set(weights.subarray(biasAt, biasAt + outputs))
    for (let i = 0; i < inputs; i++) {
      const value = x[row * inputs + i] as number
      if (value === 0) continue
      const from = kernelAt + i * outputs
      for (let o = 0; o < outputs; o++) to[o] = (to[o] as number) + value * (weights[from + o] as number)
    }
    if (relu) for (let o = 0; o < outputs; o++) to[o] = Math.max(0, to[o] as number)
  }
  return out
}
