// A step that a hostile coordinator runs by hand, over the same wire: it chooses the plan, who is asked for what, which roll, aggregate, certificate and
// release is shown to whom, and takes whatever the members send without the checks of the honest code. Each verb resolves once everyone asked has either
// done it or refused by code. Members see an ordinary step; the honest code of the coordinator never hears of it, except that a plan was refused.
import { decode, encode } from '../../core/codec.ts'
import { refuse } from '../../core/errors.ts'
import { type HospitalId, type OpeningKey, sameOpeningKey } from '../../core/ids.ts'
import { recoverKeySum } from '../../privacy/answer.ts'
import { createCipher } from '../../privacy/cipher.ts'
import {
  type Answer,
  answer as answerCodec,
  type Candidate,
  type Certificate,
  type CosignRequest,
  candidates as candidatesCodec,
  certificate as certificateCodec,
  cosignRequest,
  type NamedSignature,
  namedSignature,
  type Receipt,
  type ReleaseBundle,
  type Report,
  type Roll,
  receipt as receiptCodec,
  receiptHash,
  report as reportCodec,
  rollHash,
  type SignedPlan,
  type SignRequest,
  type Statement,
  signedPlan,
  signRequest,
  stepEnd,
} from '../../privacy/messages.ts'
import { PARAMETERS } from '../../privacy/parameters.ts'
import type { CheckedPlan } from '../../privacy/plan.ts'
import { SEALED_SHARE_BYTES } from '../../privacy/receipt.ts'
import { openRelease } from '../../privacy/release.ts'
import { custodianIndex } from '../../privacy/roster.ts'
import { buildStatement } from '../../privacy/statement.ts'
import { ciphertextDigest } from '../../privacy/wire.ts'
import { chunksOf, collect } from '../../proto/index.ts'
import type { Ask } from '../../proto/messages.ts'
import type { CoordinatorService, Peer } from '../../proto/service.ts'

export interface Contributed {
  readonly receipt: Receipt
  readonly ciphertexts: readonly Uint8Array[]
  readonly sealedShares: readonly Uint8Array[]
}
type StepAsk = 'contribute' | 'check' | 'sign' | 'answer' | 'cosign' | 'adopt'
/** The same for everyone, or another for each. */
type Shown<T> = T | ((member: HospitalId) => T)
export interface Opened {
  readonly keySum: Int32Array
  readonly sums: BigInt64Array
}

export interface Shadow {
  readonly key: OpeningKey
  /** What members sign under, unless they are shown another plan. */
  readonly checked: CheckedPlan
  /** Everything received so far, whatever its phase. */
  readonly contributed: ReadonlyMap<HospitalId, Contributed>
  readonly refusals: readonly { readonly member: HospitalId; readonly what: string; readonly code: string }[]
  /** Shows this plan from now on. */
  showPlan(plan: Shown<SignedPlan>): void
  contribute(members: readonly HospitalId[]): Promise<readonly Contributed[]>
  check(custodians: readonly HospitalId[], shown?: (custodian: HospitalId) => readonly Candidate[]): Promise<readonly Report[]>
  /** The true sum of the roll's contributions; the roll may say whatever it likes. */
  aggregate(roll: readonly HospitalId[]): Promise<readonly Uint8Array[]>
  entries(members: readonly HospitalId[]): Roll
  statement(roll: Roll, answerSet: readonly HospitalId[], aggregate: readonly Uint8Array[]): Statement
  sign(custodians: readonly HospitalId[], request: Shown<SignRequest>): Promise<readonly NamedSignature[]>
  answer(custodians: readonly HospitalId[], certificate: Shown<Certificate>): Promise<readonly Answer[]>
  open(certificate: Certificate, aggregate: readonly Uint8Array[], answers: readonly Answer[]): Promise<Opened>
  cosign(
    custodians: readonly HospitalId[],
    request: Shown<CosignRequest>,
    refetched?: (member: HospitalId) => readonly Uint8Array[],
  ): Promise<readonly NamedSignature[]>
  publish(members: readonly HospitalId[], bundle: Shown<ReleaseBundle>): Promise<void>
}

export interface ShadowHost {
  /** The asks of members have changed. */
  readonly changed: () => void
}
export interface Served {
  readonly shadow: Shadow
  asksOf(member: HospitalId): readonly Ask[]
  /** The calls that carry this opening key. */
  readonly calls: Partial<CoordinatorService>
}

