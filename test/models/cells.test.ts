import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeededRandom, uniform } from '../../core/random.ts'
import type { Table } from '../../core/table.ts'
import { countVector, openableCells } from '../../models/cells.ts'
import { personsBesideTheUsual } from '../../models/describe.ts'
import {
  describeParams,
  evaluateParams,
  joinTables,
  logisticParams,
  metricsOfScores,
  openColumns,
  parseDescribed,
  parseEvaluation,
  parseModel,
  scoreRows,
  selectColumns,
  type Upstream,
} from '../../models/index.ts'
import { type BinnedRows, binOf, cellEnds, personsByInterval, SCORE_BINS } from '../../models/score-bins.ts'
import { cellSums, groupsOfCells, spread } from '../../models/score-cells.ts'
import { type Federation, feature, syntheticFederation, tableOf } from '../support/learning-data.ts'
import { runTask } from '../support/task-runner.ts'

/** Hospitals whose rows crowd into a few places, so that some bins pass and most do not; persons have several rows. */
const hospital = fc
  .array(fc.record({ bin: fc.integer({ min: 0, max: 40 }).map((b) => (b * 97 + (b % 5)) % SCORE_BINS), person: fc.integer({ min: 0, max: 25 }) }), {
    maxLength: 60,
  })
  .map((rows): BinnedRows => ({ bins: Int32Array.from(rows, (r) => r.bin), persons: Int32Array.from(rows, (r) => r.person) }))
const rule = fc.record({ cellPersons: fc.integer({ min: 1, max: 12 }), cellHospitals: fc.integer({ min: 1, max: 4 }) })
type Rule = Parameters<typeof openableCells>[1]
const counted = (rows: BinnedRows, params: Rule): Float64Array => countVector(personsByInterval(rows), params)
function endsOf(hospitals: readonly BinnedRows[], params: Rule): readonly number[] {
  const vectors = hospitals.map((h) => counted(h, params))
  const sums = Float64Array.from(vectors[0] ?? [], (_, i) => vectors.reduce((sum, v) => sum + (v[i] as number), 0))
  return cellEnds(openableCells(sums, params))
}
const personsWithin = ({ bins, persons }: BinnedRows, from: number, end: number): number =>
  new Set([...persons].filter((_, row) => (bins[row] as number) >= from && (bins[row] as number) < end)).size

describe('cells of scores', () => {
  it('hold, each, at least K persons of at least k hospitals, and together every bin once', () => {
    fc.assert(
      fc.property(fc.array(hospital, { minLength: 1, maxLength: 6 }), rule, (hospitals, params) => {
        const ends = endsOf(hospitals, params)
        let from = 0
        for (const end of ends) {
          const persons = hospitals.map((h) => personsWithin(h, from, end))
          expect(end).toBeGreaterThan(from)
          expect(persons.reduce((a, b) => a + b, 0)).toBeGreaterThanOrEqual(params.cellPersons)
          expect(persons.filter((n) => n > 0).length).toBeGreaterThanOrEqual(params.cellHospitals)
          from = end
        }
        expect(from).toBe(ends.length > 0 ? SCORE_BINS : 0)
        expect(endsOf(hospitals.toReversed(), params)).toEqual(ends)
      }),
      { numRuns: 300 },
    )
  })

  it('are as many as the data allows where one person of one hospital is enough: one for each bin that holds rows', () => {
    const params = { cellPersons: 1, cellHospitals: 1 }
    fc.assert(
      fc.property(hospital, (rows) => {
        expect(endsOf([rows], params)).toHaveLength(new Set(rows.bins).size)
      }),
    )
  })

  it('count a person once, however many rows it has', () => {
    const params = { cellPersons: 8, cellHospitals: 1 }
    const many = { bins: new Int32Array(1000).fill(7), persons: new Int32Array(1000).fill(3) }
    expect(counted(many, params).every((v) => v === 0)).toBe(true)
    expect(counted({ bins: Int32Array.of(7, 7), persons: Int32Array.of(3, 4) }, params).some((v) => v === 1)).toBe(true)
  })

  it('show nothing of a hospital with fewer persons than a part of K: no count lane moves', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: SCORE_BINS - 1 }), { minLength: 4, maxLength: 4 }), (bins) => {
        const rows = { bins: Int32Array.from(bins), persons: Int32Array.from(bins, (_, i) => i) }
        expect(counted(rows, { cellPersons: 20, cellHospitals: 2 }).some((v) => v !== 0)).toBe(false)
      }),
    )
  })

  it('of 20 persons are counted by fives, from each hospital at most 20', () => {
    expect([...countVector([4, 5, 19, 20, 1000], { cellPersons: 20, cellHospitals: 2 })]).toEqual([0, 1, 3, 4, 4, 0, 1, 1, 1, 1])
    expect([...countVector([3, 4, 100], { cellPersons: 20, cellHospitals: 5 })]).toEqual([0, 1, 5, 0, 1, 1])
  })

  it('keep order: a higher logit never falls into a lower bin, and the ends hold everything beyond 12', () => {
    const logit = fc.double({ min: -50, max: 50, noNaN: true })
    fc.assert(fc.property(logit, logit, (a, b) => a > b || binOf(a) <= binOf(b)))
    expect([binOf(-1e9), binOf(-12), binOf(12), binOf(1e9)]).toEqual([0, 0, SCORE_BINS - 1, SCORE_BINS - 1])
  })

  it('are spread over their bins with the number, the mean and the yuan that were opened', () => {
    fc.assert(
      fc.property(hospital, fc.integer({ min: 1, max: SCORE_BINS - 1 }), (rows, end) => {
        const fen = Float64Array.from(rows.bins, (_, i) => 100 * i)
        const sums = cellSums(rows, fen, [end, SCORE_BINS])
        const dense = spread(sums)
        for (const [cell, [from, to]] of [[0, end] as const, [end, SCORE_BINS] as const].entries()) {
          const n = sums.rows[cell] as number
          const within = dense.rows.slice(from, to)
          expect(within.reduce((a, b) => a + b, 0)).toBeCloseTo(n, 6)
          expect(dense.yuan.slice(from, to).reduce((a, b) => a + b, 0)).toBeCloseTo(sums.yuan[cell] as number, 3)
          const mean = within.reduce((a, w, x) => a + w * x, 0)
          // To one bin: rows that stand in one place stand in one bin or two.
          expect(Math.abs(mean - (sums.offset[cell] as number))).toBeLessThanOrEqual(n + 1e-6)
        }
      }),
      { numRuns: 40 },
    )
    const none = { ends: [], rows: new Float64Array(), yuan: new Float64Array(), offset: new Float64Array(), square: new Float64Array() }
    expect(groupsOfCells(none, none)).toEqual([])
  })
})

