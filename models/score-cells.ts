// Sums over cells of scores, and what they say of the fine bins inside: the flattest density with the cell's own mean.
import { sigmoid } from './logit.ts'
import type { ScoreGroup } from './metrics.ts'
import { type BinnedRows, centreOf, SCORE_BINS } from './score-bins.ts'

/** Of one label; one number a cell each. Integers. */
export interface CellSums {
  /** Exclusive, in bins; from bin 0 up. */
  readonly ends: readonly number[]
  readonly rows: Float64Array
  readonly yuan: Float64Array
  /** Sum of a row's bin, counted from the cell's first, and of its square. */
  readonly offset: Float64Array
  readonly square: Float64Array
}

/** Amounts are limited to [0, amountCapYuan] a row and rounded to whole yuan a cell. */
export function cellSums({ bins }: BinnedRows, fen: Float64Array, ends: readonly number[]): CellSums {
  const cellAt = new Int32Array(SCORE_BINS)
  ends.forEach((end, cell) => void cellAt.fill(cell, ends[cell - 1] ?? 0, end))
  const [rows, yuan, offset, square] = [0, 1, 2, 3].map(() => new Float64Array(ends.length)) as [Float64Array, Float64Array, Float64Array, Float64Array]
  const add = (to: Float64Array, cell: number, value: number): void => {
    to[cell] = (to[cell] as number) + value
  }
  for (const [row, bin] of bins.entries()) {
    const cell = cellAt[bin] as number
    const from = bin - (ends[cell - 1] ?? 0)
    add(rows, cell, 1)
    add(yuan, cell, fen[row] as number)
    add(offset, cell, from)
    add(square, cell, from * from)
  }
  return { ends, rows, yuan: yuan.map((v) => Math.round(v / 100)), offset, square }
}

/** Weights (sum 1) of `width` bins in proportion to exp(tilt x): the density of greatest entropy among those with its mean. */
function tilted(width: number, tilt: number): { readonly weights: Float64Array; readonly mean: number; readonly variance: number } {
  const top = Math.max(0, tilt * (width - 1))
  const weights = new Float64Array(width)
  let [total, first, second] = [0, 0, 0]
  for (let x = 0; x < width; x++) {
    const w = Math.exp(tilt * x - top)
    weights[x] = w
    total += w
    first += w * x
    second += w * x * x
  }
  return { weights: weights.map((w) => w / total), mean: first / total, variance: second / total - (first / total) ** 2 }
}

/** As `tilted`, for a given mean in [0, width - 1]: bisection, the mean rises with the tilt. */
function tiltedTo(width: number, mean: number): ReturnType<typeof tilted> {
  let [low, high] = [-64, 64]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (tilted(width, middle).mean < mean) low = middle
    else high = middle
  }
  return tilted(width, (low + high) / 2)
}

/** Uniform over mean +- sqrt(3 variance), or as far as the nearer end: where the rows stand closer together than the flattest density would have them. */
function narrow(width: number, mean: number, variance: number): Float64Array {
  const centre = mean + 0.5
  const half = Math.min(Math.max(0.5, Math.sqrt(3 * variance)), centre, width - centre)
  const [from, to] = [centre - half, centre + half]
  return Float64Array.from({ length: width }, (_, x) => Math.max(0, Math.min(to, x + 1) - Math.max(from, x)) / (to - from))
}

/** Share of a cell's rows in each of its bins, from their number, mean and mean square alone. Uses the C library's exp: not for advance(). */
function weightsOf(width: number, mean: number, variance: number): Float64Array {
  const flat = tiltedTo(width, mean)
  return variance < flat.variance / 2 ? narrow(width, mean, variance) : flat.weights
}

/** Rows and yuan of one label in each fine bin, as estimated from its cells. */
export function spread({ ends, rows, yuan, offset, square }: CellSums): { readonly rows: Float64Array; readonly yuan: Float64Array } {
  const spreadRows = new Float64Array(SCORE_BINS)
  const spreadYuan = new Float64Array(SCORE_BINS)
  for (const [cell, end] of ends.entries()) {
    const n = rows[cell] as number
    if (!(n > 0)) continue
    const from = ends[cell - 1] ?? 0
    const mean = (offset[cell] as number) / n
    for (const [x, w] of weightsOf(end - from, mean, Math.max(0, (square[cell] as number) / n - mean * mean)).entries()) {
      spreadRows[from + x] = w * n
      spreadYuan[from + x] = w * (yuan[cell] as number)
    }
  }
  return { rows: spreadRows, yuan: spreadYuan }
}

/** Share of the rows without fraud below each bin, its own counted half: what the area under the ROC curve averages over the rows with fraud. */
export function shareBelow(negatives: CellSums): Float64Array {
  const { rows } = spread(negatives)
  const total = rows.reduce((sum, n) => sum + n, 0)
  let below = 0
  return rows.map((n) => {
    below += n
    return total > 0 ? (below - n / 2) / total : 0
  })
}

/** Less than this of a row is rounding. */
const NO_ROW = 1e-9

/** Fine bins as groups of equal score, highest first; each stands for the probability at its centre. */
export function groupsOfCells(negatives: CellSums, positives: CellSums): readonly ScoreGroup[] {
  const [without, withFraud] = [spread(negatives), spread(positives)]
  const groups: ScoreGroup[] = []
  for (let bin = SCORE_BINS - 1; bin >= 0; bin--) {
    const [n, p] = [without.rows[bin] as number, withFraud.rows[bin] as number]
    if (n + p > NO_ROW)
      groups.push({
        probability: sigmoid(centreOf(bin)),
        positives: p,
        negatives: n,
        positiveYuan: withFraud.yuan[bin] as number,
        negativeYuan: without.yuan[bin] as number,
      })
  }
  return groups
}
