// A roster in plain words: who joins and leaves, who holds the key shares, what follows from the numbers, and whether this site's policy holds.
import type { HospitalId } from '../core/ids.ts'
import { electCustodians } from '../privacy/election.ts'
import { type Member, type Roster, rosterHash } from '../privacy/messages.ts'
import { rosterThresholds } from '../privacy/roster.ts'
import { fact, judged, type Line, namesOf, type Section, say, type Words, warning } from './plain-words.ts'
import { leastCohort, type Policy } from './policy.ts'

/** What a later roster changes, by member. */
export interface RosterChange {
  readonly joins: readonly Member[]
  readonly leaves: readonly Member[]
  readonly renamed: readonly { readonly before: Member; readonly after: Member }[]
  /** Members whose signing key or TLS key is another one. */
  readonly rekeyed: readonly Member[]
  readonly coordinatorRekeyed: boolean
  readonly custodiansIn: readonly HospitalId[]
  readonly custodiansOut: readonly HospitalId[]
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

export function rosterChange(before: Roster, after: Roster): RosterChange {
  const [old, now] = [before, after].map(({ members }) => new Map(members.map((m) => [m.id, m]))) as [Map<HospitalId, Member>, Map<HospitalId, Member>]
  const kept = after.members.flatMap((member) => {
    const known = old.get(member.id)
    return known ? [{ before: known, after: member }] : []
  })
  return {
    joins: after.members.filter((m) => !old.has(m.id)),
    leaves: before.members.filter((m) => !now.has(m.id)),
    renamed: kept.filter((k) => k.before.name !== k.after.name),
    rekeyed: kept.filter((k) => !sameBytes(k.before.signKey, k.after.signKey) || k.before.tlsKey !== k.after.tlsKey).map((k) => k.after),
    coordinatorRekeyed: !sameBytes(before.coordinatorKey, after.coordinatorKey),
    custodiansIn: after.custodians.filter((id) => !before.custodians.includes(id)),
    custodiansOut: before.custodians.filter((id) => !after.custodians.includes(id)),
  }
}

export interface RosterWords {
  readonly roster: Roster
  /** The one this site agreed to before; null where there is none. */
  readonly current: Roster | null
  /** The version before it, more than half of whose members must sign; null for the first. */
  readonly previous: Roster | null
  /** Whose signatures on a proposal verify; null where the roster is no proposal any more. */
  readonly signers: readonly HospitalId[] | null
  readonly hospital: HospitalId
  readonly policy: Policy
}

export function rosterSections(about: RosterWords): readonly Section[] {
  const { roster, current, previous, signers } = about
  const compared = current ?? previous
  const change = compared ? rosterChange(compared, roster) : null
  return [
    {
      heading: say(`Roster version ${roster.version} of ${roster.federation}`, `${roster.federation} 名册第 ${roster.version} 版`),
      lines: [fact(`hash ${rosterHash(roster)}`, `哈希 ${rosterHash(roster)}`), ...(signers ? followsLines(roster, current) : [])],
    },
    { heading: say('Members', '成员'), lines: memberLines(roster, change) },
    {
      heading: say('Custodians: they hold the shares of the keys that open sums', '保管方：持有开启总和的密钥份额'),
      lines: custodianLines(roster, compared, change),
    },
    { heading: say('This hospital', '本院'), lines: ownLines(about) },
    ...(signers ? [{ heading: say('Signatures', '签名'), lines: [signatureLine(roster, previous, signers)] }] : []),
  ]
}

/** What a person is about to decide. */
export const rosterDecision = (roster: Roster): Section => ({
  heading: say('What you decide', '由您决定'),
  lines: [
    fact(
      `approve: this site signs version ${roster.version}, and follows it once enough members have signed`,
      `批准：本院签署第 ${roster.version} 版，待足够成员签署后即遵循该版`,
    ),
    fact(
      'refuse: this site does not sign; it stays with the roster that it agreed to before. Where enough others sign all the same, it takes part in nothing new until somebody approves',
      '拒绝：本院不签署，继续遵循先前同意的名册。若足够多的其他成员仍然签署，则在有人批准之前本院不参与任何新工作',
    ),
  ],
})

function followsLines(roster: Roster, current: Roster | null): readonly Line[] {
  if (!current) return roster.version === 1 ? [] : [warning('this site has agreed to no roster before', '本院此前未同意过任何名册')]
  if (roster.previous === rosterHash(current) && roster.version === current.version + 1)
    return [fact(`follows version ${current.version}, to which this site agreed`, `承接本院已同意的第 ${current.version} 版`)]
  return [warning(`does not follow version ${current.version}, to which this site agreed directly`, `并非直接承接本院已同意的第 ${current.version} 版`)]
}

const named = ({ id, name }: Member): string => `${id} (${name})`

function memberLines(roster: Roster, change: RosterChange | null): readonly Line[] {
  const total = roster.members.length
  if (!change) return [fact(`${total} hospitals`, `共 ${total} 家医院`), ...roster.members.map((m) => fact(named(m), named(m)))]
  const before = total - change.joins.length + change.leaves.length
  const changes = [
    ...change.joins.map((m) => fact(`joins: ${named(m)}`, `加入：${named(m)}`)),
    ...change.leaves.map((m) => fact(`leaves: ${named(m)}`, `退出：${named(m)}`)),
    ...change.renamed.map(({ before, after }) =>
      fact(`is called otherwise: ${named(before)} is now ${named(after)}`, `更名：${named(before)} 现为 ${named(after)}`),
    ),
    ...change.rekeyed.map((m) =>
      warning(
        `has other keys: ${named(m)}. Ask that hospital whether it made new ones; else somebody may speak in its name`,
        `更换密钥：${named(m)}。请向该院核实，否则可能有人冒名`,
      ),
    ),
    ...(change.coordinatorRekeyed ? [warning("the coordinator's key is another one", '协调方的密钥已变更')] : []),
  ]
  return [
    fact(`${total} hospitals; ${before} before`, `共 ${total} 家医院；此前 ${before} 家`),
    ...(changes.length > 0 ? changes : [fact('nobody joins or leaves', '无人加入或退出')]),
  ]
}

/** What (m, f, t, g) mean, for people. */
export function custodyWords(roster: Roster): Words {
  const m = roster.custodians.length
  const f = roster.corrupt
  const { t, g } = rosterThresholds(roster)
  return say(
    `any ${t} of the ${m} custodians can open a sum; at most ${f} may be dishonest together with the regulator; ${g} must sign before anything opens, so ${m - g} may be absent`,
    `${m} 个保管方中任意 ${t} 个可开启总和；至多可有 ${f} 个与监管方串通作弊；开启前须有 ${g} 个签名，故可有 ${m - g} 个缺席`,
  )
}

function custodianLines(roster: Roster, compared: Roster | null, change: RosterChange | null): readonly Line[] {
  const now = namesOf(roster.custodians)
  const lines = [fact(`now: ${now.en}`, `现在：${now.zh}`)]
  if (compared && change) {
    const before = namesOf(compared.custodians)
    lines.push(fact(`before: ${before.en}`, `此前：${before.zh}`))
    lines.push(...change.custodiansIn.map((id) => fact(`becomes a custodian: ${id}`, `新任保管方：${id}`)))
    lines.push(...change.custodiansOut.map((id) => fact(`is no longer a custodian: ${id}`, `不再担任保管方：${id}`)))
  }
  const words = custodyWords(roster)
  lines.push(fact(words.en, words.zh))
  if (compared && custodyWords(compared).en !== words.en) lines.push(fact(`before: ${custodyWords(compared).en}`, `此前：${custodyWords(compared).zh}`))
  return [...lines, ...drawnLines(roster)]
}

/** Where not every member is a custodian, the public draw tells whether somebody chose them; anyone recomputes it from the members. */
function drawnLines(roster: Roster): readonly Line[] {
  const seats = roster.custodians.length
  if (roster.members.length <= seats) return []
  const drawn = electCustodians(roster, seats)
  return drawn.every((id) => roster.custodians.includes(id))
    ? [fact('the custodians are those of the public draw: nobody chose them', '保管方由公开抽签产生，并非任何人指定')]
    : [
        warning(
          `the custodians were chosen, not drawn by lot: the public draw gives ${namesOf(drawn).en}`,
          `保管方为指定，并非抽签产生：公开抽签的结果是 ${namesOf(drawn).zh}`,
        ),
      ]
}

function ownLines({ roster, hospital, policy }: RosterWords): readonly Line[] {
  const own = roster.members.some((m) => m.id === hospital)
  const least = leastCohort(policy)
  const lines = own
    ? [
        roster.custodians.includes(hospital)
          ? fact('is a member and a custodian', '是成员，也是保管方')
          : fact('is a member, and no custodian', '是成员，不是保管方'),
      ]
    : [warning('is not on this roster: it takes part in nothing under it', '不在此名册中：不参与其下任何工作')]
  return [
    ...lines,
    judged(
      roster.corrupt <= policy.corrupt,
      say(
        `the roster counts on at most ${roster.corrupt} dishonest custodians; this hospital's policy assumes up to ${policy.corrupt} dishonest members in all (corrupt)`,
        `名册假定至多 ${roster.corrupt} 个保管方不诚实；本院策略假定全体成员中至多 ${policy.corrupt} 个不诚实（corrupt）`,
      ),
    ),
    judged(
      roster.members.length >= least,
      say(
        `${roster.members.length} members; this hospital's policy asks for at least ${least} hospitals in a sum (minCohort, and corrupt + 2)`,
        `共 ${roster.members.length} 个成员；本院策略要求一次总和至少 ${least} 家医院（minCohort，且不少于 corrupt + 2）`,
      ),
    ),
  ]
}

function signatureLine(roster: Roster, previous: Roster | null, signers: readonly HospitalId[]): Line {
  const by = namesOf(signers)
  const of = (previous ?? roster).members.length
  const needed = previous ? Math.floor(of / 2) + 1 : of
  // The daemon keeps what it was shown when it asked: others may have signed since.
  return fact(
    `when it was shown to this site, ${signers.length} of ${of} ${previous ? 'current ' : ''}members had signed (${by.en}); ${needed} are needed`,
    `提交本院时，${of} 个${previous ? '现有' : ''}成员中已有 ${signers.length} 个签署（${by.zh}）；需要 ${needed} 个`,
  )
}
