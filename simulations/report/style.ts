// The looks of a report: light, one column, fit for paper.
import { FONT } from './charts/draw.ts'

export const STYLE = `
:root { color-scheme: light; --ink: #1c2430; --soft: #5a6675; --line: #dfe4ea; --blue: #0072b2; --paper: #ffffff; --ground: #f5f7f9; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 ${FONT}; }
main { max-width: 1020px; margin: 0 auto; padding: 32px 20px 64px; }
header h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
header p { color: var(--soft); margin: 0 0 20px; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 20px 24px; margin: 0 0 20px; break-inside: avoid-page; }
h2 { font-size: 19px; margin: 0 0 10px; }
h3 { font-size: 15px; margin: 18px 0 8px; }
p { margin: 0 0 10px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 0 0 20px; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; }
.card b { display: block; font-size: 24px; line-height: 1.25; font-variant-numeric: tabular-nums; }
.card span { color: var(--soft); font-size: 13px; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(420px, 100%), 1fr)); gap: 16px 12px; }
.plots.wide { grid-template-columns: 1fr; }
figure { margin: 0; min-width: 0; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { color: var(--soft); font-size: 13px; padding: 2px 4px 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 10px; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; font-size: 12.5px; vertical-align: bottom; }
thead th:first-child, table.words td, table.words th { text-align: left; }
th[scope=row] { text-align: left; font-weight: 500; white-space: nowrap; }
tr.all th, tr.all td { font-weight: 600; background: #f2f7fb; }
td small, th small { color: var(--soft); font-weight: 400; }
ul { margin: 0; padding-left: 20px; }
li { margin: 0 0 6px; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(380px, 100%), 1fr)); gap: 8px 32px; }
code { font: 12.5px/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: #eef2f5; padding: 1px 5px; border-radius: 4px; overflow-wrap: anywhere; }
.key { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 5px; }
footer { color: var(--soft); font-size: 13px; }
@media print {
  body { background: #fff; font-size: 11px; }
  main { max-width: none; padding: 0; }
  section, .card { border-color: #ccc; border-radius: 0; padding: 10px 12px; }
  .plots { grid-template-columns: 1fr 1fr; }
  figure, tr { break-inside: avoid; }
}
`
