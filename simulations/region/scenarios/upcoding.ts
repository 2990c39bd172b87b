// 项目高套: a heavier group and dearer items than the patient needed. The stay stays short, the diagnoses multiply.
import { drawSeverity, medicalStay, setSeverity, surgicalStay } from '../care/stay.ts'
import { setPrice } from '../draft.ts'
import { falsify, type Scenario, somebody, someDay } from './scenario.ts'

const parameters = { surgicalShare: 0.4, leastMarkup: 1.35, mostMarkup: 2, markedLineShare: 0.5, shorterBy: 0.7 }

export const upcoding: Scenario = {
  id: 'upcoding',
  zh: '项目高套',
  en: 'upcoding',
  severity: 2,
  parameters,
  stage(scene) {
    const { draws, site } = scene
    const person = somebody(scene, (p) => p.age >= 35)
    const nights = Math.max(2, Math.round(draws.lognormal(6.5, 0.35) * parameters.shorterBy))
    const stay = site.mix.surgicalStay > 0 && draws.chance(parameters.surgicalShare) ? surgicalStay : medicalStay
    const claim = stay(site, person, someDay(scene, nights), draws, { nights })
    const truly = drawSeverity(person, draws)
    setSeverity(claim, truly === 5 ? 3 : 1, draws)
    const markup = draws.between(parameters.leastMarkup, parameters.mostMarkup)
    for (const line of claim.lines) if (line.item.kind !== 'bed' && draws.chance(parameters.markedLineShare)) setPrice(line, line.unitPriceFen * markup)
    return [falsify('upcoding', scene, claim)]
  },
}
