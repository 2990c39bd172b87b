// The contributor's face of the secure sum: makes a contribution out of a quantised vector.
// The clear vector and the one-time key live only here, in a worker thread where there is one.
// It signs, stores and sends nothing: the client does, in that order.
// May import: core, privacy/ (its first face), node:crypto.
// Imported by client and simulations; never by the coordinator.
export { type Contribution, type ContributionInput, prepareContribution } from './contribution.ts'
export type { EncryptInput, EncryptOutput } from './job.ts'
