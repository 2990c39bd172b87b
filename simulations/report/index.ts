// The report of a demo: one HTML file that asks nothing of any network; plots are SVG drawn here (echarts, server-side).
// renderReport(input) -> text. charts/: one file a family of plots. page.ts: the document; style.ts: its looks; words.ts: what it explains.
// May import core, models (figures), and simulations' own results.
export type { ReportInput } from './input.ts'
export { renderReport } from './page.ts'
