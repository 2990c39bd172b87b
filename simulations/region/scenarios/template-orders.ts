// 套餐式检查: one order set for every patient of a doctor, whatever ails them.
import { physioVisit, workupVisit } from '../care/outpatient.ts'
import { itemsOf } from '../catalogue.ts'
import { addLine } from '../draft.ts'
import { falsify, type Scenario, somebody, someDay } from './scenario.ts'

const parameters = { reuse: 0.7, fewestPatients: 10, mostPatients: 20, fewestItems: 5, mostItems: 8, daysOfCampaign: 5 }

export const templateOrders: Scenario = {
  id: 'templateOrders',
  zh: '套餐式检查',
  en: 'template orders',
  severity: 1,
  parameters,
  stage(scene) {
    const { draws, site } = scene
    const dept = draws.pick(['tcm', 'medicine'])
    const doctor = draws.pick(site.doctors(dept))
    const template = draws.sample(
      [...itemsOf('therapy', 'tcm'), ...itemsOf('exam', 'ultrasound', 'function'), ...itemsOf('lab'), ...itemsOf('drug', 'tcm')],
      draws.int(parameters.fewestItems, parameters.mostItems),
    )
    const first = someDay(scene, parameters.daysOfCampaign)
    return Array.from({ length: draws.int(parameters.fewestPatients, parameters.mostPatients) }, () => {
      const day = first + draws.int(0, parameters.daysOfCampaign - 1)
      const claim = (draws.chance(0.5) ? physioVisit : workupVisit)(site, somebody(scene), day, draws, { dept })
      claim.doctor = doctor
      const whole = draws.chance(parameters.reuse)
      claim.lines = []
      for (const item of template) if (whole || draws.chance(0.75)) addLine(claim, item, 1, claim.admitMinute, item.kind === 'drug' ? 7 : null)
      if (!whole) addLine(claim, draws.pick(itemsOf('lab')), 1)
      return falsify('templateOrders', scene, claim)
    })
  },
}
