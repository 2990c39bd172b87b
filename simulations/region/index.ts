// The claim generator: an agent model of a region (persons, hospitals, doctors), fraud scenarios and hard negatives with known truth.
// simulateRegion makes it, writeHospitals puts it on disk: one canonical folder a hospital, the truth apart from them.
// One file a scenario in scenarios/, one file a kind of honest care in care/.
// Deterministic by seed on any machine: integers, + - x / and sqrt; no Math.exp, log, pow or sin.
// May import: core, claims/schema.ts.
export { ARCHETYPES, CARE_KINDS, type CareKind } from './archetypes.ts'
export type { Calendar } from './calendar.ts'
export { parseRegionConfig, type RegionConfig, type RegionOptions, regionSchema } from './config.ts'
export { datasheet } from './datasheet.ts'
export { type ClaimDraft, HARD_NEGATIVES, type HardNegative, type LineDraft, lengthOfStay, totalFen } from './draft.ts'
export type { AuditLabel, SimulatedClaim } from './labels.ts'
export { type SimulatedHospital, type SimulatedRegion, simulateRegion } from './region.ts'
export { SCENARIOS } from './scenarios/index.ts'
export { SCENARIO_IDS, type Scenario, type ScenarioId } from './scenarios/scenario.ts'
export { sizesOf } from './sites.ts'
export { type HospitalSummary, hospitalTable, summarise } from './summary.ts'
export { hospitalCard, writeHospitals } from './write.ts'
