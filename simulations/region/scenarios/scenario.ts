// One interface for every scenario of fraud: a file of its own says what is falsified and with which parameters.
import type { Region } from '../care/household.ts'
import type { ClaimDraft } from '../draft.ts'
import type { Draws } from '../draws.ts'
import type { Person } from '../persons.ts'
import type { Site } from '../sites.ts'

export const SCENARIO_IDS = [
  'noBed',
  'checkupAdmission',
  'splitStays',
  'groupSwipes',
  'collectedCards',
  'overSupply',
  'phantomItems',
  'upcoding',
  'duplicateCharging',
  'dialysisPhantom',
  'templateOrders',
  'impersonation',
] as const
export type ScenarioId = (typeof SCENARIO_IDS)[number]

/** Where an event happens. The draws are the scenario's own at this hospital. */
export interface Scene {
  readonly region: Region
  readonly site: Site
  /** Persons whose home is this hospital; a claim may be made for any of them. */
  readonly persons: readonly Person[]
  readonly draws: Draws
  /** Name of this event: its claims share it in the truth. */
  readonly ring: string
}

export interface Scenario {
  readonly id: ScenarioId
  readonly zh: string
  readonly en: string
  /** As of label.severity: 1 handled .. 4 criminal. */
  readonly severity: 1 | 2 | 3 | 4
  readonly parameters: Readonly<Record<string, number>>
  /**
   * One event: a stay, a ring, a doctor's week. Claims with `truth` are fraud and count against the quota of their hospital;
   * claims without are honest companions (what the person really did meanwhile). Days may lie outside the calendar: the region drops those.
   */
  stage(scene: Scene): readonly ClaimDraft[]
}

/** Somebody who fits, or after 30 tries anybody: a fraud does not wait for the perfect person. */
export function somebody(scene: Scene, fits: (person: Person) => boolean = () => true): Person {
  for (let tries = 0; tries < 30; tries++) {
    const person = scene.draws.pick(scene.persons)
    if (fits(person)) return person
  }
  return scene.draws.pick(scene.persons)
}

export const someDay = (scene: Scene, room = 0): number => scene.draws.int(0, Math.max(0, scene.region.calendar.days - 1 - room))

/** Marks a claim as this scenario's and clears what its honest model was. */
export function falsify(scenario: ScenarioId, scene: Scene, claim: ClaimDraft): ClaimDraft {
  claim.truth = { scenario, ring: scene.ring }
  claim.hardNegative = null
  return claim
}
