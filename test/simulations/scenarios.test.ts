// Each scenario shows what its parameters claim, on claims whose truth is known.
import { describe, expect, test } from 'vitest'
import { lengthOfStay, SCENARIOS, type ScenarioId, type SimulatedClaim, simulateRegion, totalFen } from '../../simulations/region/index.ts'

const claims = simulateRegion({ seed: 'scenario test', claims: 16_000 }).hospitals.flatMap((hospital) => hospital.claims)
const honest = claims.filter(({ draft }) => !draft.truth)
const of = (id: ScenarioId): SimulatedClaim[] => claims.filter(({ draft }) => draft.truth?.scenario === id)
const events = (id: ScenarioId): SimulatedClaim[][] => [...Map.groupBy(of(id), ({ draft }) => draft.truth?.ring ?? '').values()]
const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length
const share = (claim: SimulatedClaim, ...kinds: string[]): number =>
  claim.draft.lines.filter((line) => kinds.includes(line.item.kind)).reduce((sum, line) => sum + line.amountFen, 0) / totalFen(claim.draft)
/** Days of a stay on which nothing but the bed, a drug or a test is charged. */
const emptyDayShare = ({ draft }: SimulatedClaim): number =>
  1 -
  new Set(draft.lines.filter((l) => l.item.kind === 'other' || l.item.kind === 'therapy').map((l) => Math.floor(l.minute / 1440))).size /
    Math.max(1, lengthOfStay(draft))
const twins = ({ draft }: SimulatedClaim): number =>
  draft.lines.length - new Set(draft.lines.map((l) => `${l.item.code}|${l.minute}|${l.qty}|${l.amountFen}`)).size
const dayOf = ({ draft }: SimulatedClaim): number => Math.floor(draft.settleMinute / 1440)

