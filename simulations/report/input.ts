// What a report is made of.
import type { Baselines, ModelKind } from '../baselines.ts'
import type { DemoClaims } from '../demo/claims.ts'
import type { Comparison, Figures } from '../demo/comparison.ts'
import type { Recipe } from '../demo/plan.ts'
import type { Trace } from '../demo/trace.ts'

export interface ReportInput {
  readonly recipe: Recipe
  readonly claims: DemoClaims
  readonly source: string
  readonly trace: Trace
  readonly baselines: Baselines
  /** logistic, then mlp */
  readonly comparisons: readonly Comparison[]
  /** Figures over all held-out rows after each step. */
  readonly curves: Readonly<Record<ModelKind, readonly Figures[]>>
  /** NaN where it is not known. */
  readonly coefficientDifference: number
  readonly seconds: number
  readonly machine: string
}
