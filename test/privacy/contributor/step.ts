// One step among made-up hospitals, for tests of the mechanisms: roster, sealing keys and a plan, without signatures.
import { createHash } from 'node:crypto'
import { type Digest, parseHospitalId, toDigest } from '../../../core/ids.ts'
import type { LaneLayout } from '../../../core/lanes.ts'
import type { SecretBytes } from '../../../core/secret.ts'
import { type KeyEpochSet, keyEpochHash, type Plan, PROTOCOL_VERSION, type Roster, rosterHash, type SealingKey } from '../../../privacy/messages.ts'
import { createSealingKeyPair } from '../../../privacy/sealing.ts'

export const digestOf = (text: string): Digest => toDigest(createHash('sha256').update(text).digest())

export interface Step {
  readonly plan: Plan
  readonly roster: Roster
  readonly keyEpoch: KeyEpochSet
  /** In the order of custodians. */
  readonly custodians: readonly { readonly own: SealingKey; readonly privateKey: SecretBytes }[]
}

export function createStep(layout: LaneLayout, { members = 5, custodians = 5, corrupt = 2 } = {}): Step {
  const ids = Array.from({ length: members }, (_, i) => parseHospitalId(`hospital-${String(i).padStart(2, '0')}`))
  const roster: Roster = {
    protocol: PROTOCOL_VERSION,
    federation: 'test',
    version: 1,
    previous: null,
    coordinatorKey: new Uint8Array(32),
    members: ids.map((id) => ({ id, name: id, signKey: new Uint8Array(32), tlsKey: digestOf(id) })),
    custodians: ids.slice(0, custodians),
    corrupt,
  }
  const keys = roster.custodians.map((custodian) => {
    const { publicKey, privateKey } = createSealingKeyPair()
    return { own: { roster: rosterHash(roster), epoch: 1, custodian, ...publicKey }, privateKey }
  })
  const keyEpoch: KeyEpochSet = { roster: rosterHash(roster), epoch: 1, keys: keys.map(({ own }) => ({ key: own, signature: new Uint8Array(64) })) }
  const plan: Plan = {
    protocol: PROTOCOL_VERSION,
    key: { job: digestOf('job'), step: 1, group: 0 },
    stage: 'stage',
    task: 'describe',
    stageStep: 0,
    state: digestOf('state'),
    groups: [ids],
    blocks: [ids],
    inputs: { featureSet: 'f', boundary: '2026-01', splitSeed: 's', heldOutPercent: 20, rowCap: 1000 },
    audience: 'members',
    disclosure: 'statistic',
    layout,
    privacy: 'exact',
    cosigning: 'full',
    snapshots: [],
    roster: rosterHash(roster),
    keyEpoch: keyEpochHash(keyEpoch),
    minCohort: 4,
    deadlineMs: 1,
  }
  return { plan, roster, keyEpoch, custodians: keys }
}
