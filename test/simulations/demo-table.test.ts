import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { metricsOfScores } from '../../models/index.ts'
import type { Baselines } from '../../simulations/baselines.ts'
import { allTruth, compare } from '../../simulations/demo/comparison.ts'
import { figuresOf } from '../../simulations/demo/figures.ts'
import { logitsOf } from '../../simulations/demo/scores.ts'
import { columns, comparisonTable, widthOf } from '../../simulations/demo/table.ts'
import { createTrace, followClient, followCoordinator, isComplete } from '../../simulations/demo/trace.ts'
import { HOSPITALS, madeBaselines, madeReport, madeTrace, noisyLogits, stepRecords, truthOf } from '../support/demo-run.ts'

const isRefused = expect.objectContaining({ code: 'BAD_DATA' })
const fileOf = (lines: readonly string[]): string => `id,logit,probability\n${lines.join('\n')}\n`

describe('score files', () => {
  const truth = truthOf('renmin', 5)
  const lines = truth.ids.map((id, i) => `${id},${i / 2},0.5`)

  it('are joined by id, in whatever order the daemon wrote them', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
        expect([...logitsOf(fileOf(shuffled), truth, 'f')]).toEqual([0, 0.5, 1, 1.5, 2])
      }),
    )
  })

  it('may have ids with commas', () => {
    const odd = { ...truth, ids: ['a,b', 'c'], label: new Uint8Array(2), amountFen: new Float64Array(2) }
    expect([...logitsOf(fileOf(['c,2,0.9', 'a,b,1,0.7']), odd, 'f')]).toEqual([1, 2])
  })

  it.each([
    ['a row is missing', fileOf(lines.slice(1))],
    ['a row is scored twice', fileOf([...lines, lines[0] as string])],
    ['a row is of somebody else', fileOf([...lines.slice(1), 'xiehe-1,0,0.5'])],
    ['a score is no number', fileOf([...lines.slice(1), 'renmin-0,,0.5'])],
    ['a line is cut off', fileOf([...lines.slice(1), 'renmin-0'])],
    ['the header is another', fileOf(lines).replace('logit', 'score')],
  ])('are refused where %s', (_, text) => {
    expect(() => logitsOf(text, truth, 'f')).toThrow(isRefused)
  })
})

describe('the comparison', () => {
  const baselines = madeBaselines()
  const scores = {
    logits: new Map([...baselines.sites].reverse().map((s) => [s.hospital, noisyLogits(s.label, 6, s.hospital)])),
    released: { auc: 0.7654, averagePrecision: 0.4321 },
  }
  const [logistic] = compare(baselines, { logistic: scores, mlp: scores })

  it('judges the federated model on all rows from the files of all hospitals, whatever their order', () => {
    const { label, amountFen } = allTruth(baselines.sites)
    const logit = Float64Array.from(baselines.sites.flatMap((s) => [...(scores.logits.get(s.hospital) ?? [])]))
    expect(logistic?.federated).toEqual(metricsOfScores({ logit, label, amountFen }))
  })

  it('means by the local mean each hospital’s own model on everybody’s rows, averaged', () => {
    const truth = allTruth(baselines.sites)
    const aucs = baselines.logits.logistic.locals.map((logit) => metricsOfScores({ logit, label: truth.label, amountFen: truth.amountFen }).auc)
    expect(logistic?.localMean.auc).toBeCloseTo(aucs.reduce((a, b) => a + b, 0) / aucs.length, 12)
  })

  it('judges every model hospital by hospital on the rows of that hospital alone', () => {
    const [first, second] = baselines.sites as [Baselines['sites'][number], Baselines['sites'][number]]
    const from = first.label.length
    const own = (logits: Float64Array) =>
      metricsOfScores({ logit: logits.subarray(from, from + second.label.length), label: second.label, amountFen: second.amountFen }).auc
    expect(logistic?.hospitals[1]?.pooled.auc).toBe(own(baselines.logits.logistic.pooled))
    expect(logistic?.hospitals[1]?.local.auc).toBe(own(baselines.logits.logistic.locals[1] as Float64Array))
  })

  it('writes the released AUC and the exact AP for machines, under the keys of the model', () => {
    if (!logistic) throw new Error('no comparison')
    expect(figuresOf('mlp', logistic)).toEqual({
      mlpAucLocalMean: logistic.localMean.auc,
      mlpAucFederated: 0.7654,
      mlpAucPooled: logistic.pooled.auc,
      mlpApLocalMean: logistic.localMean.averagePrecision,
      mlpApFederated: logistic.federated.averagePrecision,
      mlpApPooled: logistic.pooled.averagePrecision,
    })
  })

  it('shows what was released and, under it, what is exact', () => {
    if (!logistic) throw new Error('no comparison')
    const [overall, exact] = comparisonTable(logistic, (id) => id)
      .split('\n')
      .slice(3)
    expect(overall).toMatch(/all hospitals .* 0\.7654 .* 0\.4321/)
    expect(exact).toContain(logistic.federated.auc.toFixed(4))
    expect(exact).toContain(logistic.federated.averagePrecision.toFixed(4))
  })

  it('shows a dash for a hospital that cannot be judged', () => {
    const [comparison] = madeReport().comparisons
    if (!comparison) throw new Error('no comparison')
    const hospitals = comparison.hospitals.map((h) => ({ ...h, local: { auc: Number.NaN, averagePrecision: Number.NaN } }))
    expect(comparisonTable({ ...comparison, hospitals }, (id) => id)).toMatch(/kangfu .*–/)
  })
})

