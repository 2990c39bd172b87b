// 挂床: admitted, but seldom in the bed. Days without service, a longer stay, more drugs on the bill.
import { dayOf } from '../calendar.ts'
import { acuteVisit, pharmacyVisit } from '../care/outpatient.ts'
import { medicalStay, rehabStay, stayDays } from '../care/stay.ts'
import { itemsOf } from '../catalogue.ts'
import { addLine, type ClaimDraft, lengthOfStay } from '../draft.ts'
import { falsify, type Scenario, type Scene, somebody, someDay } from './scenario.ts'

const parameters = { zeroServiceDayShare: 0.6, extraNights: 3, extraFen: 80_000, seenElsewhere: 0.3, presenceFails: 0.45, rehabShare: 0.4 }

/** Days at home: the bed is charged, nursing, rounds and therapies are not. */
function emptyDays(claim: ClaimDraft, scene: Scene): void {
  const empty = new Set(stayDays(claim).filter(() => scene.draws.chance(parameters.zeroServiceDayShare)))
  claim.lines = claim.lines.filter(
    (line) => line.item.kind === 'bed' || line.item.kind === 'drug' || line.item.kind === 'lab' || !empty.has(dayOf(line.minute)),
  )
}

function addDrugs(claim: ClaimDraft, scene: Scene): void {
  let left = parameters.extraFen * scene.draws.between(0.5, 1.5)
  while (left > 0)
    left -= addLine(claim, scene.draws.pick(itemsOf('drug', 'cardiac', 'neurology', 'tcm')), scene.draws.int(1, 3), claim.admitMinute + 60, 7).amountFen
}

export const noBed: Scenario = {
  id: 'noBed',
  zh: '挂床住院',
  en: 'no-bed stay',
  severity: 2,
  parameters,
  stage(scene) {
    const { draws, site } = scene
    const person = somebody(scene, (p) => p.age >= 50)
    const rehab = site.mix.rehabStay > 0.5 && draws.chance(parameters.rehabShare)
    const honest = rehab ? draws.int(12, 24) : Math.round(draws.lognormal(6.5, 0.35))
    const nights = Math.max(4, honest + parameters.extraNights)
    const claim = (rehab ? rehabStay : medicalStay)(site, person, someDay(scene, nights), draws, { nights })
    emptyDays(claim, scene)
    addDrugs(claim, scene)
    if (draws.chance(parameters.presenceFails)) claim.idVerified = false
    const companions: ClaimDraft[] = []
    if (draws.chance(parameters.seenElsewhere) && lengthOfStay(claim) > 2) {
      const day = dayOf(claim.admitMinute) + draws.int(1, lengthOfStay(claim) - 1)
      companions.push((draws.chance(0.5) ? acuteVisit : pharmacyVisit)(draws.chance(0.5) ? site : draws.pick(scene.region.sites), person, day, draws))
    }
    return [falsify('noBed', scene, claim), ...companions]
  },
}
