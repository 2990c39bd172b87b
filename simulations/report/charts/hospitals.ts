// Hospital by hospital: local, federated, pooled; and what each sent and received.
import type { Comparison, Figures, HospitalComparison } from '../../demo/comparison.ts'
import type { HospitalTrace } from '../../demo/trace.ts'
import { axisName, COLOUR, legend, type Plot, title } from './draw.ts'

const TITLE: Readonly<Record<keyof Figures, string>> = {
  auc: 'ROC-AUC on the hospital’s own held-out rows',
  averagePrecision: 'Average precision on the hospital’s own held-out rows',
}

export function hospitalBars(of: keyof Figures, { model, hospitals }: Comparison, nameOf: (id: string) => string): Plot {
  const bars = (name: string, pick: (h: HospitalComparison) => Figures, colour: string) => ({
    name,
    type: 'bar',
    barGap: '8%',
    data: hospitals.map((h) => finite(pick(h)[of])),
    itemStyle: { color: colour },
    label: {
      show: true,
      position: 'top',
      fontSize: 9,
      color: '#444',
      formatter: ({ value }: { value: number | null }) => (value === null ? '' : value.toFixed(2)),
    },
  })
  return {
    width: 460,
    height: 300,
    label: `${TITLE[of]}, ${model}`,
    option: {
      title: title(TITLE[of]),
      legend: legend(),
      grid: { left: 40, right: 10, top: 40, bottom: 58 },
      xAxis: {
        type: 'category',
        data: hospitals.map((h) => nameOf(h.hospital)),
        axisLabel: { interval: 0, fontSize: 11, width: 84, overflow: 'break' },
        axisTick: { show: false },
      },
      yAxis: { type: 'value', min: 0, max: 1 },
      series: [
        bars('local only', (h) => h.local, COLOUR.local),
        bars('federated', (h) => h.federated, COLOUR.federated),
        bars('pooled', (h) => h.pooled, '#777777'),
      ],
    },
  }
}
const finite = (x: number): number | null => (Number.isFinite(x) ? x : null)

export function trafficBars(hospitals: ReadonlyMap<string, HospitalTrace>, nameOf: (id: string) => string): Plot {
  const megabytes = (name: string, of: 'bytesUp' | 'bytesDown', colour: string) => ({
    name,
    type: 'bar',
    data: [...hospitals.values()].map((h) => h[of] / 1e6),
    itemStyle: { color: colour },
    label: { show: true, position: 'top', fontSize: 10, color: '#444', formatter: ({ value }: { value: number }) => value.toFixed(2) },
  })
  return {
    width: 460,
    height: 300,
    label: 'Bytes up and down of each hospital',
    option: {
      title: title('Bytes of each hospital in the whole run'),
      legend: legend(),
      grid: { left: 56, right: 10, top: 40, bottom: 58 },
      xAxis: {
        type: 'category',
        data: [...hospitals.keys()].map(nameOf),
        axisLabel: { interval: 0, fontSize: 11, width: 84, overflow: 'break' },
        axisTick: { show: false },
      },
      yAxis: { type: 'value', ...axisName('MB'), nameGap: 40 },
      series: [megabytes('up', 'bytesUp', '#0072b2'), megabytes('down', 'bytesDown', '#56b4e9')],
    },
  }
}
