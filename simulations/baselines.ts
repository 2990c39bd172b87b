// What the federation is measured against: each hospital alone, and all rows in one place. Only a launcher that holds the truth can
// compute them. Same code, hyperparameters and number of passes as the federation (models/pooled.ts).
import { setPriority } from 'node:os'
import { isMainThread } from 'node:worker_threads'
import type { Table } from '../core/table.ts'
import { defineJob, type Work } from '../core/work/work.ts'
import {
  type FedavgParams,
  fitLogistic,
  fitMlp,
  joinTables,
  type LogisticParams,
  metricsOfScores,
  openColumns,
  scoreRows,
  selectColumns,
} from '../models/index.ts'
import { type RowsOf, readSite, type SiteFolder, type SiteRows } from './baselines-rows.ts'

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

/** Trainings of the pooled network, of which the median counts: one alone is as good or bad as its seed, by about 0.02 of average precision. */
const POOLED_TRAININGS = 3

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
  /** Of a pooled fit over the columns alone that the federation may open. Intercept first, over standardised features. */
  readonly pooledCoefficients: Float64Array
  /** Of the federation's per-step states, scored by whoever holds these rows. */
  readonly heldOut: Table
  readonly seconds: number
}

/** The federation has the right of way: on Linux this concerns the calling thread alone. */
function yieldProcessor(): void {
  try {
    if (!isMainThread) setPriority(15)
  } catch {
    // A machine that forbids it only runs slower.
  }
}

export interface FitInput {
  readonly model: ModelKind
  readonly train: Table
  readonly heldOut: Table
  readonly logistic: BaselinesInput['logistic']
  readonly mlp: BaselinesInput['mlp']
  readonly seed: string
}
export interface Fitted {
  /** Over the held-out rows. */
  readonly logit: Float64Array
  /** Of a logistic model, intercept first. */
  readonly coefficients: Float64Array | null
}
/** One model on one table of rows, judged on another. */
export async function fitBaseline({ model, train, heldOut, logistic, mlp, seed }: FitInput): Promise<Fitted> {
  yieldProcessor()
  const fitted = model === 'logistic' ? await fitLogistic(train, logistic) : await fitMlp(train, mlp, seed)
  return { logit: scoreRows(fitted, heldOut).logit, coefficients: fitted.kind === 'logistic' ? fitted.beta : null }
}
const fitJob = defineJob<typeof fitBaseline>(import.meta.url, 'fitBaseline')

export async function readRows({ site, rows }: { readonly site: SiteFolder; readonly rows: RowsOf }): Promise<SiteRows> {
  yieldProcessor()
  return await readSite(site, rows)
}
const readJob = defineJob<typeof readRows>(import.meta.url, 'readRows')

/** @throws BAD_DATA. Costs about three times the federation's own training; `work` says on how many threads. */
export async function computeBaselines(input: BaselinesInput, work: Work, signal: AbortSignal): Promise<Baselines> {
  const begun = performance.now()
  const { rows, logistic, mlp, seed } = input
  const sites: SiteRows[] = []
  for (const site of input.sites) {
    signal.throwIfAborted()
    // Not under the signal: it would end the thread, and a database may not be cut off in the middle of its work.
    sites.push(await work.run(readJob, { site, rows }))
  }
  const heldOut = joinTables(sites.map((s) => s.split.heldOut))
  const train = joinTables(sites.map((s) => s.split.train))
  const fit = (model: ModelKind, table: Table, seed: string): Promise<Fitted> =>
    work.run(fitJob, { model, train: table, heldOut, logistic, mlp, seed }, { signal })
  const locals = (model: ModelKind): Promise<readonly Fitted[]> => Promise.all(sites.map((s) => fit(model, s.split.train, seed)))
  const open = await openColumns(sites.map((s) => s.split.train))
  // The longest first: they end together.
  const [networks, localNetworks, logisticModel, localLogistic, comparable] = await Promise.all([
    Promise.all(Array.from({ length: POOLED_TRAININGS }, (_, i) => fit('mlp', train, `${seed}|${i}`))),
    locals('mlp'),
    fit('logistic', train, seed),
    locals('logistic'),
    fit('logistic', selectColumns(train, open), seed),
  ])
  return {
    sites: sites.map(truthOf),
    logits: { logistic: logitsOf(logisticModel, localLogistic), mlp: logitsOf(medianOf(networks, heldOut), localNetworks) },
    pooledCoefficients: comparable.coefficients ?? new Float64Array(0),
    heldOut,
    seconds: (performance.now() - begun) / 1000,
  }
}

const logitsOf = (pooled: Fitted, locals: readonly Fitted[]): BaselineLogits => ({ pooled: pooled.logit, locals: locals.map((l) => l.logit) })

/** The training whose average precision is the middle one. */
function medianOf(trainings: readonly Fitted[], heldOut: Table): Fitted {
  const precision = (f: Fitted): number => metricsOfScores({ logit: f.logit, label: heldOut.y, amountFen: heldOut.amountFen }).averagePrecision
  const ordered = trainings.map((f) => ({ f, ap: precision(f) })).sort((a, b) => a.ap - b.ap)
  return (ordered[Math.floor(ordered.length / 2)] as (typeof ordered)[number]).f
}

const truthOf = ({ hospital, split: { train, heldOut } }: SiteRows): SiteTruth => ({
  hospital,
  trainRows: train.rows,
  trainPositives: train.y.reduce((sum, y) => sum + y, 0),
  ids: heldOut.ids,
  label: heldOut.y,
  amountFen: heldOut.amountFen,
})
