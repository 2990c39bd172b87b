// A federation in one process: real keys, real SEAL, every message through its checks, no wire. A test composes a step from these
// and spoils what it wants to see refused.

import { createHash } from 'node:crypto'
import { decode, encode } from '../../core/codec.ts'
import { isRefusal } from '../../core/errors.ts'
import { type Digest, type HospitalId, type OpeningKey, parseHospitalId, toDigest } from '../../core/ids.ts'
import type { LaneLayout } from '../../core/lanes.ts'
import { systemRandom } from '../../core/random.ts'
import { prepareContribution } from '../../privacy/contributor/index.ts'
import {
  applyCustody,
  bindPlan,
  type Custody,
  type CustodyEvent,
  checkRelease,
  custodyEvent,
  custodyOf,
  decideStatement,
  emptyCustody,
  inspectCandidates,
  makeAnswer,
  type StatementVerdict,
} from '../../privacy/custodian/index.ts'
import type {
  Answer,
  Candidate,
  Certificate,
  CheckedPlan,
  Cipher,
  KeyEpochSet,
  NamedSignature,
  Plan,
  Receipt,
  Release,
  Report,
  Roster,
  SignedPlan,
  SignKey,
  SignRequest,
} from '../../privacy/index.ts'
import * as privacy from '../../privacy/index.ts'
import { contributionBytes } from '../../privacy/receipt.ts'
import { openShare, sealShare } from '../../privacy/sealing.ts'
import { shareKey, shareMasks } from '../../privacy/shamir.ts'
import { shareWords } from '../../privacy/share-words.ts'

export const digestOf = (text: string): Digest => toDigest(createHash('sha256').update(text).digest())
export const POLICY = { corrupt: 0, minCohort: 0 }

export interface Site {
  readonly id: HospitalId
  readonly sign: SignKey
  readonly sealing: ReturnType<typeof privacy.createSealingKeyPair>
  /** Rebuilt by every event, through its bytes. */
  custody: Custody
  readonly journal: Uint8Array[]
  /** Opened shares, by member. */
  readonly shares: Map<HospitalId, { readonly receipt: Digest; readonly share: Uint32Array }>
  /** Hash of the receipt it contributed, if it did. */
  own: Digest | null
}
export interface Federation {
  readonly roster: Roster
  readonly keyEpoch: KeyEpochSet
  readonly coordinator: SignKey
  readonly sites: ReadonlyMap<HospitalId, Site>
  readonly cipher: Cipher
}

/** `members` hospitals h01, h02, ...; the first m are custodians. */
export function createFederation(m: number, f: number, members: number, cipher: privacy.CipherName = 'bgv'): Federation {
  const coordinator = privacy.createSignKey()
  const sites = new Map<HospitalId, Site>()
  for (let i = 1; i <= members; i++) {
    const id = parseHospitalId(`h${String(i).padStart(2, '0')}`)
    sites.set(id, {
      id,
      sign: privacy.createSignKey(),
      sealing: privacy.createSealingKeyPair(),
      custody: emptyCustody,
      journal: [],
      shares: new Map(),
      own: null,
    })
  }
  const ids = [...sites.keys()]
  const roster: Roster = {
    protocol: privacy.PROTOCOL_VERSION,
    federation: 'test',
    version: 1,
    previous: null,
    coordinatorKey: coordinator.publicKey,
    members: ids.map((id) => ({ id, name: `Hospital ${id}`, signKey: siteOf({ sites }, id).sign.publicKey, tlsKey: digestOf(`tls ${id}`) })),
    custodians: ids.slice(0, m),
    corrupt: f,
  }
  return { roster, keyEpoch: keyEpochOf(roster, sites, 1), coordinator, sites, cipher: privacy.createCipher(cipher) }
}

export function keyEpochOf(roster: Roster, sites: ReadonlyMap<HospitalId, Site>, epoch: number): KeyEpochSet {
  const hash = privacy.rosterHash(roster)
  const keys = roster.custodians.map((custodian) => {
    const site = siteOf({ sites }, custodian)
    return privacy.signSealingKey({ roster: hash, epoch, custodian, ...site.sealing.publicKey }, site.sign.privateKey)
  })
  return { roster: hash, epoch, keys }
}

export function siteOf({ sites }: Pick<Federation, 'sites'>, id: HospitalId): Site {
  const site = sites.get(id)
  if (!site) throw new Error(`no site ${id}`)
  return site
}
export const idsOf = (federation: Federation): HospitalId[] => [...federation.sites.keys()]

