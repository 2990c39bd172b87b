// The document: sections in the order in which a reader asks. Everything inline; nothing is fetched.
import type { Comparison, Figures } from '../demo/comparison.ts'
import { type AllTruth, allTruth } from '../demo/comparison.ts'
import { CUSTODY, jobOf, MIN_COHORT } from '../demo/plan.ts'
import { bytes, figure } from '../demo/table.ts'
import { releasedSeconds, type StepTrace } from '../demo/trace.ts'
import { calibrationPlot } from './charts/calibration.ts'
import { curvePlot } from './charts/curves.ts'
import { createDraw, type Draw, type Plot } from './charts/draw.ts'
import { hospitalBars, trafficBars } from './charts/hospitals.ts'
import { arrivalPlot, learningPlot, phasePlot } from './charts/steps.ts'
import { escapeHtml, htmlTable } from './html.ts'
import type { ReportInput } from './input.ts'
import { STYLE } from './style.ts'
import { NOT_PROTECTED, PRIVACY_WORDS, PROTECTED } from './words.ts'

const MODEL_TITLE = { logistic: 'Logistic regression', mlp: 'Neural network (MLP)' } as const

/** A whole HTML document as text. */
export async function renderReport(input: ReportInput): Promise<string> {
  const draw = await createDraw()
  const names = new Map(input.claims.hospitals.map((h) => [h.id, h.name]))
  const nameOf = (id: string): string => names.get(id) ?? id
  const truth = allTruth(input.baselines.sites)
  const sections = [
    summary(input),
    results(input, nameOf),
    ...input.comparisons.map((comparison) => modelSection(comparison, input, truth, draw, nameOf)),
    data(input),
    privacy(input),
    run(input, draw, nameOf),
    stepTable([...input.trace.steps.values()]),
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>Consilium: report of a federation</title>
<style>${STYLE}</style>
</head>
<body><main>
<header><h1>Consilium 会诊</h1><p>${escapeHtml(`${input.trace.hospitals.size} hospitals trained two fraud models without showing anyone their records. ${new Date(input.trace.startedAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC; ${input.source}.`)}</p></header>
${sections.join('\n')}
<footer>${escapeHtml(`${input.seconds.toFixed(1)} s in all on ${input.machine}.`)}</footer>
</main></body>
</html>
`
}

const section = (title: string, ...parts: readonly string[]): string => `<section><h2>${title}</h2>\n${parts.join('\n')}\n</section>`
const plots = (draw: Draw, list: readonly Plot[], wide = false): string =>
  `<div class="plots${wide ? ' wide' : ''}">${list.map((plot) => `<figure>${draw(plot)}</figure>`).join('\n')}</div>`
const card = (value: string, words: string): string => `<div class="card"><b>${value}</b><span>${words}</span></div>`

function summary({ comparisons, trace }: ReportInput): string {
  const mlp = comparisons.at(-1) as Comparison
  const steps = [...trace.steps.values()]
  const mean = steps.reduce((sum, s) => sum + releasedSeconds(s), 0) / steps.length
  const up = [...trace.hospitals.values()].reduce((sum, h) => sum + h.bytesUp, 0) / trace.hospitals.size
  return `<div class="cards">${[
    card(figure(mlp.federated.averagePrecision), 'average precision, MLP federated'),
    card(figure(mlp.localMean.averagePrecision), 'the hospitals alone, mean'),
    card(figure(mlp.pooled.averagePrecision), 'all rows in one place'),
    card(`${steps.length}`, `secure sums, ${mean.toFixed(2)} s each`),
    card(bytes(up), 'sent by a hospital, mean'),
  ].join('')}</div>`
}

const KEYS = `<p><span class="key" style="background:#e69f00"></span>local only: a hospital’s own model &nbsp; <span class="key" style="background:#0072b2"></span>federated: one model through the secure sum &nbsp; <span class="key" style="background:#777"></span>pooled: all rows in one place, which nobody may do</p>`

function results({ comparisons, coefficientDifference }: ReportInput, nameOf: (id: string) => string): string {
  const close = Number.isFinite(coefficientDifference)
    ? `<p>Logistic coefficients through the secure sum differ from the pooled fit by at most ${coefficientDifference.toExponential(1)} (relative).</p>`
    : ''
  return section(
    'Local, federated, pooled',
    KEYS,
    ...comparisons.map((c) => `<h3>${MODEL_TITLE[c.model]}</h3>${comparisonTable(c, nameOf)}`),
    close,
    `<p>“All hospitals”: the local figures are those of each hospital’s own model on everybody’s held-out rows, averaged; the federated ones are what the federation itself released from summed score histograms, with the exact ones from the daemons’ score files beneath. Hospital by hospital, every model is judged on that hospital’s own held-out rows.</p>`,
  )
}

function comparisonTable({ localMean, released, federated, pooled, hospitals }: Comparison, nameOf: (id: string) => string): string {
  const triple = (of: keyof Figures, ...figures: readonly Figures[]): string[] => figures.map((f) => figure(f[of]))
  const row = (name: string, rows: number, positives: number, ...figures: readonly Figures[]): string[] => [
    name,
    String(rows),
    String(positives),
    ...triple('auc', ...figures),
    ...triple('averagePrecision', ...figures),
  ]
  const table = htmlTable(
    ['', 'held-out rows', 'fraud', 'AUC local', 'AUC federated', 'AUC pooled', 'AP local', 'AP federated', 'AP pooled'],
    [
      row('All hospitals', federated.rows, federated.positives, localMean, released, pooled),
      [
        '<small>the same, exact</small>',
        '',
        '',
        '',
        `<small>${figure(federated.auc)}</small>`,
        '',
        '',
        `<small>${figure(federated.averagePrecision)}</small>`,
        '',
      ],
      ...hospitals.map((h) => row(escapeHtml(nameOf(h.hospital)), h.heldOutRows, h.heldOutPositives, h.local, h.federated, h.pooled)),
    ],
  )
  return table.replace('<tbody><tr>', '<tbody><tr class="all">')
}

function modelSection(comparison: Comparison, { curves }: ReportInput, truth: AllTruth, draw: Draw, nameOf: (id: string) => string): string {
  const { model } = comparison
  return section(
    MODEL_TITLE[model],
    plots(draw, [
      curvePlot('roc', comparison, truth),
      curvePlot('precisionRecall', comparison, truth),
      hospitalBars('auc', comparison, nameOf),
      hospitalBars('averagePrecision', comparison, nameOf),
      calibrationPlot(comparison, truth),
      ...(curves[model].length > 0 ? [learningPlot('After each step, on all held-out rows', curves[model], comparison)] : []),
    ]),
    auditTable(comparison),
  )
}

/** What an audit of the highest scores finds. */
function auditTable({ federated, pooled }: Comparison): string {
  const share = (x: number): string => (Number.isFinite(x) ? `${(x * 100).toFixed(1)} %` : '–')
  const row = (name: string, m: Comparison['federated']): string[] => [
    name,
    share(m.recallAt1),
    share(m.precisionAt1),
    share(m.yuanRecallAt1),
    share(m.recallAt5),
    share(m.precisionAt5),
    share(m.yuanRecallAt5),
    m.ece.toFixed(4),
  ]
  return `<h3>What an audit of the highest scores would find</h3>${htmlTable(['', 'recall at 1 %', 'precision at 1 %', 'of the money at 1 %', 'recall at 5 %', 'precision at 5 %', 'of the money at 5 %', 'calibration error'], [row('federated', federated), row('pooled', pooled)])}`
}

function data({ claims, baselines, recipe, source }: ReportInput): string {
  const rows = baselines.sites.map((site) => {
    const hospital = claims.hospitals.find((h) => h.id === site.hospital)
    const heldOut = site.label.reduce((sum, y) => sum + y, 0)
    const [en = '', ...more] = hospital?.about ?? []
    return [
      `${escapeHtml(hospital?.name ?? site.hospital)} <small>${escapeHtml(site.hospital)}</small>`,
      String(site.trainRows),
      percentage(site.trainPositives / site.trainRows),
      String(site.label.length),
      percentage(heldOut / site.label.length),
      `${escapeHtml(en)}${more.length > 0 ? `<br><small>${escapeHtml(more.slice(0, 5).join(', '))}</small>` : ''}`,
    ]
  })
  const table = htmlTable(
    [
      '',
      'training rows',
      'labelled fraud',
      'held-out rows',
      'labelled fraud',
      claims.kind === 'simulated' ? 'kind, and its commonest fraud scenarios (true claims)' : 'providers',
    ],
    rows,
    'words',
  )
  const scored = recipe.rows.featureSet.startsWith('provider') ? 'a provider' : 'a claim'
  return section(
    'The data',
    `<p>${escapeHtml(source)}. What is scored is ${scored}; feature set <code>${escapeHtml(recipe.rows.featureSet)}</code> with ${baselines.heldOut.features.length} features; ${recipe.rows.heldOutPercent} % of ${claims.kind === 'simulated' ? 'the persons' : 'the providers'} are held out, by a seeded hash. Only the launcher of this demo saw this table: the coordinator knows none of these counts.</p>`,
    table,
  )
}
const percentage = (share: number): string => (Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : '–')

function privacy({ recipe }: ReportInput): string {
  const list = (items: readonly string[]): string => `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`
  const stages = jobOf(recipe).stages.map((s) => [
    `<code>${s.name}</code>`,
    s.task,
    s.privacy === 'exact' ? 'statistic' : 'update',
    PRIVACY_WORDS[s.privacy] ?? s.privacy,
    s.publish ? 'yes' : 'no',
  ])
  return section(
    'What is protected, and what is not',
    `<div class="two"><div><h3>Protected</h3>${list(PROTECTED)}</div><div><h3>Not protected</h3>${list(NOT_PROTECTED)}</div></div>`,
    `<h3>Parameters</h3><p>(m, f, t, g) = (${CUSTODY.custodians}, ${CUSTODY.corrupt}, ${CUSTODY.answers}, ${CUSTODY.signatures}): ${CUSTODY.custodians} custodians, of whom ${CUSTODY.corrupt} may be corrupt together with the coordinator; any ${CUSTODY.answers} answers open a certified sum; ${CUSTODY.signatures} signatures certify a roll. At least ${MIN_COHORT} hospitals a sum. BGV, N = 4096, 128-bit security by SEAL’s table; Ed25519 signatures; key shares sealed under X25519 with ML-KEM-768.</p>`,
    `<h3>Stages of the job, privacy by name</h3>${htmlTable(['stage', 'task', 'what is summed', 'privacy', 'model given to hospitals'], stages, 'words')}`,
  )
}

function run({ trace }: ReportInput, draw: Draw, nameOf: (id: string) => string): string {
  const steps = [...trace.steps.values()]
  return section(
    'The run, step by step',
    plots(draw, [phasePlot(steps), arrivalPlot(steps, [...trace.hospitals.keys()], nameOf)], true),
    plots(draw, [trafficBars(trace.hospitals, nameOf)]),
  )
}

function stepTable(steps: readonly StepTrace[]): string {
  const rows = steps.map((s) => [
    `${s.step} <small>${escapeHtml(s.stage)} ${s.stageStep + 1}</small>`,
    `${(s.plannedMs / 1000).toFixed(1)} s`,
    escapeHtml(s.contributions.map((c) => c.member).join(' ')),
    bytes(s.contributions[0]?.bytes ?? 0),
    escapeHtml([...s.certifiedBy].join(' ')),
    escapeHtml([...s.cosignedBy].join(' ')),
    `${releasedSeconds(s).toFixed(2)} s`,
  ])
  return section(
    'All steps',
    htmlTable(['step', 'planned at', 'contributed (in order of arrival)', 'bytes each', 'certified by', 'co-signed by', 'took'], rows, 'words'),
  )
}
