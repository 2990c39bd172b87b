// What the report explains in plain words.
import { CUSTODY, MIN_COHORT } from '../demo/plan.ts'

export const PROTECTED: readonly string[] = [
  'Records, features, labels and scores stay at their hospital. What leaves is listed by <code>consilium client egress</code>.',
  'A contribution is encrypted under a key that is used once. What opens is the sum over a certified roll of hospitals, and nothing else.',
  `The coordinator alone opens nothing; nor does any hospital, nor the coordinator with ${CUSTODY.corrupt} of the ${CUSTODY.custodians} custodians.`,
  `${CUSTODY.signatures} custodians certify the roll before anything opens; a roll of fewer than ${MIN_COHORT} hospitals is refused by each of them and by each contributor.`,
  `${CUSTODY.answers} custodians recompute each release from the contributions before a hospital takes the new model.`,
  'Row counts never travel in clear: weights are inside the sum.',
]
export const NOT_PROTECTED: readonly string[] = [
  'What the sums and the model themselves reveal. This run used no differential privacy: plans say <code>exact</code> (statistics, as they are) or <code>none</code> (model updates), and each site’s policy had to allow that by name.',
  `The coordinator with ${CUSTODY.answers} custodians: together they open any contribution.`,
  'One hospital against all the others of a roll together: they can subtract what they put in.',
  'Who took part, when, and how many bytes: the coordinator sees that.',
  'A hospital that contributes garbage on purpose can spoil a model; it learns nothing by it.',
  'In this demo all daemons run on one machine, under one user: it shows the protocol, not the separation of the sites.',
]
/** Privacy of a plan by its name. */
export const PRIVACY_WORDS: Readonly<Record<string, string>> = {
  exact: 'exact: the sum opens as it is; protects hospitals, claims nothing for single rows',
  none: 'none: model updates without noise; off by default, allowed here by name',
  dp: 'dp: with noise; see the plan for epsilon and delta',
}