/** Two lanes of 28 bits a coefficient; `lanes` integers of at most 2^19. */
export const integerLayout = (lanes: number): LaneLayout => ({
  lanesPerCoefficient: 2,
  laneBits: 28,
  valueBits: 20,
  segments: lanes === 0 ? [] : [{ name: 'x', length: lanes, clip: 2 ** 19, rounding: 'integer' }],
})
export const keyAt = (step: number, group = 0, job = 'job'): OpeningKey => ({ job: digestOf(job), step, group })

/** A plan over all members in one group, an update over any roll of at least f+2, unless told otherwise. */
export function planOf(federation: Federation, changes: Partial<Plan> = {}, lanes = 100): Plan {
  const { roster } = federation
  const groups = changes.groups ?? [idsOf(federation)]
  const key = changes.key ?? keyAt(1)
  const group = groups[key.group] ?? []
  const base: Plan = {
    protocol: privacy.PROTOCOL_VERSION,
    key,
    stage: 'train',
    task: 'test',
    stageStep: 0,
    state: digestOf('state'),
    groups,
    blocks: [group],
    inputs: { featureSet: 'test/1', boundary: '2026-01', splitSeed: 's', heldOutPercent: 20, rowCap: 1000 },
    audience: 'members',
    disclosure: 'update',
    layout: integerLayout(lanes),
    privacy: 'none',
    cosigning: 'full',
    snapshots: lanes === 0 ? [] : group.map((member) => ({ boundary: '2026-01', member, id: digestOf(`snapshot ${member}`) })),
    roster: privacy.rosterHash(roster),
    keyEpoch: privacy.keyEpochHash(federation.keyEpoch),
    minCohort: roster.corrupt + 2,
    deadlineMs: 1000,
  }
  return { ...base, ...changes }
}
export const signedPlanOf = (federation: Federation, changes: Partial<Plan> = {}, lanes = 100): SignedPlan =>
  privacy.signPlan(planOf(federation, changes, lanes), federation.coordinator.privateKey)

/** Writes the event to the site's journal, as bytes, and takes the state from them. */
export function journal(site: Site, event: CustodyEvent): void {
  const bytes = encode(custodyEvent, event)
  site.custody = applyCustody(site.custody, decode(custodyEvent, bytes))
  site.journal.push(bytes)
}

/** Everyone checks the plan; the custodians bind it. */
export function openStep(federation: Federation, signed: SignedPlan): CheckedPlan {
  const checked = privacy.checkPlan(signed, federation)
  for (const id of federation.roster.custodians) journal(siteOf(federation, id), bindPlan(checked, federation.keyEpoch))
  for (const site of federation.sites.values()) {
    site.own = null
    site.shares.clear()
  }
  return checked
}

export interface Contributed {
  readonly receipt: Receipt
  readonly ciphertexts: readonly Uint8Array[]
  readonly sealedShares: readonly Uint8Array[]
}
export const randomVector = (lanes: number, seed: number): Float64Array =>
  Float64Array.from({ length: lanes }, (_, i) => ((Math.imul(seed * 7919 + i, 2654435761) >>> 0) % 1048577) - 524288)

export async function contribute(
  federation: Federation,
  checked: CheckedPlan,
  id: HospitalId,
  quantised: Float64Array,
  stateHash = checked.plan.state,
): Promise<Contributed> {
  const site = siteOf(federation, id)
  const made = await prepareContribution({
    plan: checked.plan,
    stateHash,
    member: id,
    roster: federation.roster,
    keyEpoch: federation.keyEpoch,
    quantised,
    cipher: federation.cipher.name,
  })
  site.own = privacy.receiptHash(made.receiptBody)
  return { ...made, receipt: privacy.signReceipt(made.receiptBody, checked, site.sign.privateKey) }
}

/** The coordinator's door: exactly what it checks before it adds anything. */
export function receive(checked: CheckedPlan, { receipt, ciphertexts, sealedShares }: Contributed): void {
  privacy.checkReceipt(receipt, checked)
  const whole = Buffer.concat([...ciphertexts, ...sealedShares])
  if (whole.length === contributionBytes(checked)) {
    const parts = privacy.splitContribution(new Uint8Array(whole), checked)
    privacy.checkContribution(receipt, parts.ciphertexts, parts.sealedShares)
  } else privacy.checkContribution(receipt, ciphertexts, sealedShares)
}

export const candidatesFor = (federation: Federation, custodian: HospitalId, contributions: readonly Contributed[]): Candidate[] =>
  contributions.map(({ receipt, sealedShares }) => ({ receipt, share: sealedShares[privacy.custodianIndex(federation.roster, custodian) - 1] as Uint8Array }))

