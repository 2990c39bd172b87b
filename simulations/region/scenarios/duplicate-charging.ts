// 重复收费: the same item, time and amount twice or more on one claim, never taken back.
import { acuteVisit, workupVisit } from '../care/outpatient.ts'
import { medicalStay, surgicalStay } from '../care/stay.ts'
import type { LineDraft } from '../draft.ts'
import { falsify, type Scenario, somebody, someDay } from './scenario.ts'

const parameters = { stayShare: 0.5, shareOfLines: 0.12, fewestLines: 1, mostCopies: 2 }

export const duplicateCharging: Scenario = {
  id: 'duplicateCharging',
  zh: '重复收费',
  en: 'duplicate charging',
  severity: 1,
  parameters,
  stage(scene) {
    const { draws, site } = scene
    const person = somebody(scene)
    const make = draws.chance(parameters.stayShare)
      ? site.mix.surgicalStay > 0 && draws.chance(0.5)
        ? surgicalStay
        : medicalStay
      : draws.chance(0.5)
        ? workupVisit
        : acuteVisit
    const claim = make(site, person, someDay(scene, 8), draws)
    const count = Math.max(parameters.fewestLines, Math.round(claim.lines.length * parameters.shareOfLines))
    const copies: LineDraft[] = draws
      .sample(claim.lines, count)
      .flatMap((line) => Array.from({ length: draws.int(1, parameters.mostCopies) }, () => ({ ...line })))
    claim.lines.push(...copies)
    return [falsify('duplicateCharging', scene, claim)]
  },
}
