// What the federation is measured against: each hospital alone, and all rows in one place. Only a launcher that holds the truth can
// compute them. Same code, hyperparameters and number of passes as the federation (models/pooled.ts).
import { setPriority } from 'node:os'
import { isMainThread } from 'node:worker_threads'
import type { Table } from '../core/table.ts'
import { defineJob } from '../core/work/work.ts'
import { type FedavgParams, fitLogistic, fitMlp, joinTables, type LogisticParams, type Model, scoreRows } from '../models/index.ts'
import { readSite, type RowsOf, type SiteFolder, type SiteRows } from './baselines-rows.ts'

export interface BaselinesInput {
  readonly sites: readonly SiteFolder[]
  readonly rows: RowsOf
  readonly logistic: Partial<Omit<LogisticParams, 'describe'>>
  readonly mlp: Partial<Omit<FedavgParams, 'describe'>>
  /** Draws weights and batches of the networks. */
  readonly seed: string
}
export const MODEL_KINDS = ['logistic', 'mlp'] as const
export type ModelKind = (typeof MODEL_KINDS)[number]

/** A hospital's held-out rows with their truth, and how many it trains on. */
export interface SiteTruth {
  readonly hospital: string
  readonly trainRows: number
  readonly trainPositives: number
  readonly ids: readonly string[]
  readonly label: Uint8Array
  readonly amountFen: Float64Array
}
/** Logits over the held-out rows of all hospitals, in the order of `Baselines.sites`. */
export interface BaselineLogits {
  readonly pooled: Float64Array
  /** One a hospital: its own model over everybody's rows. */
  readonly locals: readonly Float64Array[]
}
export interface Baselines {
  readonly sites: readonly SiteTruth[]
  readonly logits: Readonly<Record<ModelKind, BaselineLogits>>
  /** Intercept first, over standardised features. */
  readonly pooledCoefficients: Float64Array
  /** Of the federation's per-step states, scored by whoever holds these rows. */
  readonly heldOut: Table
  readonly seconds: number
}

type Fit = (train: Table) => Promise<Model>

/** The federation has the right of way: on Linux this concerns the calling thread alone. */
function yieldProcessor(): void {
  try {
    if (!isMainThread) setPriority(15)
  } catch {
    // A machine that forbids it only runs slower.
  }
}

/** @throws BAD_DATA. About three times the federation's own training. */
export async function computeBaselines({ sites, rows, logistic, mlp, seed }: BaselinesInput): Promise<Baselines> {
  const begun = performance.now()
  yieldProcessor()
  const read: SiteRows[] = []
  for (const site of sites) read.push(await readSite(site, rows))
  const heldOut = joinTables(read.map((s) => s.split.heldOut))
  const train = joinTables(read.map((s) => s.split.train))
  const fits: Readonly<Record<ModelKind, Fit>> = { logistic: (table) => fitLogistic(table, logistic), mlp: (table) => fitMlp(table, mlp, seed) }
  const pooled = await fits.logistic(train)
  return {
    sites: read.map(truthOf),
    logits: { logistic: await compete(fits.logistic, train, read, heldOut), mlp: await compete(fits.mlp, train, read, heldOut) },
    pooledCoefficients: pooled.kind === 'logistic' ? pooled.beta : new Float64Array(0),
    heldOut,
    seconds: (performance.now() - begun) / 1000,
  }
}
export const baselinesJob = defineJob<typeof computeBaselines>(import.meta.url, 'computeBaselines')

async function compete(fit: Fit, train: Table, sites: readonly SiteRows[], heldOut: Table): Promise<BaselineLogits> {
  const locals: Float64Array[] = []
  for (const { split } of sites) locals.push(scoreRows(await fit(split.train), heldOut).logit)
  return { pooled: scoreRows(await fit(train), heldOut).logit, locals }
}

const truthOf = ({ hospital, split: { train, heldOut } }: SiteRows): SiteTruth => ({
  hospital,
  trainRows: train.rows,
  trainPositives: train.y.reduce((sum, y) => sum + y, 0),
  ids: heldOut.ids,
  label: heldOut.y,
  amountFen: heldOut.amountFen,
})
