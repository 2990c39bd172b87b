// Calibration: what share of the rows to which a model gave about this probability was fraudulent.
import type { AllTruth, Comparison } from '../../demo/comparison.ts'
import { axisName, COLOUR, legend, type Plot, title } from './draw.ts'

export interface CalibrationPoint {
  readonly predicted: number
  readonly observed: number
  readonly rows: number
}

const BINS = 12

/** Rows in order of score, cut into bins of nearly equal numbers: each point stands on as many rows as any other. */
export function calibrationPoints(logit: Float64Array, label: Uint8Array, bins = BINS): readonly CalibrationPoint[] {
  const order = Uint32Array.from(logit, (_, i) => i).sort((a, b) => (logit[a] as number) - (logit[b] as number))
  return Array.from({ length: bins }, (_, bin) => order.subarray(Math.floor((bin * order.length) / bins), Math.floor(((bin + 1) * order.length) / bins)))
    .filter((rows) => rows.length > 0)
    .map((rows) => ({
      predicted: rows.reduce((sum, i) => sum + 1 / (1 + Math.exp(-(logit[i] as number))), 0) / rows.length,
      observed: rows.reduce((sum, i) => sum + (label[i] as number), 0) / rows.length,
      rows: rows.length,
    }))
}

export function calibrationPlot({ logits, model }: Comparison, truth: AllTruth): Plot {
  const series = (name: string, logit: Float64Array, colour: string, symbol: string) => ({
    name,
    type: 'line',
    symbol,
    symbolSize: 7,
    data: calibrationPoints(logit, truth.label).map((p) => [p.predicted, p.observed]),
    lineStyle: { color: colour, width: 1.6 },
    itemStyle: { color: colour },
  })
  return {
    width: 460,
    height: 360,
    label: `Calibration of the ${model} model, federated and pooled`,
    option: {
      title: title('Calibration (twelfths of the rows by score)'),
      legend: legend(['federated', 'pooled']),
      grid: { left: 56, right: 16, top: 42, bottom: 74 },
      xAxis: { type: 'value', min: 0, ...axisName('mean predicted probability'), axisLabel: { formatter: (v: number) => `${Math.round(v * 100)} %` } },
      yAxis: { type: 'value', min: 0, ...axisName('share that was fraud'), nameGap: 42, axisLabel: { formatter: (v: number) => `${Math.round(v * 100)} %` } },
      series: [
        { name: 'perfect', type: 'line', data: diagonal(logits, truth), showSymbol: false, lineStyle: { color: '#bbb', width: 1, type: 'dotted' } },
        series('pooled', logits.pooled, '#777777', 'emptyCircle'),
        series('federated', logits.federated, COLOUR.federated, 'circle'),
      ],
    },
  }
}

function diagonal({ federated, pooled }: Comparison['logits'], { label }: AllTruth): readonly (readonly number[])[] {
  const end = Math.max(...[federated, pooled].flatMap((l) => calibrationPoints(l, label).map((p) => Math.max(p.predicted, p.observed))))
  return [
    [0, 0],
    [end, end],
  ]
}
