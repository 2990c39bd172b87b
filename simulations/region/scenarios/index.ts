// All scenarios of the region, in the order of SCENARIO_IDS. Public to simulations/region only.
import { checkupAdmission } from './checkup-admission.ts'
import { collectedCards } from './collected-cards.ts'
import { dialysisPhantom } from './dialysis-phantom.ts'
import { duplicateCharging } from './duplicate-charging.ts'
import { groupSwipes } from './group-swipes.ts'
import { impersonation } from './impersonation.ts'
import { noBed } from './no-bed.ts'
import { overSupply } from './over-supply.ts'
import { phantomItems } from './phantom-items.ts'
import type { Scenario, ScenarioId } from './scenario.ts'
import { splitStays } from './split-stays.ts'
import { templateOrders } from './template-orders.ts'
import { upcoding } from './upcoding.ts'

export const SCENARIOS: Readonly<Record<ScenarioId, Scenario>> = {
  noBed,
  checkupAdmission,
  splitStays,
  groupSwipes,
  collectedCards,
  overSupply,
  phantomItems,
  upcoding,
  duplicateCharging,
  dialysisPhantom,
  templateOrders,
  impersonation,
}
