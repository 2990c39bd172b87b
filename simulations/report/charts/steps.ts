// The run step by step: where the seconds went, when contributions arrived, how good the model had become.
import type { Figures } from '../../demo/comparison.ts'
import { PHASES, type Phase, type StepTrace } from '../../demo/trace.ts'
import { axisName, COLOUR, HOSPITAL_COLOURS, legend, type Plot, title } from './draw.ts'

/** What each phase was spent on. */
const WORK: Readonly<Record<Phase, { readonly name: string; readonly colour: string }>> = {
  closed: { name: 'training, encryption, upload', colour: '#0072b2' },
  stated: { name: 'check, adding', colour: '#56b4e9' },
  certified: { name: 'certification', colour: '#009e73' },
  opened: { name: 'answers, opening', colour: '#e69f00' },
  released: { name: 'co-signatures', colour: '#cc79a7' },
}

/** Seconds of each phase: the time since the phase before it. */
export function phaseSeconds(step: StepTrace): Readonly<Record<Phase, number>> {
  let before = 0
  return Object.fromEntries(
    PHASES.map((phase) => {
      const end = Math.max(before, step.phaseMs[phase] ?? before)
      const seconds = (end - before) / 1000
      before = end
      return [phase, seconds]
    }),
  ) as Record<Phase, number>
}

export function phasePlot(steps: readonly StepTrace[]): Plot {
  const seconds = steps.map(phaseSeconds)
  return {
    width: 940,
    height: 320,
    label: 'Seconds of each step by phase',
    option: {
      title: title('Seconds a step, by phase'),
      legend: legend(),
      grid: { left: 56, right: 16, top: 42, bottom: 86 },
      xAxis: { type: 'category', data: steps.map((s) => String(s.step)), ...axisName('step') },
      yAxis: { type: 'value', ...axisName('seconds'), nameGap: 38 },
      series: PHASES.map((phase) => ({
        name: WORK[phase].name,
        type: 'bar',
        stack: 'step',
        data: seconds.map((s) => s[phase]),
        itemStyle: { color: WORK[phase].colour },
      })),
    },
  }
}

export function arrivalPlot(steps: readonly StepTrace[], hospitals: readonly string[], nameOf: (id: string) => string): Plot {
  const series = hospitals.map((id, i) => ({
    name: nameOf(id),
    type: 'scatter',
    symbolSize: 7,
    data: steps.flatMap((s) => s.contributions.filter((c) => c.member === id).map((c) => [String(s.step), c.ms / 1000])),
    itemStyle: { color: HOSPITAL_COLOURS[i % HOSPITAL_COLOURS.length], opacity: 0.85 },
  }))
  return {
    width: 940,
    height: 300,
    label: 'When the contribution of each hospital was complete, step by step',
    option: {
      title: title('Who contributed, and when: seconds from the plan to the whole contribution'),
      legend: legend(),
      grid: { left: 56, right: 16, top: 42, bottom: 76 },
      xAxis: { type: 'category', data: steps.map((s) => String(s.step)), ...axisName('step'), splitLine: { show: false } },
      yAxis: { type: 'value', ...axisName('seconds'), nameGap: 38 },
      series,
    },
  }
}

export function learningPlot(name: string, curve: readonly Figures[], reference: { readonly pooled: Figures; readonly localMean: Figures }): Plot {
  const line = (name: string, of: keyof Figures, colour: string) => ({
    name,
    type: 'line',
    symbolSize: 5,
    data: curve.map((f, i) => [i + 1, f[of]]),
    lineStyle: { color: colour, width: 2 },
    itemStyle: { color: colour },
    markLine: {
      silent: true,
      symbol: 'none',
      data: [
        {
          yAxis: reference.pooled[of],
          name: `pooled ${of === 'auc' ? 'AUC' : 'AP'}`,
          label: { formatter: '{b}', position: 'insideEndTop', fontSize: 10, color: '#444' },
          lineStyle: { color: colour, type: 'dashed' },
        },
        {
          yAxis: reference.localMean[of],
          name: `local mean ${of === 'auc' ? 'AUC' : 'AP'}`,
          label: { formatter: '{b}', position: 'insideEndBottom', fontSize: 10, color: '#444' },
          lineStyle: { color: colour, type: 'dotted' },
        },
      ],
    },
  })
  return {
    width: 460,
    height: 320,
    label: `${name}: figures on held-out rows after each step`,
    option: {
      title: title(name),
      legend: legend(),
      grid: { left: 48, right: 16, top: 42, bottom: 74 },
      xAxis: { type: 'value', min: 1, max: Math.max(2, curve.length), minInterval: 1, ...axisName('step of the stage') },
      yAxis: { type: 'value', min: 0, max: 1 },
      series: [line('ROC-AUC', 'auc', COLOUR.federated), line('average precision', 'averagePrecision', '#d55e00')],
    },
  }
}
