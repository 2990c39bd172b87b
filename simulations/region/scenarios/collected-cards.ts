// 敛卡空刷: a shop holds other people's cards and swipes one packaged amount on all of them, often after hours.
import { at } from '../calendar.ts'
import { pharmacyVisit } from '../care/outpatient.ts'
import { swipeOnly } from '../draft.ts'
import { falsify, type Scenario, somebody, someDay } from './scenario.ts'

const parameters = { fewestCards: 5, mostCards: 17, offHoursShare: 0.5, sameAmountShare: 0.7, cardShare: 0.8, unverifiedShare: 0.4 }

export const collectedCards: Scenario = {
  id: 'collectedCards',
  zh: '敛卡空刷',
  en: 'collected cards',
  severity: 4,
  parameters,
  stage(scene) {
    const { draws, site } = scene
    const day = someDay(scene)
    let minute = draws.chance(parameters.offHoursShare) ? at(day, draws.int(20, 21), draws.int(0, 59)) : at(day, draws.int(9, 16), draws.int(0, 59))
    const model = pharmacyVisit(site, somebody(scene), day, draws, { minute })
    return Array.from({ length: draws.int(parameters.fewestCards, parameters.mostCards) }, () => {
      const claim = pharmacyVisit(site, somebody(scene), day, draws, { minute })
      if (draws.chance(parameters.sameAmountShare)) claim.lines = model.lines.map((line) => ({ ...line, minute: claim.admitMinute }))
      claim.terminal = model.terminal
      claim.doctor = model.doctor
      swipeOnly(claim, minute)
      if (draws.chance(parameters.cardShare)) claim.certType = '03'
      if (draws.chance(parameters.unverifiedShare)) claim.idVerified = false
      minute += draws.int(1, 20)
      return falsify('collectedCards', scene, claim)
    })
  },
}
