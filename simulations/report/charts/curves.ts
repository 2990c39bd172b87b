// ROC and precision-recall curves: federated against pooled, with the band that the hospitals' own models span.
import { type CurvePoint, curve, groupsOfScores } from '../../../models/index.ts'
import type { AllTruth, Comparison } from '../../demo/comparison.ts'
import { axisName, COLOUR, legend, type Plot, percent, title } from './draw.ts'

/** Enough for a plot of 400 points, whatever the number of rows. */
const GRID = 200
type Point = readonly [x: number, y: number]
type CurveOf = (points: readonly CurvePoint[]) => readonly Point[]

const roc: CurveOf = (points) => [[0, 0], ...points.map((p): Point => [p.falsePositiveRate, p.recall])]
/** Precision at recall 0 is that of the first group. */
const precisionRecall: CurveOf = (points) => [[0, points[0]?.precision ?? 0], ...points.map((p): Point => [p.recall, p.precision])]

/** y at each x of an even grid, linear between points; of several points at one x the last. */
export function onGrid(points: readonly Point[], steps: number): readonly Point[] {
  let at = 0
  return Array.from({ length: steps + 1 }, (_, i): Point => {
    const x = i / steps
    while (at + 1 < points.length && (points[at + 1] as Point)[0] <= x) at++
    const [x0, y0] = points[at] as Point
    const [x1, y1] = points[at + 1] ?? [x0, y0]
    return [x, x1 > x0 && x > x0 ? y0 + ((y1 - y0) * (x - x0)) / (x1 - x0) : y0]
  })
}

interface Coordinates {
  coord(point: Point): readonly [number, number]
}
/** The area between two curves over the same x. (Stacked lines would do on a category axis only.) */
const band = (name: string, low: readonly Point[], high: readonly Point[]) => ({
  name,
  type: 'custom',
  silent: true,
  data: [0],
  itemStyle: { color: COLOUR.local },
  renderItem: (_: unknown, api: Coordinates) => ({
    type: 'polygon',
    shape: { points: [...high, ...low.toReversed()].map((p) => api.coord(p)) },
    style: { fill: COLOUR.local, opacity: 0.28 },
  }),
})

const NAMES = { roc: 'ROC', precisionRecall: 'Precision and recall' } as const
export type CurveKind = keyof typeof NAMES
const CURVES: Readonly<Record<CurveKind, { readonly of: CurveOf; readonly x: string; readonly y: string }>> = {
  roc: { of: roc, x: 'false positive rate', y: 'recall' },
  precisionRecall: { of: precisionRecall, x: 'recall', y: 'precision' },
}

export function curvePlot(kind: CurveKind, { logits, model }: Comparison, truth: AllTruth): Plot {
  const { of, x, y } = CURVES[kind]
  const points = (logit: Float64Array): readonly Point[] => onGrid(of(curve(groupsOfScores({ logit, label: truth.label, amountFen: truth.amountFen }))), GRID)
  const locals = logits.locals.map(points)
  const across = (pick: (...values: number[]) => number): readonly Point[] =>
    (locals[0] ?? []).map(([at], i) => [at, pick(...locals.map((l) => (l[i] as Point)[1]))])
  const [low, high] = [across(Math.min), across(Math.max)]
  const line = (name: string, data: readonly Point[], colour: string, width: number, type: 'solid' | 'dashed' = 'solid') => ({
    name,
    type: 'line',
    data,
    showSymbol: false,
    lineStyle: { color: colour, width, type },
    itemStyle: { color: colour },
  })
  return {
    width: 460,
    height: 360,
    label: `${NAMES[kind]} of the ${model} model: federated, pooled, and the range of local models`,
    option: {
      title: title(NAMES[kind]),
      legend: legend(['federated', 'pooled', 'local models (range)']),
      grid: { left: 56, right: 16, top: 42, bottom: 74 },
      xAxis: { type: 'value', ...percent, ...axisName(x) },
      yAxis: { type: 'value', ...percent, ...axisName(y), nameGap: 42 },
      series: [
        band('local models (range)', low, high),
        ...(kind === 'roc'
          ? [
              {
                name: 'chance',
                type: 'line',
                data: [
                  [0, 0],
                  [1, 1],
                ],
                showSymbol: false,
                lineStyle: { color: '#bbb', width: 1, type: 'dotted' },
              },
            ]
          : []),
        line('pooled', points(logits.pooled), COLOUR.pooled, 1.6, 'dashed'),
        line('federated', points(logits.federated), COLOUR.federated, 2.4),
      ],
    },
  }
}
