// What the demo's federation runs: one job in the words of the coordinator's configuration. The baselines take their hyperparameters from here too.
import type { z } from 'zod'
import type { clientConfig } from '../../cli/config/client.ts'
import type { coordinatorConfig } from '../../cli/config/coordinator.ts'
import type { jobConfig } from '../../cli/config/job.ts'
import type { FedavgParams, LogisticParams } from '../../models/index.ts'
import type { ModelKind } from '../baselines.ts'
import type { RowsOf } from '../baselines-rows.ts'

export type JobFile = z.input<typeof jobConfig>
export type CoordinatorFile = z.input<typeof coordinatorConfig>
export type ClientFile = z.input<typeof clientConfig>

export type DataKind = 'simulated' | 'cms'

/** (m, f, t, g) for five hospitals, all of them custodians (secure-sum.md). */
export const CUSTODY = { custodians: 5, corrupt: 2, answers: 3, signatures: 4 } as const
export const MIN_COHORT = 4
const STEP_SECONDS = 20

export const MODEL_STAGE: Readonly<Record<ModelKind, string>> = { logistic: 'logistic', mlp: 'mlp' }
export const EVALUATION_STAGE: Readonly<Record<ModelKind, string>> = { logistic: 'evaluate-logistic', mlp: 'evaluate-mlp' }

/** Steps of the stages whose number is fixed: a count before the cells of `describe`, then of each label in `evaluate`. */
export const STEPS: Readonly<Record<string, number>> = { randomness: 1, describe: 2, [EVALUATION_STAGE.logistic]: 3, [EVALUATION_STAGE.mlp]: 3 }

export interface Recipe {
  readonly rows: RowsOf
  /** Public cap on rows a hospital. */
  readonly rowCap: number
  readonly logistic: Partial<Pick<LogisticParams, 'ridge' | 'maxSteps' | 'tolerance'>>
  readonly mlp: Partial<
    Pick<
      FedavgParams,
      | 'hidden'
      | 'steps'
      | 'optimiser'
      | 'learningRate'
      | 'learningRateDecay'
      | 'weightDecay'
      | 'localPasses'
      | 'batchRows'
      | 'mostBatches'
      | 'positiveWeight'
      | 'clipNorm'
      | 'server'
      | 'serverRate'
      | 'momentum'
    >
  >
}

const SPLIT = { splitSeed: 'demo', heldOutPercent: 30 } as const
export const RECIPES: Readonly<Record<DataKind, Recipe>> = {
  simulated: {
    rows: { featureSet: 'claim/1', boundary: '2025-12', ...SPLIT },
    rowCap: 8_000,
    logistic: { ridge: 1e-3, maxSteps: 12, tolerance: 1e-4 },
    mlp: {
      hidden: '32-16',
      steps: 20,
      learningRate: 0.015,
      learningRateDecay: 0.94,
      weightDecay: 0.2,
      localPasses: 1,
      batchRows: 64,
      mostBatches: 24,
      clipNorm: 8,
    },
  },
  cms: {
    rows: { featureSet: 'provider/1', boundary: '2009-12', ...SPLIT },
    rowCap: 1_000,
    logistic: { ridge: 1e-3, maxSteps: 12, tolerance: 1e-4 },
    mlp: { hidden: '32-16', steps: 12, learningRate: 0.01, localPasses: 3, batchRows: 64, clipNorm: 8 },
  },
}

/** describe, then each model with its evaluation over everybody's held-out rows. */
export function jobOf({ rows, rowCap, logistic, mlp }: Recipe): JobFile {
  return {
    minCohort: MIN_COHORT,
    stepSeconds: STEP_SECONDS,
    inputs: { ...rows, rowCap },
    stages: [
      { name: 'describe', task: 'describe', privacy: 'exact' },
      { name: MODEL_STAGE.logistic, task: 'logistic', params: logistic, upstream: ['describe'], privacy: 'exact', publish: true },
      { name: EVALUATION_STAGE.logistic, task: 'evaluate', params: { model: MODEL_STAGE.logistic }, upstream: [MODEL_STAGE.logistic], privacy: 'exact' },
      { name: MODEL_STAGE.mlp, task: 'fedavg', params: mlp, upstream: ['describe'], privacy: 'none', publish: true },
      { name: EVALUATION_STAGE.mlp, task: 'evaluate', params: { model: MODEL_STAGE.mlp }, upstream: [MODEL_STAGE.mlp], privacy: 'exact' },
    ],
  }
}

/** The demo's site policy: it says by name that plans without differential privacy are allowed, and that nobody is asked. */
export const policyOf = ({ rows }: Recipe): ClientFile['policy'] => ({
  minCohort: MIN_COHORT,
  corrupt: CUSTODY.corrupt,
  roster: 'automatic',
  featureSets: [rows.featureSet],
  tasks: {
    describe: { privacy: ['exact'], consent: 'automatic' },
    logistic: { privacy: ['exact'], consent: 'automatic' },
    evaluate: { privacy: ['exact'], consent: 'automatic' },
    fedavg: { privacy: ['none'], consent: 'automatic' },
  },
})