describe('tables', () => {
  it('stand straight with Chinese names', () => {
    const table = columns(
      ['', 'rows'],
      [
        ['康复医院', '12'],
        ['renmin', '3456'],
      ],
    ).split('\n')
    expect(table.map(widthOf).every((w) => w === widthOf(table[0] as string))).toBe(true)
  })
})

describe('the trace of a run', () => {
  const stages = { published: ['mlp'], evaluations: ['evaluate-mlp'] }

  it('keeps who contributed, what they sent, who certified and how long each phase took', () => {
    const trace = createTrace(1_000, HOSPITALS)
    for (const record of stepRecords(7, 'mlp', 2)) followCoordinator(trace, record, 5_000 + ('ms' in record ? record.ms : 0))
    expect(trace.steps.get(7)).toMatchObject({
      stage: 'mlp',
      stageStep: 2,
      plannedMs: 4_000,
      phaseMs: { closed: 300, released: 710 },
      certifiedBy: ['kangfu', 'renmin', 'shequ', 'xiehe'],
    })
    expect(trace.steps.get(7)?.contributions.map((c) => [c.member, c.bytes])).toEqual(HOSPITALS.map((h) => [h, 133_800]))
  })

  it('is complete only when the job has ended, every evaluation is told and every hospital has scored', () => {
    const trace = madeTrace()
    const [last, ...others] = HOSPITALS
    for (const hospital of others) {
      followClient(trace, hospital, { kind: 'scored', stage: 'mlp', file: `/${hospital}.csv`, rows: 3 })
      followCoordinator(trace, { kind: 'scored', stage: 'mlp', hospital }, 0)
    }
    followCoordinator(trace, { kind: 'finished', outcome: 'finished' }, 0)
    expect(isComplete(trace, stages)).toBe(false)
    followCoordinator(trace, { kind: 'evaluation', stage: 'evaluate-mlp', metrics: { auc: 0.9 } }, 0)
    expect(isComplete(trace, stages)).toBe(false)
    followClient(trace, last, { kind: 'scored', stage: 'mlp', file: '/last.csv', rows: 3 })
    expect(isComplete(trace, stages)).toBe(false)
    followCoordinator(trace, { kind: 'scored', stage: 'mlp', hospital: last }, 0)
    expect(isComplete(trace, stages)).toBe(true)
  })
})
