// What a simulated region holds, in figures: for people before they use it. It tells the truth, so it never goes to a daemon.
import type { SimulatedHospital, SimulatedRegion } from './region.ts'
import { SCENARIO_IDS, type ScenarioId } from './scenarios/scenario.ts'

export interface HospitalSummary {
  readonly id: string
  readonly zh: string
  readonly en: string
  readonly claims: number
  readonly persons: number
  readonly lines: number
  /** Fraudulent claims in truth, and those labelled so. */
  readonly fraud: number
  readonly labelled: number
  readonly scenarios: Readonly<Record<ScenarioId, number>>
  readonly hardNegatives: number
}

function summariseHospital({ site, claims, persons }: SimulatedHospital): HospitalSummary {
  const scenarios = Object.fromEntries(SCENARIO_IDS.map((id) => [id, 0])) as Record<ScenarioId, number>
  for (const { draft } of claims) if (draft.truth) scenarios[draft.truth.scenario]++
  return {
    id: site.id,
    zh: site.zh,
    en: site.en,
    claims: claims.length,
    persons: persons.length,
    lines: claims.reduce((sum, { draft }) => sum + draft.lines.length, 0),
    fraud: claims.filter(({ draft }) => draft.truth).length,
    labelled: claims.filter(({ label }) => label.y === 1).length,
    scenarios,
    hardNegatives: claims.filter(({ draft }) => draft.hardNegative).length,
  }
}

export const summarise = (region: SimulatedRegion): HospitalSummary[] => region.hospitals.map(summariseHospital)

/** The three commonest scenarios, with their counts. */
const leading = (scenarios: Readonly<Record<ScenarioId, number>>): string =>
  SCENARIO_IDS.filter((id) => scenarios[id] > 0)
    .sort((a, b) => scenarios[b] - scenarios[a])
    .slice(0, 3)
    .map((id) => `${id} ${scenarios[id]}`)
    .join(', ')

export function hospitalTable(summaries: readonly HospitalSummary[]): string {
  const head = ['hospital', 'claims', 'persons', 'lines', 'fraud', 'rate', 'hard negatives', 'leading scenarios']
  const rows = summaries.map((s) =>
    [s.id, s.claims, s.persons, s.lines, s.fraud, `${((100 * s.fraud) / s.claims).toFixed(1)} %`, s.hardNegatives, leading(s.scenarios)].map(String),
  )
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const text = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 0 || i === row.length - 1 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd()
  return [text(head), ...rows.map(text)].join('\n')
}
