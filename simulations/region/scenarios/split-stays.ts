// 分解住院: one stay settled as two, to stay under the limit of a payment group. Discharge and readmission with the same diagnosis within days.
import { MINUTES_A_DAY } from '../calendar.ts'
import { medicalStay } from '../care/stay.ts'
import { itemsOf } from '../catalogue.ts'
import { addLine, type ClaimDraft, lengthOfStay } from '../draft.ts'
import { falsify, type Scenario, somebody, someDay } from './scenario.ts'

const parameters = { longerThanNights: 10, limitNights: 9, shortestGapDays: 0, usualGapDays: 3, longestGapDays: 15, lateShare: 0.2 }

export const splitStays: Scenario = {
  id: 'splitStays',
  zh: '分解住院',
  en: 'split stay',
  severity: 2,
  parameters,
  stage(scene) {
    const { draws, site } = scene
    const person = somebody(scene, (p) => p.age >= 45)
    const nights = parameters.longerThanNights + draws.int(2, 12)
    const whole = medicalStay(site, person, someDay(scene, nights + parameters.longestGapDays), draws, { nights })
    const cut = Math.min(parameters.limitNights, nights - 2) - draws.int(0, 2)
    const gapDays = draws.chance(parameters.lateShare)
      ? draws.int(parameters.usualGapDays + 1, parameters.longestGapDays)
      : draws.int(parameters.shortestGapDays, parameters.usualGapDays)
    const border = whole.admitMinute + cut * MINUTES_A_DAY
    const later: ClaimDraft = { ...whole, diagnoses: [...whole.diagnoses], lines: whole.lines.filter((line) => line.minute >= border) }
    const shift = gapDays * MINUTES_A_DAY
    for (const line of later.lines) line.minute += shift
    Object.assign(later, { admitMinute: border + shift + 60, dischargeMinute: whole.dischargeMinute + shift, settleMinute: whole.settleMinute + shift })
    whole.lines = whole.lines.filter((line) => line.minute < border)
    Object.assign(whole, { dischargeMinute: border, settleMinute: border + draws.int(10, 50) })
    for (const test of draws.sample(itemsOf('lab'), draws.int(2, 5))) addLine(later, test, 1)
    return lengthOfStay(later) < 1 ? [] : [falsify('splitStays', scene, whole), falsify('splitStays', scene, later)]
  },
}
