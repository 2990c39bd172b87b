// 超量开药: far more drugs than days, from several hospitals in turn, for resale.
import { refillable, refillVisit } from '../care/outpatient.ts'
import { itemsOf } from '../catalogue.ts'
import { addLine, type ClaimDraft } from '../draft.ts'
import { falsify, type Scenario, somebody, someDay } from './scenario.ts'

const parameters = { lowestRatio: 1.5, highestRatio: 4, supplyDays: 28, fewestVisits: 6, mostVisits: 12, awayShare: 0.2, mostHospitals: 6, dearDrugShare: 0.75 }

export const overSupply: Scenario = {
  id: 'overSupply',
  zh: '超量开药',
  en: 'over-supply of drugs',
  severity: 3,
  parameters,
  stage(scene) {
    const { draws, region } = scene
    const person = somebody(scene, (p) => refillable(p).length > 0 && !p.villager)
    const gap = parameters.supplyDays / draws.between(parameters.lowestRatio, parameters.highestRatio)
    const sites = [
      scene.site,
      ...draws.sample(
        region.sites.filter((site) => site !== scene.site),
        parameters.mostHospitals - 1,
      ),
    ]
    const claims: ClaimDraft[] = []
    let day = someDay(scene, 60)
    for (let left = draws.int(parameters.fewestVisits, parameters.mostVisits); left > 0; left--) {
      const site = draws.chance(parameters.awayShare) ? draws.pick(sites) : scene.site
      const claim = refillVisit(site, person, day, parameters.supplyDays, draws)
      if (draws.chance(parameters.dearDrugShare))
        addLine(claim, draws.pick(itemsOf('drug', 'diabetes', 'tcm', 'neurology')), draws.int(1, 4), claim.admitMinute, parameters.supplyDays)
      claim.diagnoses = [...(claims[0] ?? claim).diagnoses]
      claims.push(falsify('overSupply', scene, claim))
      day += Math.max(1, Math.round(gap * draws.between(0.6, 1.4)))
    }
    return claims
  },
}
