// A chain of rosters proves its last version to who pinned an earlier one, and to a stranger from version 1: by the signatures of those who
// were members before each change, and by nothing else.
import { describe, expect, test } from 'vitest'
import { type HospitalId, parseHospitalId } from '../../core/ids.ts'
import * as privacy from '../../privacy/index.ts'
import type { Roster } from '../../privacy/messages.ts'
import type { SignedRoster } from '../../privacy/roster.ts'
import { codeFrom, digestOf } from '../support/secure-sum.ts'

const coordinator = privacy.createSignKey()
const keys = new Map<string, ReturnType<typeof privacy.createSignKey>>()
const keyOf = (id: string): ReturnType<typeof privacy.createSignKey> => {
  const made = keys.get(id) ?? privacy.createSignKey()
  keys.set(id, made)
  return made
}
const idsTo = (n: number): string[] => Array.from({ length: n }, (_, i) => `h${String(i + 1).padStart(2, '0')}`)
const membersOf = (ids: readonly string[]): Roster['members'] =>
  ids.map((id) => ({ id: parseHospitalId(id), name: id, signKey: keyOf(id).publicKey, tlsKey: digestOf(`tls ${id}`) }))
const BASE: Roster = {
  protocol: privacy.PROTOCOL_VERSION,
  federation: 'test',
  version: 1,
  previous: null,
  coordinatorKey: coordinator.publicKey,
  members: membersOf(idsTo(5)),
  custodians: idsTo(4).map(parseHospitalId),
  corrupt: 1,
}
const follower = (before: Roster, change: Partial<Roster> = {}): Roster => ({
  ...before,
  version: before.version + 1,
  previous: privacy.rosterHash(before),
  ...change,
})
const signedBy = (roster: Roster, ...ids: readonly string[]): SignedRoster => ({
  roster,
  signatures: ids.map((id) => privacy.signRoster(roster, id as HospitalId, keyOf(id).privateKey)),
})
const FIRST = signedBy(BASE, ...idsTo(5))
const SIX = follower(BASE, { members: membersOf(idsTo(6)) })
const versions = (chain: readonly SignedRoster[], pinned: Roster | null): number[] => privacy.followChain(chain, pinned).map((roster) => roster.version)

test('each version is followed with more than half of the members before it; a stranger starts at version 1', () => {
  const third = follower(SIX, { custodians: idsTo(6).slice(2).map(parseHospitalId) })
  const chain = [FIRST, signedBy(SIX, 'h01', 'h02', 'h03'), signedBy(third, 'h06', 'h01', 'h02', 'h05')]
  expect(versions(chain, null)).toEqual([1, 2, 3])
  expect(versions(chain, BASE)).toEqual([2, 3])
  expect(versions(chain, SIX)).toEqual([3])
  expect(versions(chain, third)).toEqual([])
})

describe('nothing is proved by', () => {
  const five = follower(BASE, { members: membersOf([...idsTo(4), 'h07']) })
  const cases: readonly [string, readonly SignedRoster[], Roster | null, string][] = [
    [
      'half of four members',
      [signedBy({ ...BASE, members: membersOf(idsTo(4)) }, ...idsTo(4)), signedBy(follower({ ...BASE, members: membersOf(idsTo(4)) }), 'h01', 'h02')],
      null,
      'BAD_ROSTER',
    ],
    ['a member added without a majority', [FIRST, signedBy(SIX, 'h01', 'h02')], BASE, 'BAD_ROSTER'],
    ['a member removed without a majority', [FIRST, signedBy(follower(BASE, { members: membersOf(idsTo(4)) }), 'h03', 'h04')], BASE, 'BAD_ROSTER'],
    ['custodians that nobody signed', [FIRST, signedBy(follower(BASE, { custodians: idsTo(5).slice(1).map(parseHospitalId) }))], BASE, 'BAD_ROSTER'],
    ['signatures of members that the change itself brings', [FIRST, signedBy(SIX, 'h01', 'h02', 'h06')], BASE, 'BAD_ROSTER'],
    ['signatures of one who came and one who is no member at all', [FIRST, signedBy(five, 'h01', 'h02', 'h07', 'h08')], BASE, 'BAD_ROSTER'],
    ['the same signatures again and again', [FIRST, signedBy(SIX, 'h01', 'h02', 'h02', 'h01', 'h02')], BASE, 'BAD_ROSTER'],
    ['signatures on another roster', [FIRST, { roster: SIX, signatures: signedBy(follower(BASE), ...idsTo(5)).signatures }], BASE, 'BAD_ROSTER'],
    ['a first version that one member did not sign', [signedBy(BASE, ...idsTo(4))], null, 'BAD_ROSTER'],
    ['a chain that begins with version 2', [signedBy(SIX, ...idsTo(5))], null, 'BAD_ROSTER'],
    ['a chain with a gap', [FIRST, signedBy(follower(SIX), ...idsTo(6))], BASE, 'OTHER_ROSTER'],
    ['a chain of yesterday', [FIRST], SIX, 'OTHER_ROSTER'],
    ['a fork, whoever signed it', [FIRST, signedBy(follower(BASE), ...idsTo(5))], SIX, 'OTHER_ROSTER'],
    ['another federation', [FIRST, signedBy(follower(BASE, { federation: 'other' }), ...idsTo(5))], BASE, 'OTHER_ROSTER'],
  ]
  test.each(cases)('%s', (_, chain, pinned, code) => expect(codeFrom(() => privacy.followChain(chain, pinned))).toBe(code))
})

test('who left the roster counts for its removal and for nothing later', () => {
  const four = follower(BASE, { members: membersOf(idsTo(4)) })
  expect(versions([FIRST, signedBy(four, 'h01', 'h02', 'h05')], BASE)).toEqual([2])
  const later = follower(four, { members: membersOf(idsTo(4)), corrupt: 1, custodians: idsTo(4).reverse().map(parseHospitalId) })
  expect(codeFrom(() => privacy.followChain([FIRST, signedBy(four, 'h01', 'h02', 'h05'), signedBy(later, 'h01', 'h02', 'h05')], BASE))).toBe('BAD_ROSTER')
})

test('a proposal must follow what is followed now, or be the first', () => {
  expect(codeFrom(() => privacy.checkProposal(SIX, BASE))).toBe('served')
  expect(codeFrom(() => privacy.checkProposal(BASE, null))).toBe('served')
  expect(codeFrom(() => privacy.checkProposal(SIX, null))).toBe('OTHER_ROSTER')
  expect(codeFrom(() => privacy.checkProposal(follower(SIX), BASE))).toBe('OTHER_ROSTER')
})
