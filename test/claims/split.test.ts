import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isHeldOut, splitTable } from '../../claims/index.ts'
import type { Table } from '../../core/table.ts'

const tableOf = (rows: number): Table => ({
  featureSet: 'test/1',
  features: [
    { name: 'a', unit: 'x', range: [0, 1], en: 'a', zh: '甲' },
    { name: 'b', unit: 'x', range: [0, 1], en: 'b', zh: '乙' },
  ],
  rows,
  x: Float64Array.from({ length: rows * 2 }, (_, i) => i),
  y: Uint8Array.from({ length: rows }, (_, i) => i % 2),
  amountFen: Float64Array.from({ length: rows }, (_, i) => 10 * i),
  persons: Int32Array.from({ length: rows }, (_, i) => i),
  ids: Array.from({ length: rows }, (_, i) => `id${i}`),
})

describe('splits', () => {
  test('every row lands on exactly one side, whole and in order, and all rows of a person on the same one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }), fc.string(), fc.integer({ min: 0, max: 100 }), (persons, seed, percent) => {
        const groups = persons.map((p) => `person${p}`)
        const table = tableOf(groups.length)
        const { train, heldOut } = splitTable(table, groups, seed, percent)
        for (const side of [train, heldOut]) {
          const rows = side.ids.map((id) => Number(id.slice(2)))
          expect(rows).toEqual([...rows].sort((a, b) => a - b))
          expect([...side.x]).toEqual(rows.flatMap((r) => [2 * r, 2 * r + 1]))
          expect([...side.y]).toEqual(rows.map((r) => r % 2))
          expect([...side.amountFen]).toEqual(rows.map((r) => 10 * r))
          expect(side.x.buffer).toBeInstanceOf(SharedArrayBuffer)
        }
        expect([...train.ids, ...heldOut.ids].sort()).toEqual([...table.ids].sort())
        const sideOf = (ids: readonly string[]): Set<string> => new Set(ids.map((id) => groups[Number(id.slice(2))] as string))
        expect([...sideOf(train.ids)].filter((g) => sideOf(heldOut.ids).has(g))).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  test('a person’s side depends on seed and person alone, so every site parts alike', () => {
    const reference = (seed: string, group: string): number =>
      Number(BigInt(`0x${createHash('sha256').update(`${seed}\x1f${group}`).digest('hex').slice(0, 12)}`) % 100n)
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.integer({ min: 0, max: 100 }),
        (seed, group, percent) => isHeldOut(group, seed, percent) === reference(seed, group) < percent,
      ),
    )
  })

  test('the held-out share is near the percentage, and more percent only adds rows to it', () => {
    const groups = Array.from({ length: 20_000 }, (_, i) => `g${i}`)
    const held = (percent: number): Set<string> => new Set(groups.filter((g) => isHeldOut(g, 'seed', percent)))
    // 5 standard deviations of a binomial
    const [held30, held31] = [held(30), held(31)]
    expect(Math.abs(held30.size - 6000)).toBeLessThan(5 * Math.sqrt(20_000 * 0.3 * 0.7))
    expect([...held30].filter((g) => !held31.has(g))).toEqual([])
  })

  test('another seed parts otherwise', () => {
    const groups = Array.from({ length: 100 }, (_, i) => `g${i}`)
    expect(groups.map((g) => isHeldOut(g, 'a', 50))).not.toEqual(groups.map((g) => isHeldOut(g, 'b', 50)))
  })

  test.each([-1, 101, 0.5, Number.NaN])('a percentage of %s is refused', (percent) => {
    expect(() => splitTable(tableOf(0), [], 's', percent)).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
  })
})
