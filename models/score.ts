// Scoring: from the final state's bytes alone, the same bits in every mode and at every site with one version of V8.
import { decode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import type { Table } from '../core/table.ts'
import { fedavgState } from './fedavg.ts'
import { logisticState } from './logistic.ts'
import { sigmoid } from './logit.ts'
import { forward } from './mlp/forward.ts'
import { type Layer, layersOf, weightCount } from './mlp/network.ts'
import { type Normalisation, standardise } from './normalisation.ts'

export type Model =
  | { readonly kind: 'logistic'; readonly normalisation: Normalisation /** intercept first */; readonly beta: Float64Array }
  | { readonly kind: 'mlp'; readonly normalisation: Normalisation; readonly layers: readonly Layer[]; readonly weights: Float64Array }
  /** What a site with one class can say: the base rate. Never federated. */
  | { readonly kind: 'constant'; readonly logit: number }

export interface Scores {
  readonly logit: Float64Array
  readonly probability: Float64Array
}

const PARSERS: Readonly<Record<string, (state: Uint8Array) => Model>> = {
  logistic(bytes) {
    const { normalisation, beta } = decode(logisticState, bytes)
    checkWidths(normalisation, beta.length === normalisation.names.length + 1)
    return { kind: 'logistic', normalisation, beta }
  },
  fedavg(bytes) {
    const { normalisation, params, weights } = decode(fedavgState, bytes)
    const layers = layersOf(normalisation.names.length, params.hidden)
    checkWidths(normalisation, weights.length === weightCount(layers))
    return { kind: 'mlp', normalisation, layers, weights }
  },
}

function checkWidths({ names, low, high, mean, std }: Normalisation, modelFits: boolean): void {
  if (!modelFits || [low, high, mean, std].some((v) => v.length !== names.length)) throw refuse('BAD_BYTES', "a model's parts differ in width")
}

/** @throws NOT_FOUND where the task makes no model; BAD_BYTES. */
export function parseModel(task: string, state: Uint8Array): Model {
  const parse = Object.hasOwn(PARSERS, task) ? PARSERS[task] : undefined
  if (!parse) throw refuse('NOT_FOUND', `task ${JSON.stringify(task.slice(0, 80))} makes no model`)
  return parse(state)
}

/** Scores of all rows, features matched by name. @throws BAD_DATA where the feature set is another or a column is absent. */
export function scoreRows(model: Model, table: Table): Scores {
  const logit = logits(model, table)
  return { logit, probability: logit.map(sigmoid) }
}

function logits(model: Model, table: Table): Float64Array {
  switch (model.kind) {
    case 'constant':
      return new Float64Array(table.rows).fill(model.logit)
    case 'mlp':
      return forward(model.layers, model.weights, standardise(model.normalisation, table), table.rows)
    case 'logistic':
      return linear(model.beta, standardise(model.normalisation, table), table.rows)
    default:
      return model satisfies never
  }
}

function linear(beta: Float64Array, x: Float64Array, rows: number): Float64Array {
  const width = beta.length - 1
  return Float64Array.from({ length: rows }, (_, row) => {
    let z = beta[0] as number
    for (let j = 0; j < width; j++) z += (beta[j + 1] as number) * (x[row * width + j] as number)
    return z
  })
}
