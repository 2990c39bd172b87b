// Where scores may be cut. Fine bins are fixed; which of them open together, for each label, follows from counts of hospitals alone.
import { clip } from './normalisation.ts'

export const SCORE_BINS = 4096
export const LOGIT_CLIP = 12
/** Dyadic intervals of the bins as a heap: 1 is all, 2i and 2i + 1 are the halves of i, bin b is SCORE_BINS + b; number i - 1 of a list is of i. */
export const INTERVALS = 2 * SCORE_BINS - 1

export const binOf = (logit: number): number =>
  Math.min(SCORE_BINS - 1, Math.floor(((clip(logit, -LOGIT_CLIP, LOGIT_CLIP) + LOGIT_CLIP) / (2 * LOGIT_CLIP)) * SCORE_BINS))
export const centreOf = (bin: number): number => ((bin + 0.5) / SCORE_BINS) * 2 * LOGIT_CLIP - LOGIT_CLIP

/** Bin of each row of one label, with its person. */
export interface BinnedRows {
  readonly bins: Int32Array
  readonly persons: Int32Array
}

/** Distinct persons in each interval: someone with many rows counts once in each interval that holds one of them. INTERVALS numbers. */
export function personsByInterval({ bins, persons }: BinnedRows): Int32Array {
  const byPerson = Uint32Array.from(bins, (_, row) => row).sort((a, b) => (persons[a] as number) - (persons[b] as number))
  const counts = new Int32Array(INTERVALS)
  const last = new Int32Array(INTERVALS).fill(-1)
  for (const row of byPerson) {
    const person = persons[row] as number
    for (let node = SCORE_BINS + (bins[row] as number); node >= 1 && last[node - 1] !== person; node >>= 1) {
      last[node - 1] = person
      counts[node - 1] = (counts[node - 1] as number) + 1
    }
  }
  return counts
}

/**
 * Cells of one label, from whether each interval may open: an interval that may while no half of it may makes one cell, and what lies between two
 * of them joins the upper one (after the last, the last). So every cell contains an interval that may open, and together they are all bins.
 * Returns the ends (exclusive) of the cells from bin 0 up; none where not even all bins together may open. Deterministic.
 */
export function cellEnds(openable: readonly boolean[]): readonly number[] {
  const opens = (node: number): boolean => openable[node - 1] === true
  const ends: number[] = []
  const visit = (node: number, low: number, width: number): void => {
    const half = width / 2
    const [left, right] = width > 1 ? [opens(2 * node), opens(2 * node + 1)] : [false, false]
    if (left) visit(2 * node, low, half)
    if (right) visit(2 * node + 1, low + half, half)
    if (!left && !right) ends.push(low + width)
  }
  if (opens(1)) visit(1, 0, SCORE_BINS)
  return ends.map((end, i) => (i === ends.length - 1 ? SCORE_BINS : end))
}
