// 血透虚记: sessions that were not held: more than three or four a week, or while the patient lies in a ward.
import { dayOf } from '../calendar.ts'
import { dialysisSession } from '../care/outpatient.ts'
import { medicalStay } from '../care/stay.ts'
import type { ClaimDraft } from '../draft.ts'
import { falsify, type Scenario, someDay, somebody } from './scenario.ts'

const parameters = { leastExtraShare: 0.2, mostExtraShare: 0.5, sessionsAWeek: 3, fewestWeeks: 2, mostWeeks: 4, duringStayShare: 0.4 }

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
    const first = someDay(scene, weeks * 7)
    const honest: ClaimDraft[] = []
    const phantom: ClaimDraft[] = []
    const stay = draws.chance(parameters.duringStayShare) ? medicalStay(site, person, first + draws.int(0, 3), draws, { nights: draws.int(5, 9) }) : null
    for (let week = 0; week < weeks; week++) {
      const extra = Math.max(1, Math.round(parameters.sessionsAWeek * draws.between(parameters.leastExtraShare, parameters.mostExtraShare)))
      for (const [i, weekday] of draws.sample([0, 1, 2, 3, 4, 5], parameters.sessionsAWeek + extra).entries()) {
        const day = first + week * 7 + weekday
        const claim = dialysisSession(site, person, day, draws)
        const inBed = stay !== null && day > dayOf(stay.admitMinute) && day < dayOf(stay.dischargeMinute)
        if (i < extra || inBed) phantom.push(falsify('dialysisPhantom', scene, claim))
        else honest.push(claim)
      }
    }
    return [...phantom, ...honest, ...(stay ? [stay] : [])]
  },
}
