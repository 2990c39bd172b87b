import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Table } from '../../core/table.ts'
import { createInlineWork } from '../../core/work/inline.ts'
import { openColumns } from '../../models/index.ts'
import { type Baselines, type BaselinesInput, computeBaselines } from '../../simulations/baselines.ts'
import { readSite } from '../../simulations/baselines-rows.ts'
import { allTruth, compare } from '../../simulations/demo/comparison.ts'
import { simulateRegion, writeHospitals } from '../../simulations/region/index.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'consilium-baselines-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const never = new AbortController().signal
const work = createInlineWork()
let input: BaselinesInput
let baselines: Baselines
/** This one's audit found nothing at all. */
let innocent: string

beforeAll(async () => {
  const region = simulateRegion({ seed: 'baselines', claims: 1500, hospitals: 3, sizeSkew: 2 })
  await writeHospitals(region, folder)
  const ids = region.hospitals.map((h) => h.site.id)
  innocent = ids[2] as string
  const labels = path.join(folder, innocent, 'label.csv')
  writeFileSync(labels, readFileSync(labels, 'utf8').replaceAll(/^(claim,[^,]+),1,[^,]*,\d/gm, '$1,0,,0'))
  input = {
    sites: ids.map((hospital) => ({ hospital, folder: path.join(folder, hospital) })),
    rows: { featureSet: 'claim/1', boundary: '2025-12', splitSeed: 'test', heldOutPercent: 40 },
    logistic: {},
    mlp: { steps: 2, localPasses: 1 },
    seed: 'test',
  }
  baselines = await computeBaselines(input, work, never)
}, 60_000)

describe('baselines', () => {
  it('hold every labelled claim of a hospital once, in training or held out, with the label of its file', () => {
    for (const site of baselines.sites) {
      const lines = readFileSync(path.join(folder, site.hospital, 'label.csv'), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
      const labels = new Map(lines.map((line) => [line.split(',')[1] as string, Number(line.split(',')[2])]))
      expect(site.trainRows + site.ids.length).toBe(labels.size)
      expect(site.ids.map((id) => labels.get(id))).toEqual([...site.label])
      expect(new Set(site.ids).size).toBe(site.ids.length)
    }
  })

  it('score everybody’s held-out rows with every model', async () => {
    const rows = allTruth(baselines.sites).label.length
    for (const { pooled, locals } of Object.values(baselines.logits)) {
      expect(pooled).toHaveLength(rows)
      expect(locals.map((l) => l.length)).toEqual([rows, rows, rows])
      expect(pooled.every(Number.isFinite)).toBe(true)
    }
    const trains: Table[] = []
    for (const site of input.sites) trains.push((await readSite(site, input.rows)).split.train)
    const open = await openColumns(trains)
    expect(open.length).toBeLessThan(baselines.heldOut.features.length)
    expect(baselines.pooledCoefficients).toHaveLength(open.length + 1)
  })

  it('give a hospital with one class its base rate for every row, which ranks nothing', () => {
    const i = baselines.sites.findIndex((s) => s.hospital === innocent)
    for (const model of ['logistic', 'mlp'] as const) expect(new Set(baselines.logits[model].locals[i]).size).toBe(1)
    const scores = { logits: new Map(baselines.sites.map((s) => [s.hospital, new Float64Array(s.ids.length)])), released: { auc: 0.5, averagePrecision: 0 } }
    const [logistic] = compare(baselines, { logistic: scores, mlp: scores })
    expect(logistic?.hospitals[i]?.localOnAll.auc).toBe(0.5)
    expect(logistic?.hospitals[i]?.local.auc).toBeNaN()
    expect(logistic?.localMean.auc).toBeLessThan(logistic?.pooled.auc as number)
  })

  it('are the same at every run, so that only the federation varies', async () => {
    const again = await computeBaselines(input, work, never)
    expect(again.logits).toEqual(baselines.logits)
  }, 60_000)

  it('end when they are told to', async () => {
    await expect(computeBaselines(input, work, AbortSignal.abort(new Error('told to')))).rejects.toThrow('told to')
  })
})
