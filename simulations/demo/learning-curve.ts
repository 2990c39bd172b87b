// How good the model was after each step, and how far the federated coefficients are from the pooled ones.
import type { Table } from '../../core/table.ts'
import { type Model, metricsOfScores, parseModel, scoreRows } from '../../models/index.ts'
import type { ModelKind } from '../baselines.ts'
import type { Figures } from './comparison.ts'
import type { Learned } from './learned.ts'
import { MODEL_STAGE } from './plan.ts'

const TASK: Readonly<Record<ModelKind, string>> = { logistic: 'logistic', mlp: 'fedavg' }

/** Steps that only count, before the first that learns. */
const COUNT_STEPS: Readonly<Record<ModelKind, number>> = { logistic: 1, mlp: 0 }

const modelsOf = (learned: Learned, kind: ModelKind): readonly Model[] =>
  (learned.get(MODEL_STAGE[kind]) ?? []).slice(COUNT_STEPS[kind]).map((state) => parseModel(TASK[kind], state))

/** Figures over all held-out rows after each step. The launcher alone can draw this: it has the rows. */
export function learningCurve(learned: Learned, kind: ModelKind, heldOut: Table): readonly Figures[] {
  return modelsOf(learned, kind).map((model) => {
    const { auc, averagePrecision } = metricsOfScores({ logit: scoreRows(model, heldOut).logit, label: heldOut.y, amountFen: heldOut.amountFen })
    return { auc, averagePrecision }
  })
}

/** max |federated - pooled| / max(|pooled|, largest |pooled| / 100): near-zero coefficients do not count as far off. NaN where there is no model. */
export function coefficientDifference(learned: Learned, pooled: Float64Array): number {
  const model = modelsOf(learned, 'logistic').at(-1)
  if (model?.kind !== 'logistic' || model.beta.length !== pooled.length) return Number.NaN
  const floor = pooled.reduce((most, b) => Math.max(most, Math.abs(b)), 0) / 100
  return pooled.reduce((most, b, j) => Math.max(most, Math.abs((model.beta[j] as number) - b) / Math.max(Math.abs(b), floor)), 0)
}
