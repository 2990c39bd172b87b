// What a custodian has bound itself to, per opening key, rebuilt from its journal. Each event is written and synced before the
// message that it stands for leaves; a refusal here means that nothing may be said. Pure data, pure transition.
import { type Decoded, digest, encode, hash, hospitalId, list, openingKey, option, struct, u32, union } from '../../core/codec.ts'
import { defend } from '../../core/defences.ts'
import { refuse } from '../../core/errors.ts'
import { type Digest, type HospitalId, type OpeningKey, openingKeyText } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import { fingerprint, type KeyEpochSet, type Plan, type ReportBody, report } from '../messages.ts'
import type { CheckedPlan } from '../plan.ts'

export const custodyEvent = union({
  /** The first plan that this custodian met for an opening key. `partition` is of the plan's groups. */
  planBound: struct({ key: openingKey, plan: digest, partition: digest, epoch: u32 }),
  /** The signed report as it will be sent, again and again if need be: the same bytes. */
  reported: struct({ key: openingKey, report }),
  statementSigned: struct({ key: openingKey, statement: digest }),
  answered: struct({ key: openingKey, statement: digest }),
  /** `body` is the hash of the co-signature's body. */
  cosigned: struct({ key: openingKey, statement: digest, body: digest }),
  sharesWiped: struct({ key: openingKey }),
  /** This site came back from a backup: whatever it may have forgotten belongs to this key epoch or an earlier one. */
  restored: struct({ epoch: u32 }),
  /** Light co-signing: the fingerprints it goes by, and whom it drew to be refetched (null where nobody signed one). Before anything is refetched. */
  fingerprintsDrawn: struct({ key: openingKey, statement: digest, fingerprints: digest, drawn: option(hospitalId) }),
  /** A signed fingerprint that is not that of the receipted bytes: with the receipt, proof against its signer. */
  fingerprintFalse: struct({ key: openingKey, fingerprint }),
})
export type CustodyEvent = Decoded<typeof custodyEvent>

export type ReportEntry = ReportBody['entries'][number]

/** What a co-signer in the light form goes by, however often it starts again: so that nobody is drawn twice, nor a fingerprint changed after the draw. */
export interface FingerprintDraw {
  /** Hash of the list. */
  readonly fingerprints: Digest
  readonly drawn: HospitalId | null
}

export interface KeyCustody {
  readonly plan: Digest
  readonly epoch: number
  /** What was reported, by member. */
  readonly reported: ReadonlyMap<HospitalId, ReportEntry>
  /** The one statement this custodian signed or answered, ever; null before. */
  readonly statement: Digest | null
  readonly signed: boolean
  readonly answered: boolean
  /** Hash of the one co-signature's body. */
  readonly cosigned: Digest | null
  readonly draw: FingerprintDraw | null
  /** Members whose signed fingerprints were false. */
  readonly falseFingerprints: ReadonlySet<HospitalId>
  readonly wiped: boolean
}

export interface Custody {
  /** By openingKeyText. */
  readonly keys: ReadonlyMap<string, KeyCustody>
  /** The partition that all plans of one (job, step) must share: no member stands in two groups of a step. */
  readonly partitions: ReadonlyMap<string, Digest>
  /** Nothing of this key epoch or an earlier one is served any more; -1 for none. */
  readonly refusedEpoch: number
}

export const emptyCustody: Custody = { keys: new Map(), partitions: new Map(), refusedEpoch: -1 }

export const custodyOf = (custody: Custody, key: OpeningKey): KeyCustody | undefined => custody.keys.get(openingKeyText(key))

/** The event that binds a checked plan. */
export function bindPlan(checked: CheckedPlan, keyEpoch: KeyEpochSet): CustodyEvent {
  return { kind: 'planBound', key: checked.plan.key, plan: checked.planHash, partition: partitionHash(checked.plan), epoch: keyEpoch.epoch }
}
const groups = list(list(hospitalId, LIMITS.members), LIMITS.members)
const partitionHash = (plan: Plan): Digest => hash('consilium/partition/1', encode(groups, plan.groups))

/**
 * @throws OTHER_PLAN (a second plan, another partition, nothing bound), SECOND_REPORT, SECOND_STATEMENT (also where it would answer or
 * co-sign another than the one it signed), RELEASE_MISMATCH (a second co-signature), SHARES_WIPED, OTHER_EPOCH (restored from a backup).
 */
