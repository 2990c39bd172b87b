// 体检式入院: a check-up dressed as an admission. Exams and tests of many body systems, no therapy, two to four nights, a weak diagnosis.
import { at } from '../calendar.ts'
import { medicalStay, stayDays } from '../care/stay.ts'
import { DISEASES, itemsOf } from '../catalogue.ts'
import { addLine, type ClaimDraft, totalFen } from '../draft.ts'
import { falsify, type Scenario, type Scene, somebody, someDay } from './scenario.ts'

const parameters = { examShareA: 8, examShareB: 3, shortestNights: 2, longestNights: 4, batchMean: 4, weakDiagnosis: 0.7 }

/** Adds exams and tests until they are the drawn share of the total. */
function fillWithExams(claim: ClaimDraft, scene: Scene): void {
  const share = scene.draws.beta(parameters.examShareA, parameters.examShareB)
  const pool = scene.draws.sample([...itemsOf('exam', 'imaging', 'ultrasound', 'function'), ...itemsOf('lab')], 40)
  let exams = 0
  const rest = totalFen(claim)
  const day = stayDays(claim)[0] ?? 0
  for (const exam of pool) {
    if (exams >= share * (exams + rest)) return
    exams += addLine(claim, exam, 1, at(day + scene.draws.int(0, 1), scene.draws.int(8, 16))).amountFen
  }
}

export const checkupAdmission: Scenario = {
  id: 'checkupAdmission',
  zh: '体检式入院',
  en: 'check-up admission',
  severity: 2,
  parameters,
  stage(scene) {
    const { draws, site } = scene
    const size = 1 + draws.geometric(1 / parameters.batchMean)
    const first = someDay(scene, 8)
    return Array.from({ length: size }, () => {
      const person = somebody(scene, (p) => p.age >= 45)
      const disease = draws.chance(parameters.weakDiagnosis)
        ? draws.pick([DISEASES.dizziness, DISEASES.gastritis])
        : draws.pick([DISEASES.coronary, DISEASES.diabetes])
      const claim = medicalStay(site, person, first + draws.int(0, 3), draws, {
        nights: draws.int(parameters.shortestNights, parameters.longestNights),
        disease,
      })
      claim.lines = claim.lines.filter((line) => line.item.kind === 'bed' || line.item.kind === 'other' || (line.item.kind === 'drug' && draws.chance(0.5)))
      fillWithExams(claim, scene)
      return falsify('checkupAdmission', scene, claim)
    })
  },
}
