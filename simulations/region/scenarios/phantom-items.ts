// 虚开项目: items that were never done, beyond what a therapist or a device can do in a day.
import { physioVisit } from '../care/outpatient.ts'
import { rehabStay } from '../care/stay.ts'
import { itemsOf } from '../catalogue.ts'
import { addLine, setQuantity } from '../draft.ts'
import { falsify, type Scenario, somebody, someDay } from './scenario.ts'

const parameters = { leastOverrun: 1.2, mostOverrun: 3, capacityUnitsADay: 4, inpatientShare: 0.25, extraTherapies: 3 }

export const phantomItems: Scenario = {
  id: 'phantomItems',
  zh: '虚开项目',
  en: 'phantom items',
  severity: 3,
  parameters,
  stage(scene) {
    const { draws, site } = scene
    const inpatient = site.mix.rehabStay > 0.5 && draws.chance(parameters.inpatientShare)
    const person = somebody(scene, (p) => p.age >= 40)
    const claim = inpatient
      ? rehabStay(site, person, someDay(scene, 20), draws, { nights: draws.int(12, 20) })
      : physioVisit(site, person, someDay(scene), draws)
    const overrun = draws.between(parameters.leastOverrun, parameters.mostOverrun)
    for (const therapy of draws.sample(itemsOf('therapy', 'tcm', 'rehab'), draws.int(1, parameters.extraTherapies))) addLine(claim, therapy, 1)
    for (const line of claim.lines)
      if (line.item.kind === 'therapy') setQuantity(line, Math.max(line.qty, Math.round((inpatient ? line.qty : parameters.capacityUnitsADay) * overrun)))
    return [falsify('phantomItems', scene, claim)]
  },
}