/** `rows` rows of each hospital, three a person, by how rare a level of column `rare` is. */
function withRareLevel(change: (site: number, row: number) => number, sites = 4, rows = 300): Federation {
  const features = [feature('common', 0, 8), feature('rare', 0, 1)]
  const draw = createSeededRandom('rare level')
  const made = Array.from({ length: sites }, (_, site) => {
    const x = Array.from({ length: rows }, (_, row) => [Math.floor(uniform(draw) * 8), change(site, row)])
    const table = tableOf(
      'rare/1',
      features,
      x,
      x.map(([v = 0]) => (uniform(draw) * 8 < v ? 1 : 0)),
      x.map(() => 100),
      x.map((_, row) => Math.floor(row / 3)),
    )
    return { train: table, heldOut: table }
  })
  return { featureSet: 'rare/1', features, rowCap: 512, sites: made }
}
async function learn(federation: Federation) {
  const described = await runTask(federation, 'describe', describeParams(), {}, { sum: 'lanes' })
  const upstream: Upstream = { describe: { task: 'describe', state: described.state } }
  const fit = await runTask(federation, 'logistic', logisticParams(), upstream, { sum: 'lanes' })
  const judged = await runTask(federation, 'evaluate', evaluateParams({ model: 'fit' }), { fit: { task: 'logistic', state: fit.state } }, { sum: 'lanes' })
  return { described: parseDescribed(upstream, 'describe'), releases: [described, fit, judged].map((run) => run.releases), judged }
}

describe('a rare level', () => {
  const onePerson = (site: number, row: number): number => (site === 1 && row >= 30 && row < 33 ? 1 : 0)

  it('of one person is opened in no lane of any step: the releases are those without that person’s level', async () => {
    const [with1, without] = [await learn(withRareLevel(onePerson)), await learn(withRareLevel(() => 0))]
    expect(with1.releases).toEqual(without.releases)
    expect(with1.described).toMatchObject({ names: ['common'], withheld: ['rare'] })
  })

  it('of one person that lacks it, or that alone has it, is not opened either', async () => {
    const lacking = await learn(withRareLevel((site, row) => (onePerson(site, row) ? Number.NaN : 0)))
    expect(lacking.releases).toEqual((await learn(withRareLevel(() => 0))).releases)
    const alone = await learn(withRareLevel((site, row) => (onePerson(site, row) ? 0 : 1)))
    expect(alone.described.withheld).toEqual(['rare'])
    expect(alone.releases).toEqual((await learn(withRareLevel(() => 1))).releases)
  })

  it('of many persons at one hospital alone is not opened, at two it is', async () => {
    const at = (last: number) => withRareLevel((site, row) => (site <= last && row < 90 ? 1 : 0))
    expect((await learn(at(0))).described.withheld).toEqual(['rare'])
    expect((await learn(at(1))).described.withheld).toEqual([])
  })

  it('that lacks in few rows passes as the point nearest zero, and is counted as lacking where enough persons lack it', async () => {
    const lacking = (persons: number) => withRareLevel((_, row) => (row < 3 * persons ? Number.NaN : row % 2))
    expect((await learn(lacking(4))).described.missingRate[1]).toBe(0)
    expect((await learn(lacking(12))).described.missingRate[1]).toBeCloseTo(36 / 300, 12)
  })

  it('is whatever most persons do not have, in all their rows', () => {
    const beside = (values: number[], persons: number[]): number => personsBesideTheUsual(Float64Array.from(values), Int32Array.from(persons))
    expect(beside([1, 1, 1, 0], [0, 1, 2, 3])).toBe(1)
    expect(beside([1, 1, 0, 0], [0, 1, 1, 2])).toBe(2)
    expect(beside([Number.NaN, 5, 5], [0, 1, 2])).toBe(0)
    expect(beside([], [])).toBe(0)
  })
})