/** One custodian inspects, journals and reports. */
export function report(federation: Federation, checked: CheckedPlan, custodian: HospitalId, candidates: readonly Candidate[]): Report {
  const site = siteOf(federation, custodian)
  const { body, shares } = inspectCandidates(candidates, {
    checked,
    keyEpoch: federation.keyEpoch,
    self: custodian,
    sealingKey: site.sealing.privateKey,
    reported: custodyOf(site.custody, checked.plan.key)?.reported ?? new Map(),
  })
  const signed = privacy.signReport(body, checked, site.sign.privateKey)
  journal(site, { kind: 'reported', key: checked.plan.key, report: signed })
  for (const [member, share] of shares) site.shares.set(member, share)
  privacy.checkReport(signed, checked)
  return signed
}
export const reportAll = (
  federation: Federation,
  checked: CheckedPlan,
  contributions: readonly Contributed[],
  custodians: readonly HospitalId[] = federation.roster.custodians,
): Report[] => custodians.map((id) => report(federation, checked, id, candidatesFor(federation, id, contributions)))

/** The coordinator's statement and request over the roll it chooses. */
export async function signRequestFor(
  federation: Federation,
  checked: CheckedPlan,
  contributions: readonly Contributed[],
  reports: readonly Report[],
): Promise<{ readonly request: SignRequest; readonly aggregate: readonly Uint8Array[] }> {
  const receipts = contributions.map(({ receipt }) => receipt)
  const { roll, answerSet } = privacy.chooseRoll(receipts, reports, checked)
  const named = contributions.filter(({ receipt }) => roll.some((entry) => entry.receipt === privacy.receiptHash(receipt.body)))
  const aggregate =
    named.length === 0
      ? []
      : await federation.cipher.add(
          null,
          named.map(({ ciphertexts }) => ciphertexts),
        )
  const statement = privacy.buildStatement(checked, { roll, answerSet, aggregate: aggregate.map(privacy.ciphertextDigest) })
  return { request: { statement, roll, receipts, reports }, aggregate }
}

/** One custodian decides and, where it agrees, journals and signs. */
export function decide(
  federation: Federation,
  checked: CheckedPlan,
  custodian: HospitalId,
  request: SignRequest,
  policy = POLICY,
): StatementVerdict & { readonly signature?: NamedSignature } {
  const site = siteOf(federation, custodian)
  const verdict = decideStatement(request, { checked, custody: site.custody, self: custodian, own: site.own, policy })
  if (verdict.kind === 'refuse') return verdict
  journal(site, verdict.event)
  return { ...verdict, signature: privacy.signStatement(request.statement, checked, custodian, site.sign.privateKey) }
}
/** The code with which an honest custodian refuses, or 'signed'. */
/** Code of the refusal that the call throws; `served` where it does not. */
export function codeFrom(call: () => unknown): string {
  try {
    call()
    return 'served'
  } catch (error) {
    return isRefusal(error) ? error.code : String(error)
  }
}

export function codeOf(verdict: StatementVerdict): string {
  return verdict.kind === 'refuse' ? verdict.code : 'signed'
}

export function certify(federation: Federation, checked: CheckedPlan, request: SignRequest): Certificate {
  const verdicts = request.statement.answerSet.map((id) => decide(federation, checked, id, request))
  const signatures = verdicts.flatMap(({ signature }) => (signature ? [signature] : []))
  return { statement: request.statement, roll: request.roll, signatures }
}

export async function answerOf(federation: Federation, checked: CheckedPlan, custodian: HospitalId, certificate: Certificate): Promise<Answer> {
  const site = siteOf(federation, custodian)
  const { body, event } = await makeAnswer(certificate, {
    checked,
    custody: site.custody,
    self: custodian,
    shareOf: ({ member }) => (site.shares.get(member) as { share: Uint32Array }).share,
  })
  journal(site, event)
  const answer = privacy.signAnswer(body, checked, site.sign.privateKey)
  privacy.checkAnswer(answer, certificate, checked)
  return answer
}

export async function openWith(
  federation: Federation,
  checked: CheckedPlan,
  certificate: Certificate,
  aggregate: readonly Uint8Array[],
  answers: readonly Answer[],
): Promise<privacy.RecoveredKey<Release>> {
  const hash = privacy.checkCertificate(certificate, checked)
  return await privacy.recoverKeySum(answers, certificate, checked, (keySum) =>
    privacy.openRelease(checked, hash, aggregate, keySum, certificate.roll.length, federation.cipher),
  )
}

