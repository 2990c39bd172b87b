import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atBudget, auc, averagePrecision, calibrationError, curve, groupsOfScores, metricsOfScores, type Scored } from '../../models/metrics.ts'

const scored = (logit: number[], label: number[], amountFen = label.map(() => 100)): Scored => ({ logit, label, amountFen })
/** Scores from few values, so that ties are common; both classes present. */
const rows = fc
  .array(fc.record({ logit: fc.integer({ min: -6, max: 6 }), label: fc.integer({ min: 0, max: 1 }), fen: fc.integer({ min: 0, max: 100_000 }) }), {
    minLength: 2,
    maxLength: 80,
  })
  .filter((r) => r.some((v) => v.label) && r.some((v) => !v.label))
const toScored = (r: { logit: number; label: number; fen: number }[]): Scored =>
  scored(
    r.map((v) => v.logit),
    r.map((v) => v.label),
    r.map((v) => v.fen),
  )

describe('metrics', () => {
  it('gives the AUC and average precision worked out by hand for labels 1 0 1 1 0', () => {
    const groups = groupsOfScores(scored([5, 4, 3, 2, 1], [1, 0, 1, 1, 0]))
    expect(auc(groups)).toBeCloseTo(4 / 6, 12)
    expect(averagePrecision(groups)).toBeCloseTo((1 + 2 / 3 + 3 / 4) / 3, 12)
  })

  it('averages ties: all scores equal is AUC 1/2 and AP the base rate', () => {
    const groups = groupsOfScores(scored([1, 1, 1, 1], [1, 0, 0, 0]))
    expect([auc(groups), averagePrecision(groups)]).toEqual([0.5, 0.25])
  })

  it('counts every pair once: AUC equals the brute-force share of ordered pairs', () => {
    fc.assert(
      fc.property(rows, (r) => {
        let [won, pairs] = [0, 0]
        for (const p of r) for (const n of r) if (p.label && !n.label) [won, pairs] = [won + (p.logit > n.logit ? 1 : p.logit === n.logit ? 0.5 : 0), pairs + 1]
        expect(auc(groupsOfScores(toScored(r)))).toBeCloseTo(won / pairs, 12)
      }),
    )
  })

  it('equals average precision summed over every distinct threshold', () => {
    fc.assert(
      fc.property(rows, (r) => {
        const positives = r.filter((v) => v.label).length
        const thresholds = [...new Set(r.map((v) => v.logit))].sort((a, b) => b - a)
        const hits = (t: number) => r.filter((v) => v.logit >= t && v.label).length
        const expected = thresholds.reduce(
          (sum, t, i) => sum + ((hits(t) - (i ? hits(thresholds[i - 1] as number) : 0)) / positives) * (hits(t) / r.filter((v) => v.logit >= t).length),
          0,
        )
        expect(averagePrecision(groupsOfScores(toScored(r)))).toBeCloseTo(expected, 12)
      }),
    )
  })

  it('finds by budget what auditing the top rows finds, averaged over orders of ties', () => {
    const r = scored([9, 8, 8, 7, 6, 5, 4, 3, 2, 1], [1, 1, 0, 0, 1, 0, 0, 0, 0, 0], [100, 300, 0, 0, 600, 0, 0, 0, 0, 0])
    expect(atBudget(groupsOfScores(r), 1000)).toEqual({ recall: 1 / 3, precision: 1, yuanRecall: 0.1 })
    const half = atBudget(groupsOfScores(r), 2000)
    expect(half.recall).toBeCloseTo(1.5 / 3, 12)
    expect(half.precision).toBeCloseTo(0.75, 12)
    expect(half.yuanRecall).toBeCloseTo((1 + 1.5) / 10, 12)
  })

  it('rounds the budget up to whole rows: 1 % of 700 is 7, of 701 is 8', () => {
    const make = (n: number) =>
      groupsOfScores(
        scored(
          Array.from({ length: n }, (_, i) => -i),
          Array.from({ length: n }, (_, i) => (i < 50 ? 1 : 0)),
        ),
      )
    expect(atBudget(make(700), 100).recall).toBeCloseTo(7 / 50, 12)
    expect(atBudget(make(701), 100).recall).toBeCloseTo(8 / 50, 12)
  })

  it('gives the calibration error worked out by hand', () => {
    const logit = (p: number) => Math.log(p / (1 - p))
    const r = scored([logit(0.9), logit(0.9), logit(0.1), logit(0.1)], [1, 0, 0, 0])
    expect(calibrationError(groupsOfScores(r))).toBeCloseTo(0.5 * 0.4 + 0.5 * 0.1, 12)
  })

  it('draws a ROC whose area is the AUC, and ends at full recall', () => {
    fc.assert(
      fc.property(rows, (r) => {
        const groups = groupsOfScores(toScored(r))
        const points = [{ falsePositiveRate: 0, recall: 0 }, ...curve(groups)]
        const area = points
          .slice(1)
          .reduce((sum, p, i) => sum + ((p.falsePositiveRate - (points[i]?.falsePositiveRate ?? 0)) * (p.recall + (points[i]?.recall ?? 0))) / 2, 0)
        expect(area).toBeCloseTo(auc(groups), 10)
        expect(points.at(-1)).toMatchObject({ falsePositiveRate: 1, recall: 1 })
      }),
    )
  })

  it('has no AUC where a class is absent', () => {
    expect(metricsOfScores(scored([1, 2], [0, 0]))).toMatchObject({ rows: 2, positives: 0, auc: Number.NaN, averagePrecision: Number.NaN })
  })
})