export function applyCustody(custody: Custody, event: CustodyEvent): Custody {
  switch (event.kind) {
    case 'planBound':
      return applyPlan(custody, event)
    case 'restored':
      return { ...custody, refusedEpoch: Math.max(custody.refusedEpoch, event.epoch) }
    case 'reported':
      return change(custody, event.key, (held) => ({ ...live(custody, held), reported: addReport(held, event.report.body) }))
    case 'statementSigned':
      return change(custody, event.key, (held) => ({ ...oneStatement(live(custody, held), event.statement), signed: true }))
    case 'answered':
      return change(custody, event.key, (held) => ({ ...oneStatement(live(custody, held), event.statement), answered: true }))
    case 'cosigned':
      return change(custody, event.key, (held) => applyCosignature(held, event))
    case 'fingerprintsDrawn':
      return change(custody, event.key, (held) => applyDraw(held, event))
    case 'fingerprintFalse':
      return change(custody, event.key, (held) => ({ ...held, falseFingerprints: new Set(held.falseFingerprints).add(event.fingerprint.body.member) }))
    case 'sharesWiped':
      // What was reported goes with the shares: nothing about them can be said again.
      return change(custody, event.key, (held) => ({ ...held, reported: new Map(), wiped: true }))
    default:
      return event satisfies never
  }
}

function applyPlan(custody: Custody, event: CustodyEvent & { kind: 'planBound' }): Custody {
  const before = custodyOf(custody, event.key)
  defend('one-plan', () => {
    if (before && before.plan !== event.plan) throw refuse('OTHER_PLAN', 'another plan is bound for this opening key')
  })
  if (event.epoch <= custody.refusedEpoch) throw refuse('OTHER_EPOCH', `key epoch ${event.epoch} was given up when this site was restored`)
  const step = `${event.key.job}.${event.key.step}`
  const partition = custody.partitions.get(step)
  if (partition !== undefined && partition !== event.partition) throw refuse('OTHER_PLAN', 'another partition is bound for this step')
  if (before) return custody
  const fresh: KeyCustody = {
    plan: event.plan,
    epoch: event.epoch,
    reported: new Map(),
    statement: null,
    signed: false,
    answered: false,
    cosigned: null,
    draw: null,
    falseFingerprints: new Set(),
    wiped: false,
  }
  return { ...custody, keys: new Map(custody.keys).set(openingKeyText(event.key), fresh), partitions: new Map(custody.partitions).set(step, event.partition) }
}

function change(custody: Custody, key: OpeningKey, to: (held: KeyCustody) => KeyCustody): Custody {
  const held = custodyOf(custody, key)
  if (!held) throw refuse('OTHER_PLAN', 'no plan is bound for this opening key')
  return { ...custody, keys: new Map(custody.keys).set(openingKeyText(key), to(held)) }
}

/** Shares may still serve: not wiped, not of an epoch given up. */
function live(custody: Custody, held: KeyCustody): KeyCustody {
  if (held.wiped) throw refuse('SHARES_WIPED', 'the shares of this opening key are wiped')
  if (held.epoch <= custody.refusedEpoch) throw refuse('OTHER_EPOCH', `key epoch ${held.epoch} was given up when this site was restored`)
  return held
}

function addReport(held: KeyCustody, body: ReportBody): ReadonlyMap<HospitalId, ReportEntry> {
  if (body.plan !== held.plan) throw refuse('OTHER_PLAN', 'a report on a plan that is not bound')
  const reported = new Map(held.reported)
  for (const entry of body.entries) {
    if (reported.has(entry.member)) throw refuse('SECOND_REPORT', `${entry.member} was reported on before`)
    reported.set(entry.member, entry)
  }
  return reported
}

function oneStatement(held: KeyCustody, statement: Digest): KeyCustody {
  defend('one-statement', () => {
    if (held.statement !== null && held.statement !== statement)
      throw refuse('SECOND_STATEMENT', 'another statement was signed or answered under this opening key')
  })
  return { ...held, statement }
}

function applyCosignature(held: KeyCustody, event: CustodyEvent & { kind: 'cosigned' }): KeyCustody {
  if (held.cosigned !== null && held.cosigned !== event.body) throw refuse('RELEASE_MISMATCH', 'another release was co-signed under this opening key')
  return { ...oneStatement(held, event.statement), cosigned: event.body }
}

function applyDraw(held: KeyCustody, { statement, fingerprints, drawn }: CustodyEvent & { kind: 'fingerprintsDrawn' }): KeyCustody {
  if (held.draw && (held.draw.fingerprints !== fingerprints || held.draw.drawn !== drawn))
    throw refuse('SECOND_STATEMENT', 'a second draw under this opening key')
  return { ...oneStatement(held, statement), draw: { fingerprints, drawn } }
}