export async function cosign(
  federation: Federation,
  checked: CheckedPlan,
  custodian: HospitalId,
  request: privacy.CosignRequest,
  contributions: readonly Contributed[],
): Promise<NamedSignature> {
  const site = siteOf(federation, custodian)
  const of = (member: HospitalId): Contributed | undefined => contributions.find(({ receipt }) => receipt.body.member === member)
  const { body, event } = await checkRelease(request, {
    checked,
    custody: site.custody,
    cipher: federation.cipher,
    receiptOf: ({ member }) => of(member)?.receipt,
    refetch: async (member) => of(member)?.ciphertexts ?? [],
    nextState: checked.plan.audience === 'members' ? request.nextState : null,
  })
  journal(site, event)
  return privacy.signCosignature(body, checked, custodian, site.sign.privateKey)
}

export interface WholeStep {
  readonly checked: CheckedPlan
  readonly contributions: readonly Contributed[]
  readonly reports: readonly Report[]
  readonly request: SignRequest
  readonly certificate: Certificate
  readonly aggregate: readonly Uint8Array[]
  readonly answers: readonly Answer[]
  readonly opened: privacy.RecoveredKey<Release>
}
/** A whole honest step up to the opened sum. `vectors`: quantised lanes by member. */
export async function runStep(federation: Federation, signed: SignedPlan, vectors: ReadonlyMap<HospitalId, Float64Array>): Promise<WholeStep> {
  const checked = openStep(federation, signed)
  const contributions: Contributed[] = []
  for (const [id, vector] of vectors) contributions.push(await contribute(federation, checked, id, vector))
  for (const contribution of contributions) receive(checked, contribution)
  const reports = reportAll(federation, checked, contributions)
  const { request, aggregate } = await signRequestFor(federation, checked, contributions, reports)
  const certificate = certify(federation, checked, request)
  const answers: Answer[] = []
  for (const id of request.statement.answerSet) answers.push(await answerOf(federation, checked, id, certificate))
  const opened = await openWith(federation, checked, certificate, aggregate, answers)
  return { checked, contributions, reports, request, certificate, aggregate, answers, opened }
}

/** Lane by lane. */
export function sumOf(vectors: Iterable<Float64Array>): bigint[] {
  const all = [...vectors]
  return Array.from(all[0] as Float64Array, (_, i) => all.reduce((sum, vector) => sum + BigInt(vector[i] as number), 0n))
}

/** A contribution that no honest client makes: any ciphertexts, any key shared for them, any words spoiled on the way to custodians. */
export function craft(
  federation: Federation,
  checked: CheckedPlan,
  id: HospitalId,
  {
    ciphertexts,
    key = new Int32Array(4096),
    spoil,
  }: { readonly ciphertexts: readonly Uint8Array[]; readonly key?: Int32Array; readonly spoil?: (share: Uint32Array, index: number) => void },
): Contributed {
  const { roster, keyEpoch } = federation
  const [shares, masks] = [shareKey(key, checked.t, roster.custodians.length, systemRandom), shareMasks(checked.t, roster.custodians.length, systemRandom)]
  const sealedShares = keyEpoch.keys.map(({ key: receiver }, k) => {
    const share = shares[k] as Uint32Array
    spoil?.(share, k + 1)
    const context = {
      planHash: checked.planHash,
      rosterHash: checked.rosterHash,
      epoch: keyEpoch.epoch,
      sender: id,
      receiver: receiver.custodian,
      receiverIndex: k + 1,
    }
    return sealShare(receiver, context, encode(shareWords, { share, masks: masks[k] as Uint32Array }))
  })
  const body = {
    plan: checked.planHash,
    state: checked.plan.state,
    member: id,
    ciphertexts: ciphertexts.map(privacy.ciphertextDigest),
    shares: sealedShares.map(privacy.sealedShareDigest),
  }
  return { receipt: privacy.signReceipt(body, checked, siteOf(federation, id).sign.privateKey), ciphertexts, sealedShares }
}

/** What one custodian reads out of the share that a member sealed to it. */
export function openWords(
  federation: Federation,
  checked: CheckedPlan,
  custodian: HospitalId,
  contribution: Contributed,
): { readonly share: Uint32Array; readonly masks: Uint32Array } {
  const index = privacy.custodianIndex(federation.roster, custodian)
  const own = federation.keyEpoch.keys[index - 1]?.key as privacy.SealingKey
  const context = {
    planHash: checked.planHash,
    rosterHash: checked.rosterHash,
    epoch: federation.keyEpoch.epoch,
    sender: contribution.receipt.body.member,
    receiver: custodian,
    receiverIndex: index,
  }
  return decode(shareWords, openShare(siteOf(federation, custodian).sealing.privateKey, own, context, contribution.sealedShares[index - 1] as Uint8Array))
}
