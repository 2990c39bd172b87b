// Fixed bins over logits: what hospitals can add up to rank all held-out rows together.

import { sigmoid } from './logit.ts'
import type { Scored, ScoreGroup } from './metrics.ts'
import { clip } from './normalisation.ts'

export const HISTOGRAM_BINS = 4096
export const LOGIT_CLIP = 12

export const binOf = (logit: number): number =>
  Math.min(HISTOGRAM_BINS - 1, Math.floor(((clip(logit, -LOGIT_CLIP, LOGIT_CLIP) + LOGIT_CLIP) / (2 * LOGIT_CLIP)) * HISTOGRAM_BINS))
const centreOf = (bin: number): number => ((bin + 0.5) / HISTOGRAM_BINS) * 2 * LOGIT_CLIP - LOGIT_CLIP

/** `rows` and `yuan` hold 2 x 4,096 integers: label 0 first, then label 1. */
export interface ScoreHistogram {
  readonly rows: Float64Array
  readonly yuan: Float64Array
}

/** Amounts are limited to [0, amountCapYuan] a row and rounded to whole yuan a bin. */
export function histogramOf({ logit, label, amountFen }: Scored, amountCapYuan: number): ScoreHistogram {
  const [rows, fen] = [new Float64Array(2 * HISTOGRAM_BINS), new Float64Array(2 * HISTOGRAM_BINS)]
  for (let i = 0; i < logit.length; i++) {
    const at = (label[i] ? HISTOGRAM_BINS : 0) + binOf(logit[i] as number)
    rows[at] = (rows[at] as number) + 1
    fen[at] = (fen[at] as number) + clip(amountFen[i] as number, 0, amountCapYuan * 100)
  }
  return { rows, yuan: fen.map((v) => Math.round(v / 100)) }
}

/** Bins that hold rows, highest logit first; each stands for the probability at its centre. */
export function groupsOfHistogram({ rows, yuan }: ScoreHistogram): readonly ScoreGroup[] {
  const groups: ScoreGroup[] = []
  for (let bin = HISTOGRAM_BINS - 1; bin >= 0; bin--) {
    const [negatives, positives] = [rows[bin] as number, rows[HISTOGRAM_BINS + bin] as number]
    if (negatives + positives > 0)
      groups.push({
        probability: sigmoid(centreOf(bin)),
        positives,
        negatives,
        positiveYuan: yuan[HISTOGRAM_BINS + bin] as number,
        negativeYuan: yuan[bin] as number,
      })
  }
  return groups
}
