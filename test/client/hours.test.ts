// Hours of a hospital: local time, over midnight, and days that are not 24 hours long.
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nextOpening, withinHours } from '../../client/hours.ts'
import { policyOf } from '../../client/policy.ts'

const zone = process.env['TZ']
// Read anew by Node at each assignment.
beforeAll(() => {
  process.env['TZ'] = 'Europe/Berlin'
})
afterAll(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})
const at = (text: string): Date => new Date(text)

test('without hours every moment is allowed', () => {
  expect(withinHours(undefined, at('2026-01-01T03:00'))).toBe(true)
  expect(nextOpening(undefined, 12_345)).toBe(12_345)
})

test.each([
  ['08:00-17:30', '2026-03-02T07:59:59.999', false],
  ['08:00-17:30', '2026-03-02T08:00', true],
  ['08:00-17:30', '2026-03-02T17:29:59.999', true],
  ['08:00-17:30', '2026-03-02T17:30', false],
  ['20:00-06:00', '2026-03-02T19:59', false],
  ['20:00-06:00', '2026-03-02T20:00', true],
  ['20:00-06:00', '2026-03-02T00:00', true],
  ['20:00-06:00', '2026-03-02T05:59', true],
  ['20:00-06:00', '2026-03-02T06:00', false],
  ['00:00-23:59', '2026-03-02T23:59', false],
  ['18:00-00:00', '2026-03-02T23:59', true],
  ['18:00-00:00', '2026-03-02T00:00', false],
] as const)('%s at %s: %s', (hours, moment, within) => expect(withinHours(hours, at(moment))).toBe(within))

test('the hours are those of the local clock, not of UTC', () => {
  expect(withinHours('08:00-09:00', new Date('2026-01-10T07:30:00Z'))).toBe(true)
  expect(withinHours('08:00-09:00', new Date('2026-07-10T06:30:00Z'))).toBe(true)
  expect(withinHours('08:00-09:00', new Date('2026-07-10T07:30:00Z'))).toBe(false)
})

describe('the next opening', () => {
  test.each([
    ['08:00-17:30', '2026-03-02T06:10:20', '2026-03-02T08:00'],
    ['08:00-17:30', '2026-03-02T17:30', '2026-03-03T08:00'],
    ['20:00-06:00', '2026-03-02T06:00', '2026-03-02T20:00'],
    ['08:00-17:30', '2026-12-31T23:59:59.999', '2027-01-01T08:00'],
    // A day of 23 hours: 02:00 does not come, the clock goes on at 03:00.
    ['02:00-05:00', '2026-03-29T01:59:30', '2026-03-29T03:00'],
    ['02:10-02:50', '2026-03-29T01:30', '2026-03-30T02:10'],
  ] as const)('%s after %s is %s', (hours, now, opening) => expect(new Date(nextOpening(hours, at(now).getTime()))).toEqual(at(opening)))

  const clock = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([h, m]) => [h, m].map((n) => String(n).padStart(2, '0')).join(':'))
  const windows = fc
    .tuple(clock, clock)
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => `${a}-${b}`)
  const moments = fc.integer({ min: at('2026-01-01T00:00').getTime(), max: at('2027-01-01T00:00').getTime() })

  test('is within the hours, and no earlier minute is', () => {
    fc.assert(
      fc.property(windows, moments, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (hours, nowMs, part) => {
        const opening = nextOpening(hours, nowMs)
        expect(opening).toBeGreaterThanOrEqual(nowMs)
        expect(withinHours(hours, new Date(opening))).toBe(true)
        for (const before of [opening - 1, nowMs + Math.floor(part * (opening - nowMs))])
          if (opening > nowMs) expect(withinHours(hours, new Date(before))).toBe(false)
      }),
      { numRuns: 300 },
    )
  })
})

test('a window without length is no window: the policy refuses it', () => {
  const given = { minCohort: 3, corrupt: 1, featureSets: ['claim/1'], tasks: {} }
  expect(() => policyOf({ ...given, hours: '08:00-08:00' })).toThrow(/begin and end are the same/)
  expect(policyOf({ ...given, hours: '20:00-06:00' }).hours).toBe('20:00-06:00')
})