describe('scenarios', () => {
  test('no-bed stays have about the configured share of days without service, honest medical stays hardly any', () => {
    expect(mean(of('noBed').map(emptyDayShare))).toBeGreaterThan(0.4)
    expect(mean(honest.filter(({ draft }) => draft.care === 'medicalStay').map(emptyDayShare))).toBeLessThan(0.15)
  })

  test('check-up admissions last two to four nights and are mostly exams and tests', () => {
    for (const claim of of('checkupAdmission')) {
      expect(lengthOfStay(claim.draft)).toBeGreaterThanOrEqual(2)
      expect(lengthOfStay(claim.draft)).toBeLessThanOrEqual(4)
    }
    expect(mean(of('checkupAdmission').map((claim) => share(claim, 'exam', 'lab')))).toBeGreaterThan(0.55)
  })

  test('split stays are two stays of one person with one diagnosis at one hospital, at most 15 days apart', () => {
    const pairs = events('splitStays').filter((event) => event.length === 2)
    expect(pairs.length).toBeGreaterThan(10)
    for (const [first, second] of pairs as [SimulatedClaim, SimulatedClaim][]) {
      expect(first.draft.person).toBe(second.draft.person)
      expect(first.draft.diagnoses[0]).toBe(second.draft.diagnoses[0])
      expect(first.draft.site).toBe(second.draft.site)
      expect((second.draft.admitMinute - first.draft.dischargeMinute) / 1440).toBeLessThanOrEqual(15.1)
      expect(second.draft.admitMinute).toBeGreaterThan(first.draft.dischargeMinute)
    }
  })

  test('group swipes are several persons at one doctor and terminal within the jitter, on several dates', () => {
    const rings = events('groupSwipes')
    expect(rings.some((ring) => new Set(ring.map(dayOf)).size >= 3)).toBe(true)
    const sizes = rings.map((ring) => new Set(ring.map(({ draft }) => draft.person.id)).size)
    expect(Math.max(...sizes)).toBeGreaterThanOrEqual(3)
    for (const ring of rings)
      for (const date of Map.groupBy(ring, ({ draft }) => `${draft.site.id}|${Math.floor(draft.admitMinute / 1440)}`).values()) {
        const minutes = date.map(({ draft }) => draft.admitMinute).sort((a, b) => a - b)
        for (const [i, minute] of minutes.entries()) if (i > 0) expect(minute - (minutes[i - 1] ?? 0)).toBeLessThanOrEqual(60)
      }
  })

  test('collected cards share a terminal, and most of them one amount, within hours', () => {
    for (const event of events('collectedCards').filter((e) => e.length >= 5)) {
      expect(new Set(event.map(({ draft }) => draft.terminal)).size).toBe(1)
      const amounts = Map.groupBy(event, ({ draft }) => totalFen(draft))
      expect(Math.max(...[...amounts.values()].map((same) => same.length))).toBeGreaterThanOrEqual(2)
    }
  })

  test('over-supply hands out more days of drugs than have passed', () => {
    const ratios = events('overSupply')
      .filter((event) => event.length >= 4)
      .map((event) => {
        const days = event.map(dayOf)
        return (28 * (event.length - 1)) / Math.max(1, Math.max(...days) - Math.min(...days))
      })
    expect(mean(ratios)).toBeGreaterThan(1.5)
  })

  test('phantom items exceed the units that a therapist can give in a day, honest sessions seldom', () => {
    const most = ({ draft }: SimulatedClaim): number => Math.max(0, ...draft.lines.filter((l) => l.item.kind === 'therapy').map((l) => l.qty))
    expect(
      mean(
        of('phantomItems')
          .filter(({ draft }) => draft.visitType === 'outpatient')
          .map(most),
      ),
    ).toBeGreaterThan(4)
    expect(mean(honest.filter(({ draft }) => draft.care === 'physio').map(most))).toBeLessThan(3)
  })

  test('upcoded stays cost more a night than honest ones of the same kind and hospital', () => {
    const nightly = (rows: SimulatedClaim[]): number => mean(rows.map(({ draft }) => totalFen(draft) / Math.max(1, lengthOfStay(draft))))
    const upcoded = of('upcoding').filter(({ draft }) => draft.care === 'medicalStay' && draft.site.id === 'xiehe')
    expect(nightly(upcoded)).toBeGreaterThan(1.15 * nightly(honest.filter(({ draft }) => draft.care === 'medicalStay' && draft.site.id === 'xiehe')))
  })

  test('duplicate charging repeats lines that are never taken back', () => {
    for (const claim of of('duplicateCharging')) {
      expect(twins(claim)).toBeGreaterThanOrEqual(1)
      expect(claim.draft.lines.every((line) => line.refundOf === null)).toBe(true)
    }
  })

  test('phantom dialysis makes weeks of more than three sessions or sessions within a stay', () => {
    const persons = new Set(of('dialysisPhantom').map(({ draft }) => draft.person.id))
    const sessions = claims.filter(({ draft }) => draft.care === 'dialysis' && persons.has(draft.person.id))
    const weeks = [...Map.groupBy(sessions, (claim) => `${claim.draft.person.id}|${Math.floor(dayOf(claim) / 7)}`).values()].map((week) => week.length)
    expect(weeks.some((count) => count > 3)).toBe(true)
  })

  test('template orders repeat one set of items over different patients of one doctor', () => {
    for (const event of events('templateOrders').filter((e) => e.length >= 8)) {
      expect(new Set(event.map(({ draft }) => draft.doctor)).size).toBe(1)
      const sets = Map.groupBy(event, ({ draft }) => draft.lines.map((l) => l.item.code).join(' '))
      expect(Math.max(...[...sets.values()].map((same) => same.length)) / event.length).toBeGreaterThan(0.3)
    }
  })

  test('impersonation often fails the check of presence, and some items do not fit the sex', () => {
    const unverified = (rows: SimulatedClaim[]): number => mean(rows.map(({ draft }) => (draft.idVerified === false ? 1 : 0)))
    expect(unverified(of('impersonation'))).toBeGreaterThan(2 * unverified(honest))
    const conflicts = ({ draft }: SimulatedClaim): boolean =>
      draft.lines.some((l) => l.item.field === (draft.person.sex === 'male' ? 'gynaecology' : 'urology'))
    expect(of('impersonation').some(conflicts)).toBe(true)
    expect(honest.some(conflicts)).toBe(false)
  })

  test('have names in two languages, a severity and parameters', () => {
    for (const [id, scenario] of Object.entries(SCENARIOS)) {
      expect(scenario.id).toBe(id)
      expect(scenario.zh.length).toBeGreaterThan(2)
      expect(Object.keys(scenario.parameters).length).toBeGreaterThan(2)
    }
  })
})
