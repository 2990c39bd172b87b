// 血透虚记: sessions that were not held: a fourth and fifth in weeks of three, or while the patient lies in a ward.
import { dayOf } from '../calendar.ts'
import { dialysisSession, PROGRAMME } from '../care/outpatient.ts'
import { medicalStay } from '../care/stay.ts'
import { type ClaimDraft, lengthOfStay } from '../draft.ts'
import { falsify, type Scenario, somebody } from './scenario.ts'

const parameters = { leastExtraShare: 0.2, mostExtraShare: 0.6, fewestWeeks: 2, mostWeeks: 5, duringStayShare: 0.3 }

/** The patient's true sessions are among the honest claims already: only what was added to them is made here. */
export const dialysisPhantom: Scenario = {
  id: 'dialysisPhantom',
  zh: '血透虚记',
  en: 'phantom dialysis sessions',
  severity: 3,
  parameters,
  stage(scene) {
    const { draws, site } = scene
    const person = somebody(scene, (p) => p.conditions.includes('renal'))
    const weeks = draws.int(parameters.fewestWeeks, parameters.mostWeeks)
    const last = Math.min(scene.region.calendar.days, PROGRAMME.latestFirstDay + PROGRAMME.leastDays)
    const first = draws.int(PROGRAMME.latestFirstDay, Math.max(PROGRAMME.latestFirstDay, last - 7 * weeks))
    if (draws.chance(parameters.duringStayShare)) {
      const stay = medicalStay(site, person, first, draws, { nights: draws.int(5, 9) })
      const nights = Array.from({ length: lengthOfStay(stay) - 1 }, (_, i) => dayOf(stay.admitMinute) + 1 + i)
      return [stay, ...draws.sample(nights, draws.int(2, 3)).map((day) => falsify('dialysisPhantom', scene, dialysisSession(site, person, day, draws)))]
    }
    const phantom: ClaimDraft[] = []
    for (let week = 0; week < weeks; week++) {
      const extra = Math.max(1, Math.round(PROGRAMME.sessionsAWeek * draws.between(parameters.leastExtraShare, parameters.mostExtraShare)))
      for (const weekday of draws.sample([1, 3, 5], extra))
        phantom.push(falsify('dialysisPhantom', scene, dialysisSession(site, person, first + week * 7 + weekday, draws)))
    }
    return phantom
  },
}