export function createShadow(signed: SignedPlan, checked: CheckedPlan, host: ShadowHost): Served {
  const { key } = signed.plan
  const asked = new Map<HospitalId, StepAsk>()
  const waiting = new Set<() => void>()
  const contributed = new Map<HospitalId, Contributed>()
  const said = { check: new Map<HospitalId, Report>(), sign: new Map<HospitalId, NamedSignature>(), answer: new Map<HospitalId, Answer>() }
  let cosigned = new Map<HospitalId, NamedSignature>()
  const adopted = new Set<HospitalId>()
  const refusals: { member: HospitalId; what: string; code: string }[] = []
  const shown = {
    plan: ((): SignedPlan => signed) as (member: HospitalId) => SignedPlan,
    candidates: (custodian: HospitalId): readonly Candidate[] => candidatesOf(contributed, checked, custodian),
    sign: missing<SignRequest>(),
    certificate: missing<Certificate>(),
    cosign: missing<CosignRequest>(),
    refetched: (member: HospitalId): readonly Uint8Array[] => contributionOf(contributed, member).ciphertexts,
    bundle: missing<ReleaseBundle>(),
  }
  const settle = (): void => {
    for (const look of [...waiting]) look()
  }
  /** Asks and waits until each has spoken: by the thing itself, or by a refusal. */
  async function ask(what: StepAsk, members: readonly HospitalId[], done: (member: HospitalId) => boolean): Promise<void> {
    const before = refusals.length
    for (const member of members) asked.set(member, what)
    host.changed()
    const settled = (member: HospitalId): boolean => done(member) || refusals.slice(before).some((r) => r.member === member)
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!members.every(settled)) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
    for (const member of members) asked.delete(member)
    host.changed()
  }
  const present = <T>(members: readonly HospitalId[], of: ReadonlyMap<HospitalId, T>): readonly T[] =>
    members.flatMap((member) => {
      const found = of.get(member)
      return found === undefined ? [] : [found]
    })
  const take = <T>(of: Map<HospitalId, T>, member: HospitalId, value: T): void => {
    of.set(member, value)
    settle()
  }

  const shadow: Shadow = {
    key,
    checked,
    contributed,
    refusals,
    showPlan: (plan) => {
      shown.plan = each(plan)
    },
    async contribute(members) {
      await ask('contribute', members, (member) => contributed.has(member))
      return present(members, contributed)
    },
    async check(custodians, candidates) {
      if (candidates) shown.candidates = candidates
      await ask('check', custodians, (member) => said.check.has(member))
      return present(custodians, said.check)
    },
    async aggregate(roll) {
      return await createCipher('bgv').add(
        null,
        roll.map((member) => contributionOf(contributed, member).ciphertexts),
      )
    },
    entries: (members) => members.map((member) => ({ member, receipt: receiptHash(contributionOf(contributed, member).receipt.body) })),
    statement: (roll, answerSet, aggregate) => ({
      ...buildStatement(checked, { roll, answerSet, aggregate: aggregate.map(ciphertextDigest) }),
      roll: rollHash(roll),
    }),
    async sign(custodians, request) {
      shown.sign = each(request)
      for (const custodian of custodians) said.sign.delete(custodian)
      await ask('sign', custodians, (member) => said.sign.has(member))
      return present(custodians, said.sign)
    },
    async answer(custodians, certificate) {
      shown.certificate = each(certificate)
      for (const custodian of custodians) said.answer.delete(custodian)
      await ask('answer', custodians, (member) => said.answer.has(member))
      return present(custodians, said.answer)
    },
    async open(certificate, aggregate, answers) {
      const cipher = createCipher('bgv')
      const { keySum, opened } = await recoverKeySum(answers, certificate, checked, (sum) =>
        openRelease(checked, answers[0]?.body.statement ?? checked.planHash, aggregate, sum, certificate.roll.length, cipher),
      )
      return { keySum, sums: opened.sums }
    },
    async cosign(custodians, request, refetched) {
      shown.cosign = each(request)
      if (refetched) shown.refetched = refetched
      cosigned = new Map()
      await ask('cosign', custodians, (member) => cosigned.has(member))
      return present(custodians, cosigned)
    },
    async publish(members, bundle) {
      shown.bundle = each(bundle)
      await ask('adopt', members, (member) => adopted.has(member))
    },
  }

  const refusedBy = (member: HospitalId, what: string, code: string): void => {
    refusals.push({ member, what, code })
    settle()
  }
  const calls: Partial<CoordinatorService> = {
    fetchPlan: async (peer) => encode(signedPlan, shown.plan(peer.member)),
    contributionOffset: async () => 0,
    async contribute(peer, _key, header, _offset, chunks) {
      const bytes = await collect(chunks, MOST_BYTES)
      take(contributed, peer.member, parts(decode(receiptCodec, header), bytes))
    },
    fetchCandidates: (peer) => chunksOf(encode(candidatesCodec, [...shown.candidates(peer.member)])),
    report: async (peer, _key, bytes) => take(said.check, peer.member, decode(reportCodec, bytes)),
    fetchSignRequest: (peer) => chunksOf(encode(signRequest, shown.sign(peer.member))),
    sign: async (peer, _key, bytes) => take(said.sign, peer.member, decode(namedSignature, bytes)),
    refuseRequest: async (peer, _key, phase, code) => refusedBy(peer.member, phase, code),
    refusePlan: async (peer, _key, code) => refusedBy(peer.member, 'plan', code),
    fetchCertificate: (peer) => chunksOf(encode(certificateCodec, shown.certificate(peer.member))),
    answer: async (peer, _key, bytes) => take(said.answer, peer.member, decode(answerCodec, bytes)),
    fetchCosignRequest: (peer) => chunksOf(encode(cosignRequest, shown.cosign(peer.member))),
    fetchContribution: (_peer, _key, member) => chunksOf(new Uint8Array(Buffer.concat([...shown.refetched(member)]))),
    cosign: async (peer, _key, bytes) => take(cosigned, peer.member, decode(namedSignature, bytes)),
    fetchRelease: (peer) => chunksOf(encode(stepEnd, { kind: 'released', bundle: shown.bundle(peer.member) })),
    async adopted(peer) {
      adopted.add(peer.member)
      settle()
    },
  }
  return {
    shadow,
    asksOf: (member) => {
      const what = asked.get(member)
      return what === undefined ? [] : [{ kind: what, key }]
    },
    calls,
  }
}

