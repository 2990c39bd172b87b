// The secure sum, first face: parameters, lanes, wire, the messages with their checks, aggregate and release. No secret of a member lives here.
// Two more faces: privacy/contributor (makes contributions) and privacy/custodian (holds shares and decides).
// May import: core. Nothing of ours besides; SEAL stays in privacy/seal.
// Imported by coordinator, client and simulations; the coordinator imports this face only.
// What a contribution is and who may open what: the design of the secure sum, "A step".
export { checkAbandonment, signAbandonment } from './abandonment.ts'
export { checkAnswer, checkKeyBound, type RecoveredKey, recoverKeySum, signAnswer } from './answer.ts'
export { type Cipher, type CipherName, type CipherOptions, createCipher } from './cipher.ts'
export { areElected, electCustodians, electionSeed } from './election.ts'
export {
  addFingerprints,
  checkFingerprint,
  FINGERPRINT_WORDS,
  fingerprintOf,
  fingerprintVector,
  sameFingerprint,
  signFingerprint,
} from './fingerprint.ts'
export { type AddInput, addJob, encryptJob, fingerprintJob, type OpenInput, openJob } from './jobs.ts'
export { checkFits, ciphertextCount, pack, unpack } from './lanes.ts'
export * from './messages.ts'
export { CUSTODIES, checkParameters, correctnessBound, PARAMETERS, type Parameters, thresholds } from './parameters.ts'
export { type CheckedPlan, checkPlan, messageContext, opensWholeBlocks, readsRecords, signPlan } from './plan.ts'
export {
  checkCiphertexts,
  checkContribution,
  checkReceipt,
  checkSealedShares,
  contributionBytes,
  SEALED_SHARE_BYTES,
  signReceipt,
  splitContribution,
} from './receipt.ts'
export {
  type CheckedBundle,
  checkBundle,
  checkCosignatures,
  checkSealedBundle,
  cosignatureOf,
  cosigners,
  draw,
  openRelease,
  signCosignature,
} from './release.ts'
export { checkReport, signReport } from './report.ts'
export { type ChosenRoll, checkRollMembers, checkRollShape, chooseRoll, collectReceipts, type Exclusion, excludedMembers } from './roll.ts'
export {
  checkFirstRoster,
  checkKeyEpoch,
  checkNextRoster,
  checkProposal,
  checkRoster,
  checkSignedSealingKey,
  custodianIndex,
  followChain,
  isMember,
  memberOf,
  risesStrictly,
  rosterThresholds,
  type SignedRoster,
  signRoster,
  signSealingKey,
} from './roster.ts'
export { createSealingKeyPair, type SealContext, sealedShareDigest } from './sealing.ts'
export {
  checkSignKey,
  createSignKey,
  MESSAGE_TYPES,
  type MessageContext,
  type MessageType,
  publicSignKey,
  requireSignature,
  type SignKey,
  signMessage,
  verifyMessage,
} from './signatures.ts'
export { buildStatement, checkCertificate, checkStatement, signStatement, verifyStatementSignature } from './statement.ts'
export { ciphertextDigest, parseCiphertext } from './wire.ts'
