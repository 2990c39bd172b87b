import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeParams, parseDescribed } from '../../models/index.ts'
import { standardise } from '../../models/normalisation.ts'
import { type Federation, feature, syntheticFederation, tableOf } from '../support/learning-data.ts'
import { runTask } from '../support/task-runner.ts'

async function run(federation: Federation, sum: 'lanes' | 'clear' = 'lanes') {
  const { state, steps } = await runTask(federation, 'describe', describeParams({ cellPersons: 1, cellHospitals: 1 }), {}, { sum })
  return { steps, ...parseDescribed({ d: { task: 'describe', state } }, 'd') }
}
const one = (column: number[], range: [number, number], sites = 1): Federation => {
  const features = [feature('v', ...range)]
  const part = (s: number) => column.filter((_, i) => i % sites === s)
  const table = (v: number[]) =>
    tableOf(
      'one/1',
      features,
      v.map((x) => [x]),
      v.map(() => 0),
    )
  return {
    featureSet: 'one/1',
    features,
    rowCap: column.length,
    sites: Array.from({ length: sites }, (_, s) => ({ train: table(part(s)), heldOut: table([]) })),
  }
}

describe('describe', () => {
  it('gives mean, population spread and missing rate of known numbers', async () => {
    const { mean, std, missingRate, rows, steps } = await run(one([2, 4, 4, 4, 5, 5, 7, 9, Number.NaN, Number.NaN], [0, 10], 2))
    expect([steps, rows]).toEqual([1, 10])
    expect(mean[0]).toBeCloseTo(5, 9)
    expect(std[0]).toBeCloseTo(2, 9)
    expect(missingRate[0]).toBe(0.2)
  })

  it('clips to the declared range before anything is summed', async () => {
    const { mean } = await run(one([-50, 50, 1_000_000], [0, 100]))
    expect(mean[0]).toBeCloseTo(50, 9)
  })

  it('equals the moments of all rows together, however they are split over hospitals', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: -20, max: 80, noNaN: true }), { minLength: 2, maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        async (column, sites) => {
          const { mean, std } = await run(one(column, [-20, 80], sites))
          const m = column.reduce((a, b) => a + b, 0) / column.length
          const s = Math.sqrt(column.reduce((a, b) => a + (b - m) ** 2, 0) / column.length)
          expect(Math.abs((mean[0] as number) - m)).toBeLessThan(1e-8)
          // Below a share of 1e-6 of the range a column counts as constant and takes the range as its scale.
          if (s > 1e-3) expect(Math.abs((std[0] as number) - s)).toBeLessThan(1e-5)
          if (s === 0) expect(std[0]).toBe(100)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('keeps its digits where the range is 100,000 times wider than the spread, and scales a constant by its range', async () => {
    const { mean, std } = await run(one([10, 20, 30, 40], [0, 1_000_000]))
    expect(mean[0]).toBeCloseTo(25, 6)
    expect(std[0]).toBeCloseTo(Math.sqrt(125), 3)
    expect((await run(one([7, 7, 7], [0, 1_000_000]))).std[0]).toBe(1_000_000)
  })

  it('standardises by name, missing to 0, far values to 8', async () => {
    const n = await run(syntheticFederation({ sites: 2, rows: 100, features: 2, seed: 'z' }))
    const swapped = tableOf('synthetic/1', [feature('f1', -6, 6), feature('f0', -6, 6)], [[n.mean[1] as number, Number.NaN]], [0])
    expect([...standardise(n, swapped)]).toEqual([0, 0])
    const far = { ...n, std: n.std.map(() => 1e-3) }
    expect([...standardise(far, tableOf('synthetic/1', [feature('f0', -6, 6), feature('f1', -6, 6)], [[6, -6]], [0]))]).toEqual([8, -8])
  })

  it('refuses rows of another feature set, a lacking column, and more rows than the public cap', async () => {
    const n = await run(one([1, 2], [0, 5]))
    const other = (name: string, f: string) => () => standardise(n, tableOf(name, [feature(f, 0, 5)], [[1]], [0]))
    expect(other('two/1', 'v')).toThrow(expect.objectContaining({ code: 'BAD_DATA' }))
    expect(other('one/1', 'w')).toThrow(expect.objectContaining({ code: 'BAD_DATA' }))
    await expect(run({ ...one([1, 2, 3], [0, 5]), rowCap: 2 })).rejects.toMatchObject({ code: 'BAD_DATA' })
  })
})