const MOST_BYTES = 64 * 1024 * 1024
const each = <T>(shown: Shown<T>): ((member: HospitalId) => T) => (typeof shown === 'function' ? (shown as (member: HospitalId) => T) : () => shown)
const missing =
  <T>() =>
  (_: HospitalId): T => {
    throw refuse('NOT_FOUND', 'nothing of the kind is shown yet')
  }

function contributionOf(contributed: ReadonlyMap<HospitalId, Contributed>, member: HospitalId): Contributed {
  const found = contributed.get(member)
  if (!found) throw new Error(`${member} has not contributed to the shadow`)
  return found
}

export const candidatesOf = (contributed: ReadonlyMap<HospitalId, Contributed>, checked: CheckedPlan, custodian: HospitalId): readonly Candidate[] =>
  [...contributed.values()].map(({ receipt, sealedShares }) => ({
    receipt,
    share: sealedShares[custodianIndex(checked.roster, custodian) - 1] as Uint8Array,
  }))

/** By the receipt's own counts: nothing is checked. */
function parts(receipt: Receipt, bytes: Uint8Array): Contributed {
  const cut = (from: number, count: number, size: number): Uint8Array[] =>
    Array.from({ length: count }, (_, i) => bytes.slice(from + i * size, from + (i + 1) * size))
  const count = receipt.body.ciphertexts.length
  return {
    receipt,
    ciphertexts: cut(0, count, PARAMETERS.ciphertextBytes),
    sealedShares: cut(count * PARAMETERS.ciphertextBytes, receipt.body.shares.length, SEALED_SHARE_BYTES),
  }
}

/** The calls whose second argument is an opening key go to the shadow that has it; all others, and those it does not serve, stay with the honest code. */
export function withShadows(honest: CoordinatorService, shadows: () => readonly Served[], alsoHonest: ReadonlySet<string>): CoordinatorService {
  return new Proxy(honest, {
    get(own, name: keyof CoordinatorService) {
      const call = own[name] as (...args: unknown[]) => unknown
      return (peer: Peer, ...args: unknown[]) => {
        const served = shadows().find(({ shadow }) => isKey(args[0]) && sameOpeningKey(shadow.key, args[0]))
        const instead = served?.calls[name] as ((...args: unknown[]) => unknown) | undefined
        if (!instead) return call(peer, ...args)
        if (alsoHonest.has(name)) void Promise.resolve(call(peer, ...args)).catch(() => undefined)
        return instead(peer, ...args)
      }
    },
  })
}
const isKey = (value: unknown): value is OpeningKey => typeof value === 'object' && value !== null && 'job' in value && 'step' in value && 'group' in value
