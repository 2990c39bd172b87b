// The custodian's face of the secure sum: what a holder of key shares is bound to, and whether it reports, signs, answers, co-signs.
// Pure decisions over checked messages; every one returns the event that must be in the journal before its signature leaves.
// The caller holds the keys, the journal and the shares, and sends.
// May import: core, privacy/ (its first face).
// Imported by client and simulations; never by the coordinator.
export { type AnswerSite, makeAnswer } from './answer.ts'
export { type CosignDecision, type CosignSite, checkAggregate, checkRelease, cosignatureHash } from './cosign.ts'
export { checkReleaseLight, drawMember, type LightSite, usableFingerprints } from './cosign-light.ts'
export {
  applyCustody,
  bindPlan,
  type Custody,
  type CustodyEvent,
  custodyEvent,
  custodyOf,
  emptyCustody,
  type FingerprintDraw,
  type KeyCustody,
  type ReportEntry,
} from './custody.ts'
export { type CustodianPolicy, decideStatement, leastRoll, type StatementSite, type StatementVerdict } from './decide.ts'
export { type Inspection, type InspectSite, inspectCandidates, openKeptShare } from './inspect.ts'
