// Rosters, jobs and plans as a person of a hospital is asked about them: signed, small, without a federation.
import type { JobOptions } from '../../coordinator/index.ts'
import { encode, hash } from '../../core/codec.ts'
import { type HospitalId, parseHospitalId } from '../../core/ids.ts'
import { taskByName } from '../../models/index.ts'
import { drawsOf } from '../../privacy/job.ts'
import { type JobSpec, jobHash, jobSpec, type Member, type Plan, PROTOCOL_VERSION, type Roster, rosterHash, type SignedPlan } from '../../privacy/messages.ts'
import { signPlan } from '../../privacy/plan.ts'
import { createSignKey, publicSignKey, type SignKey, signMessage } from '../../privacy/signatures.ts'
import { BOUNDARY, FEATURE_SET, testData, testJob } from '../support/hospitals.ts'

export const NOW_MS = Date.UTC(2026, 1, 3, 4, 5, 6)
export const COORDINATOR: SignKey = createSignKey()
const keys = new Map<string, SignKey>()
export const signKeyOf = (id: string): SignKey => {
  const key = keys.get(id) ?? createSignKey()
  keys.set(id, key)
  return key
}
export const memberOf = (id: string, name = `Hospital ${id}`): Member => ({
  id: parseHospitalId(id),
  name,
  signKey: publicSignKey(signKeyOf(id).privateKey),
  tlsKey: hash('tls', Buffer.from(id)),
})
export const idsOf = (...ids: readonly string[]): readonly HospitalId[] => ids.map(parseHospitalId)

export const FIRST: Roster = {
  protocol: PROTOCOL_VERSION,
  federation: 'region',
  version: 1,
  previous: null,
  coordinatorKey: publicSignKey(COORDINATOR.privateKey),
  members: ['alpha', 'beta', 'delta', 'gamma', 'theta'].map((id) => memberOf(id)),
  custodians: idsOf('alpha', 'beta', 'delta', 'gamma', 'theta'),
  corrupt: 2,
}
export const following = (before: Roster, change: Partial<Roster>): Roster => ({
  ...before,
  version: before.version + 1,
  previous: rosterHash(before),
  ...change,
})

export const { features: FEATURES } = testData(16, 4)
/** describe -> logistic -> evaluate -> a network -> evaluate, over four columns. */
export const specOf = (options: JobOptions = testJob(FEATURES, { steps: 7, hidden: '16' })): JobSpec => ({
  protocol: PROTOCOL_VERSION,
  federation: 'region',
  roster: rosterHash(FIRST),
  nonce: new Uint8Array(16),
  draws: drawsOf(options.stages),
  featureSets: options.featureSets,
  stages: options.stages,
})
export const specSignature = (spec: JobSpec): Uint8Array => signMessage('job', {}, encode(jobSpec, spec), COORDINATOR.privateKey)

/** The plan of step 0, as a hospital meets a job first. */
export function firstPlan(spec: JobSpec, change: Partial<Plan> = {}): SignedPlan {
  const cohort = FIRST.custodians
  const randomness = taskByName('randomness')
  const state = randomness.init(new Uint8Array(), { featureSet: '', features: [], upstream: {}, seed: new Uint8Array(32), rowCap: 1 })
  const plan = {
    protocol: PROTOCOL_VERSION,
    key: { job: jobHash(spec), step: 0, group: 0 },
    stage: 'randomness',
    task: 'randomness',
    stageStep: 0,
    state: hash('state'),
    groups: [cohort],
    blocks: [cohort],
    inputs: { featureSet: FEATURE_SET, boundary: BOUNDARY, splitSeed: 'split', heldOutPercent: 30, rowCap: 1000 },
    audience: 'members',
    disclosure: 'statistic',
    layout: randomness.layout(state, cohort.length),
    privacy: 'exact',
    cosigning: 'full',
    snapshots: [],
    roster: rosterHash(FIRST),
    keyEpoch: hash('epoch'),
    minCohort: 4,
    deadlineMs: NOW_MS + 3_600_000,
    ...change,
  } as Plan
  return signPlan(plan, COORDINATOR.privateKey)
}
