// Figures of a ranking: exact from scores, or from a summed histogram. Both become groups of equal score, best first, and then
// share all arithmetic; ties are never broken, they are averaged. Accuracy is not among them: it says nothing at 1 % fraud.
import { sigmoid } from './logit.ts'

/** Rows that share a score (or a histogram's bin), highest first. */
export interface ScoreGroup {
  readonly probability: number
  readonly positives: number
  readonly negatives: number
  readonly positiveYuan: number
  readonly negativeYuan: number
}

export interface Metrics {
  readonly rows: number
  readonly positives: number
  /** NaN, like all below, where a class is absent. */
  readonly auc: number
  readonly averagePrecision: number
  /** Share of all fraud found when the top 1 % (5 %) of rows, rounded up, is audited; its precision; its share of fraud in yuan. */
  readonly recallAt1: number
  readonly recallAt5: number
  readonly precisionAt1: number
  readonly precisionAt5: number
  readonly yuanRecallAt1: number
  readonly yuanRecallAt5: number
  /** Expected calibration error over 15 bins of equal width. */
  readonly ece: number
}

export interface Scored {
  readonly logit: ArrayLike<number>
  readonly label: ArrayLike<number>
  readonly amountFen: ArrayLike<number>
}

/** Groups of exactly equal logit. O(n log n). */
export function groupsOfScores({ logit, label, amountFen }: Scored): readonly ScoreGroup[] {
  const order = Uint32Array.from({ length: logit.length }, (_, i) => i).sort((a, b) => (logit[b] as number) - (logit[a] as number))
  const groups: { -readonly [K in keyof ScoreGroup]: ScoreGroup[K] }[] = []
  let last = Number.NaN
  for (const i of order) {
    const z = logit[i] as number
    if (z !== last) groups.push({ probability: sigmoid(z), positives: 0, negatives: 0, positiveYuan: 0, negativeYuan: 0 })
    last = z
    const group = groups.at(-1) as (typeof groups)[number]
    const yuan = (amountFen[i] as number) / 100
    if (label[i]) {
      group.positives++
      group.positiveYuan += yuan
    } else {
      group.negatives++
      group.negativeYuan += yuan
    }
  }
  return groups
}

export function metricsOf(groups: readonly ScoreGroup[]): Metrics {
  const [one, five] = [atBudget(groups, 100), atBudget(groups, 500)]
  return {
    rows: sumOf(groups, (g) => g.positives + g.negatives),
    positives: sumOf(groups, (g) => g.positives),
    auc: auc(groups),
    averagePrecision: averagePrecision(groups),
    recallAt1: one.recall,
    recallAt5: five.recall,
    precisionAt1: one.precision,
    precisionAt5: five.precision,
    yuanRecallAt1: one.yuanRecall,
    yuanRecallAt5: five.yuanRecall,
    ece: calibrationError(groups),
  }
}

export const metricsOfScores = (scored: Scored): Metrics => metricsOf(groupsOfScores(scored))

/** P(score of a positive > score of a negative) + P(equal) / 2. NaN where a class is absent. */
export function auc(groups: readonly ScoreGroup[]): number {
  let [positivesAbove, pairs, negatives] = [0, 0, 0]
  for (const g of groups) {
    pairs += g.negatives * (positivesAbove + g.positives / 2)
    positivesAbove += g.positives
    negatives += g.negatives
  }
  return pairs / (positivesAbove * negatives)
}

/** sum over groups of (recall - previous recall) x precision, as in scikit-learn. NaN without positives. */
export function averagePrecision(groups: readonly ScoreGroup[]): number {
  let [positives, rows, sum] = [0, 0, 0]
  for (const g of groups) {
    positives += g.positives
    rows += g.positives + g.negatives
    if (g.positives > 0) sum += g.positives * (positives / rows)
  }
  return sum / positives
}

/**
 * What auditing the ceil(n basisPoints / 10,000) highest rows finds. A group that straddles the budget counts in proportion:
 * the mean over all orders of its ties.
 */
export function atBudget(
  groups: readonly ScoreGroup[],
  basisPoints: number,
): { readonly recall: number; readonly precision: number; readonly yuanRecall: number } {
  const budget = Math.ceil((sumOf(groups, (g) => g.positives + g.negatives) * basisPoints) / 10_000)
  let [left, found, yuan] = [budget, 0, 0]
  for (const g of groups) {
    const rows = g.positives + g.negatives
    const share = rows > 0 ? Math.min(1, left / rows) : 0
    found += g.positives * share
    yuan += g.positiveYuan * share
    left -= rows * share
    if (left <= 0) break
  }
  return { recall: found / sumOf(groups, (g) => g.positives), precision: found / budget, yuanRecall: yuan / sumOf(groups, (g) => g.positiveYuan) }
}

/** sum over bins of (rows in bin / n) x |share of positives - mean probability|. Guo et al., ICML 2017, eq. 3. */
export function calibrationError(groups: readonly ScoreGroup[], bins = 15): number {
  const [rows, positives, confidence] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)]
  for (const g of groups) {
    const bin = Math.min(bins - 1, Math.floor(g.probability * bins))
    const n = g.positives + g.negatives
    rows[bin] = (rows[bin] as number) + n
    positives[bin] = (positives[bin] as number) + g.positives
    confidence[bin] = (confidence[bin] as number) + g.probability * n
  }
  const gaps = positives.reduce((sum, p, bin) => sum + Math.abs(p - (confidence[bin] as number)), 0)
  return gaps / rows.reduce((sum, n) => sum + n, 0)
}

export interface CurvePoint {
  readonly falsePositiveRate: number
  readonly recall: number
  readonly precision: number
}
/** One point after each group, best first: ROC is (falsePositiveRate, recall), precision-recall is (recall, precision). */
export function curve(groups: readonly ScoreGroup[]): readonly CurvePoint[] {
  const [allPositives, allNegatives] = [sumOf(groups, (g) => g.positives), sumOf(groups, (g) => g.negatives)]
  let [positives, negatives] = [0, 0]
  return groups.map((g) => {
    positives += g.positives
    negatives += g.negatives
    return { falsePositiveRate: negatives / allNegatives, recall: positives / allPositives, precision: positives / (positives + negatives) }
  })
}

function sumOf(groups: readonly ScoreGroup[], value: (g: ScoreGroup) => number): number {
  return groups.reduce((sum, g) => sum + value(g), 0)
}
