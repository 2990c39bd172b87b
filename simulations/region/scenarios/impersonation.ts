// 冒名就医: somebody is treated or fetches drugs on another person's card. Items and diagnoses do not fit the holder's sex and age.
import { acuteVisit, refillVisit, workupVisit } from '../care/outpatient.ts'
import { medicalStay } from '../care/stay.ts'
import { DISEASES, itemsOf } from '../catalogue.ts'
import { addLine } from '../draft.ts'
import { falsify, type Scenario, somebody, someDay } from './scenario.ts'

const parameters = { foreignLineShare: 0.2, sexConflictShare: 0.35, cardShare: 0.85, unverifiedShare: 0.5, stayShare: 0.25, youngHolderShare: 0.6 }

export const impersonation: Scenario = {
  id: 'impersonation',
  zh: '冒名就医',
  en: 'impersonation',
  severity: 3,
  parameters,
  stage(scene) {
    const { draws, site } = scene
    const young = draws.chance(parameters.youngHolderShare)
    const person = somebody(scene, (p) => !young || (p.age < 45 && p.conditions.length === 0))
    const day = someDay(scene, 10)
    const claim = draws.chance(parameters.stayShare)
      ? medicalStay(site, person, day, draws, { disease: draws.pick([DISEASES.coronary, DISEASES.infarct, DISEASES.copd]) })
      : draws.chance(0.6)
        ? refillVisit(site, person, day, 28, draws)
        : draws.pick([acuteVisit, workupVisit])(site, person, day, draws)
    if (draws.chance(parameters.cardShare)) claim.certType = '03'
    if (draws.chance(parameters.unverifiedShare)) claim.idVerified = false
    if (draws.chance(parameters.sexConflictShare)) {
      const field = person.sex === 'male' ? 'gynaecology' : 'urology'
      const count = Math.max(1, Math.round(claim.lines.length * parameters.foreignLineShare))
      for (const foreign of draws.sample([...itemsOf('drug', field), ...itemsOf('exam', field)], count))
        addLine(claim, foreign, 1, claim.admitMinute, foreign.kind === 'drug' ? 14 : null)
      claim.diagnoses.push(person.sex === 'male' ? DISEASES.uterine : DISEASES.prostate)
    }
    return [falsify('impersonation', scene, claim)]
  },
}