describe('what stands on too few', () => {
  const few = (): Federation => withRareLevel(() => 0, 4, 12)

  it('ends describe and logistic by code after the count, before any sum over rows', async () => {
    await expect(runTask(few(), 'describe', describeParams(), {}, { sum: 'lanes' })).rejects.toMatchObject({ code: 'CELL_SMALL' })
    const described = await runTask(few(), 'describe', describeParams({ cellPersons: 4 }), {}, { sum: 'lanes' })
    const upstream: Upstream = { describe: { task: 'describe', state: described.state } }
    await expect(runTask(few(), 'logistic', logisticParams(), upstream, { sum: 'lanes' })).rejects.toMatchObject({ code: 'CELL_SMALL' })
  })

  it('ends evaluate after the count, without figures', async () => {
    const cells = { cellPersons: 4 }
    const described = await runTask(few(), 'describe', describeParams(cells), {}, { sum: 'lanes' })
    const fit = await runTask(few(), 'logistic', logisticParams(cells), { describe: { task: 'describe', state: described.state } }, { sum: 'lanes' })
    const { state, steps } = await runTask(
      few(),
      'evaluate',
      evaluateParams({ model: 'fit' }),
      { fit: { task: 'logistic', state: fit.state } },
      { sum: 'lanes' },
    )
    expect(steps).toBe(1)
    expect(parseEvaluation(state).metrics).toMatchObject({ rows: 0, positives: 0, auc: Number.NaN })
  })
})

describe('figures from cells of 20 persons of 2 hospitals', () => {
  it('give the exact AUC to 0.001 on five uneven hospitals, whatever the draw; the rest nearly', async () => {
    for (const seed of ['a', 'b', 'c']) {
      const federation = syntheticFederation({ sites: 5, rows: 4000, features: 5, seed })
      const described = await runTask(federation, 'describe', describeParams(), {}, { sum: 'lanes' })
      const fit = await runTask(federation, 'logistic', logisticParams(), { describe: { task: 'describe', state: described.state } }, { sum: 'lanes' })
      const { state, steps } = await runTask(
        federation,
        'evaluate',
        evaluateParams({ model: 'fit' }),
        { fit: { task: 'logistic', state: fit.state } },
        { sum: 'lanes' },
      )
      const heldOut = joinTables(federation.sites.map((s) => s.heldOut))
      const exact = metricsOfScores({ logit: scoreRows(parseModel('logistic', fit.state), heldOut).logit, label: heldOut.y, amountFen: heldOut.amountFen })
      const { metrics } = parseEvaluation(state)
      expect(steps).toBe(3)
      expect(metrics).toMatchObject({ rows: exact.rows, positives: exact.positives })
      expect(Math.abs(metrics.auc - exact.auc)).toBeLessThan(0.001)
      expect(Math.abs(metrics.averagePrecision - exact.averagePrecision)).toBeLessThan(0.01)
      for (const key of ['recallAt1', 'recallAt5', 'precisionAt5', 'ece'] as const) expect(Math.abs(metrics[key] - exact[key])).toBeLessThan(0.02)
    }
  })
})

describe('columns for a pooled fit', () => {
  it('are those that the federation opens, and are cut out with their values', async () => {
    const federation = withRareLevel((site, row) => (site === 0 && row < 90 ? 1 : 0))
    const tables = federation.sites.map((s) => s.train)
    expect(await openColumns(tables)).toEqual(['common'])
    expect(await openColumns(tables, { cellPersons: 20, cellHospitals: 1 })).toEqual(['common', 'rare'])
    const [table] = tables as [Table]
    const cut = selectColumns(table, ['rare'])
    expect([cut.features.map((f) => f.name), cut.x.length, cut.x[0], cut.x[299]]).toEqual([['rare'], 300, 1, 0])
  })
})
