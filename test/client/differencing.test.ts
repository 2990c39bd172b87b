// What this site lets be summed over the same records: properties over any sequence of plans.
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { checkBoundary, nothingRead, type Reading, readUnder, refundOf, releasedUnder, spentOn } from '../../client/differencing.ts'
import { hash } from '../../core/codec.ts'
import { isRefusal } from '../../core/errors.ts'
import { type HospitalId, parseHospitalId } from '../../core/ids.ts'
import type { Plan } from '../../privacy/messages.ts'
import { createFederation, digestOf, keyAt, planOf } from '../support/secure-sum.ts'

const federation = createFederation(4, 1, 8)
const IDS = federation.roster.members.map((m) => m.id)
const NO_CUTS = new Uint8Array()
const statistic = (changes: Partial<Plan> = {}): Plan => planOf(federation, { disclosure: 'statistic', privacy: 'exact', ...changes })
const over = (blocks: readonly (readonly HospitalId[])[], step: number, changes: Partial<Plan> = {}): Plan =>
  statistic({ blocks, groups: [blocks.flat().sort()], key: keyAt(step), state: digestOf(`state ${step}`), ...changes })
/** The reading after the plan, or null where it is refused by DIFFERENCING. */
function follow(reading: Reading, plan: Plan, cuts = NO_CUTS): Reading | null {
  try {
    return readUnder(reading, plan, cuts)
  } catch (error) {
    if (isRefusal(error, 'DIFFERENCING')) return null
    throw error
  }
}

/** Any partition of any part of the members into blocks of at least two. */
const partition = fc
  .tuple(fc.subarray(IDS, { minLength: 2 }), fc.array(fc.nat(2), { minLength: IDS.length, maxLength: IDS.length }))
  .map(([present, colours]) => [0, 1, 2].map((c) => present.filter((_, i) => colours[i] === c)).filter((block) => block.length > 0))
  .filter((blocks) => blocks.every((block) => block.length >= 2))

describe('sums over the same records', () => {
  it('differ by whole blocks only, whatever plans came before', () => {
    fc.assert(
      fc.property(fc.array(partition, { minLength: 1, maxLength: 8 }), (lists) => {
        let reading = nothingRead
        const accepted: (readonly (readonly HospitalId[])[])[] = []
        lists.forEach((blocks, i) => {
          const after = follow(reading, over(blocks, i + 1))
          if (!after) return
          reading = after
          accepted.push(blocks)
        })
        expect(accepted.length).toBeGreaterThan(0)
        const names = accepted.flat().map((block) => block.join())
        // Two accepted blocks are the same or share nobody: every sum opens over a union of them.
        for (const one of accepted.flat())
          for (const other of accepted.flat()) if (one.join() !== other.join()) expect(one.filter((id) => other.includes(id))).toEqual([])
        expect(new Set(names).size).toBeLessThanOrEqual(IDS.length / 2)
      }),
      { numRuns: 2_000 },
    )
  })

  it('keep to their blocks over boundaries, because extracts of two boundaries share records', () => {
    const [one, other] = [IDS.slice(0, 4), IDS.slice(4)]
    const reading = follow(nothingRead, over([one, other], 1))
    expect(reading).not.toBeNull()
    const later = (blocks: readonly (readonly HospitalId[])[]) => {
      const plan = over(blocks, 2)
      return follow(reading as Reading, { ...plan, inputs: { ...plan.inputs, boundary: '2027-01' } })
    }
    expect(later([one])).not.toBeNull()
    expect(later([one.slice(1), other])).toBeNull()
    expect(later([IDS])).toBeNull()
    expect(later([one, [...other, parseHospitalId('newcomer')].sort()])).toBeNull()
  })
})

describe('rows and borders', () => {
  const first = follow(nothingRead, over([IDS], 1), Buffer.from('1000')) as Reading
  test.each<[string, Partial<Plan['inputs']>]>([
    ['another seed of the split', { splitSeed: 'other' }],
    ['one percent more held out', { heldOutPercent: statistic().inputs.heldOutPercent + 1 }],
    ['another cap on rows', { rowCap: statistic().inputs.rowCap - 1 }],
  ])('%s is refused, for statistics and for updates', (_what, inputs) => {
    const plan = over([IDS], 2)
    const changed = { ...plan, inputs: { ...plan.inputs, ...inputs } }
    expect(follow(first, changed, Buffer.from('1000'))).toBeNull()
    expect(follow(first, { ...changed, disclosure: 'update', privacy: 'none' })).toBeNull()
    expect(follow(first, plan, Buffer.from('1000'))).not.toBeNull()
  })
  test('a shifted border is refused, also over another boundary', () => {
    const plan = over([IDS], 2)
    expect(follow(first, plan, Buffer.from('1001'))).toBeNull()
    expect(follow(first, { ...plan, inputs: { ...plan.inputs, boundary: '2027-01' } }, Buffer.from('1001'))).toBeNull()
  })
  test.each(['2026-02-14', '2026-02-28', '2026', '2026-13', 'yesterday'])('boundary %s is refused: extracts end with a month', (boundary) => {
    expect(() => checkBoundary(boundary)).toThrow(expect.objectContaining({ code: 'DIFFERENCING' }))
  })
})

describe('what a question costs', () => {
  const plan = over([IDS], 1)
  const asked = follow(nothingRead, plan) as Reading
  const { boundary } = plan.inputs
  it('is charged once, from the plan on, and given back only where the key never opens', () => {
    const lanes = plan.layout.segments.reduce((n, s) => n + s.length, 0)
    expect(spentOn(asked, boundary)).toEqual({ jobs: new Set([plan.key.job]), values: lanes })
    expect(spentOn(follow(asked, over([IDS], 2)) as Reading, boundary).values).toBe(2 * lanes)
    expect(spentOn(follow(asked, over([IDS], 2)) as Reading, '2031-01')).toEqual({ jobs: new Set(), values: 0 })
    expect(spentOn(refundOf(asked, plan.key), boundary)).toEqual({ jobs: new Set(), values: 0 })
    expect(refundOf(asked, keyAt(9))).toBe(asked)
  })
  it('is asked once: after its release the same question is refused, in whatever job and step, and another state is another question', () => {
    const released = releasedUnder(asked, plan)
    const again = { ...plan, key: { job: hash('job', Buffer.from('other')), step: 7, group: 0 }, deadlineMs: plan.deadlineMs + 1 }
    expect(follow(asked, again)).not.toBeNull()
    expect(follow(released, again)).toBeNull()
    expect(follow(released, { ...again, state: digestOf('another state') })).not.toBeNull()
  })
})
