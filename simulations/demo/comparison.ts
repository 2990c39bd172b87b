// Local only, federated, pooled: figures over everybody's held-out rows and hospital by hospital.
import { type Metrics, metricsOfScores } from '../../models/index.ts'
import { type Baselines, MODEL_KINDS, type ModelKind, type SiteTruth } from '../baselines.ts'

export interface Figures {
  readonly auc: number
  readonly averagePrecision: number
}
export interface HospitalComparison {
  readonly hospital: string
  readonly heldOutRows: number
  readonly heldOutPositives: number
  /** Its own model on its own rows, and on everybody's. */
  readonly local: Figures
  readonly localOnAll: Figures
  /** On its own rows. */
  readonly federated: Figures
  readonly pooled: Figures
}
export interface Comparison {
  readonly model: ModelKind
  /** Each hospital's own model on all held-out rows, averaged over hospitals. */
  readonly localMean: Figures
  /** What `evaluate` released to everybody, from summed histograms. */
  readonly released: Figures
  /** From the score files of the daemons: exact. */
  readonly federated: Metrics
  readonly pooled: Metrics
  readonly hospitals: readonly HospitalComparison[]
  /** Logits over all held-out rows, hospital after hospital: for plots. */
  readonly logits: { readonly federated: Float64Array; readonly pooled: Float64Array; readonly locals: readonly Float64Array[] }
}
export interface FederatedScores {
  /** hospital -> logits in the order of its truth */
  readonly logits: ReadonlyMap<string, Float64Array>
  readonly released: Figures
}

/** All held-out rows, hospital after hospital. */
export interface AllTruth {
  readonly label: Uint8Array
  readonly amountFen: Float64Array
  /** Where each hospital's rows begin, and the end. */
  readonly edges: readonly number[]
}
export function allTruth(sites: readonly SiteTruth[]): AllTruth {
  const edges = [0]
  for (const { label } of sites) edges.push((edges.at(-1) as number) + label.length)
  const [label, amountFen] = [new Uint8Array(edges.at(-1) as number), new Float64Array(edges.at(-1) as number)]
  sites.forEach((site, i) => {
    label.set(site.label, edges[i])
    amountFen.set(site.amountFen, edges[i])
  })
  return { label, amountFen, edges }
}

export function compare(baselines: Baselines, scores: Readonly<Record<ModelKind, FederatedScores>>): readonly Comparison[] {
  const truth = allTruth(baselines.sites)
  return MODEL_KINDS.map((model) => compareModel(model, baselines, truth, scores[model]))
}

function compareModel(model: ModelKind, { sites, logits }: Baselines, truth: AllTruth, scores: FederatedScores): Comparison {
  const { pooled, locals } = logits[model]
  const federated = new Float64Array(truth.label.length)
  sites.forEach(({ hospital }, i) => {
    federated.set(scores.logits.get(hospital) ?? [], truth.edges[i])
  })
  const onAll = locals.map((local) => figuresOf(local, truth))
  return {
    model,
    localMean: meanOf(onAll),
    released: scores.released,
    federated: metricsOf(federated, truth),
    pooled: metricsOf(pooled, truth),
    hospitals: sites.map((site, i) => hospitalOf(site, i, truth, { local: locals[i] as Float64Array, federated, pooled }, onAll[i] as Figures)),
    logits: { federated, pooled, locals },
  }
}

interface Columns {
  readonly local: Float64Array
  readonly federated: Float64Array
  readonly pooled: Float64Array
}
function hospitalOf(site: SiteTruth, i: number, { edges }: AllTruth, { local, federated, pooled }: Columns, localOnAll: Figures): HospitalComparison {
  const own = (logits: Float64Array): Figures => figuresOf(logits.subarray(edges[i], edges[i + 1]), site)
  return {
    hospital: site.hospital,
    heldOutRows: site.label.length,
    heldOutPositives: site.label.reduce((sum, y) => sum + y, 0),
    local: own(local),
    localOnAll,
    federated: own(federated),
    pooled: own(pooled),
  }
}

type Labelled = Pick<SiteTruth, 'label' | 'amountFen'>
const metricsOf = (logit: Float64Array, { label, amountFen }: Labelled): Metrics => metricsOfScores({ logit, label, amountFen })
function figuresOf(logit: Float64Array, truth: Labelled): Figures {
  const { auc, averagePrecision } = metricsOf(logit, truth)
  return { auc, averagePrecision }
}

/** Hospitals without both classes held out cannot be judged alone; on all rows everyone can. */
const meanOf = (figures: readonly Figures[]): Figures => ({
  auc: figures.reduce((sum, f) => sum + f.auc, 0) / figures.length,
  averagePrecision: figures.reduce((sum, f) => sum + f.averagePrecision, 0) / figures.length,
})
