// The table at the end of a run, for people.
import type { Comparison, Figures } from './comparison.ts'

/** Columns that a terminal gives a text: CJK characters take two. */
export const widthOf = (text: string): number =>
  [...text].reduce((n, c) => n + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(c) ? 2 : 1), 0)
const fit = (text: string, width: number, side: 'left' | 'right'): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  return side === 'left' ? text + space : space + text
}

/** First column to the left, the others to the right. */
export function columns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(widthOf(title), ...rows.map((row) => widthOf(row[i] ?? ''))))
  const line = (row: readonly string[]): string => `  ${row.map((cell, i) => fit(cell, widths[i] ?? 0, i === 0 ? 'left' : 'right')).join('   ')}`.trimEnd()
  return [line(head), `  ${'─'.repeat(widths.reduce((sum, w) => sum + w + 3, -3))}`, ...rows.map(line)].join('\n')
}

/** Four digits; a dash where there is no such figure (a hospital with one class held out). */
export const figure = (x: number): string => (Number.isFinite(x) ? x.toFixed(4) : '–')

const TITLES = { logistic: 'Logistic regression (exact sums, Newton)', mlp: 'MLP 32-16 (federated averaging)' } as const
const HEAD = ['', 'rows', 'fraud', 'AUC local', 'federated', 'pooled', 'AP local', 'federated', 'pooled'] as const

const triple = (of: keyof Figures, local: Figures, federated: Figures, pooled: Figures): string[] => [local, federated, pooled].map((f) => figure(f[of]))
const line = (name: string, rows: number, positives: number, local: Figures, federated: Figures, pooled: Figures): string[] => [
  name,
  String(rows),
  String(positives),
  ...triple('auc', local, federated, pooled),
  ...triple('averagePrecision', local, federated, pooled),
]

/**
 * Overall: local is the mean of each hospital's own model on everybody's rows; federated is what `evaluate` released, with the exact
 * figures of the score files under it. Per hospital: on its own rows, local being its own model.
 */
export function comparisonTable(comparison: Comparison, nameOf: (hospital: string) => string): string {
  const { model, localMean, released, federated, pooled, hospitals } = comparison
  const overall = line('all hospitals', federated.rows, federated.positives, localMean, released, pooled)
  const exact = ['  exact, from the score files', '', '', '', figure(federated.auc), '', '', figure(federated.averagePrecision), '']
  const each = hospitals.map((h) => line(nameOf(h.hospital), h.heldOutRows, h.heldOutPositives, h.local, h.federated, h.pooled))
  return `${TITLES[model]}, on held-out rows\n${columns(HEAD, [overall, exact, ...each])}`
}

export const bytes = (n: number): string => (n >= 1e6 ? `${(n / 1e6).toFixed(2)} MB` : n >= 1e3 ? `${(n / 1e3).toFixed(1)} kB` : `${n} B`)
