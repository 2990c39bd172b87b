import { describe, expect, test } from 'vitest'
import { hash } from '../../core/codec.ts'
import { fromDigest, parseHospitalId } from '../../core/ids.ts'
import { areElected, electCustodians, electionSeed } from '../../privacy/index.ts'
import { PROTOCOL_VERSION, type Roster } from '../../privacy/messages.ts'
import { codeFrom, digestOf } from '../support/secure-sum.ts'

const MEMBERS = 40
const SEATS = 7
const rosterOf = (version: number, draw = ''): Roster => ({
  protocol: PROTOCOL_VERSION,
  federation: 'test',
  version,
  previous: version === 1 ? null : digestOf(`roster ${version - 1}`),
  coordinatorKey: fromDigest(digestOf('coordinator')),
  members: Array.from({ length: MEMBERS }, (_, i) => {
    const id = parseHospitalId(`h${String(i).padStart(2, '0')}`)
    return { id, name: id, signKey: fromDigest(digestOf(`key ${id} ${i === 0 ? draw : ''}`)), tlsKey: digestOf(`tls ${id}`) }
  }),
  custodians: [],
  corrupt: 2,
})

describe('custodians drawn by lot', () => {
  test('are distinct members, the same for everybody who holds the roster', () => {
    const drawn = electCustodians(rosterOf(1), SEATS)
    expect(new Set(drawn).size).toBe(SEATS)
    expect(drawn.every((id) => rosterOf(1).members.some((m) => m.id === id))).toBe(true)
    expect(electCustodians(rosterOf(1), SEATS)).toEqual(drawn)
    // Fewer seats are the first ones: the lots order all members.
    expect(electCustodians(rosterOf(1), 4)).toEqual(drawn.slice(0, 4))
  })

  test('follow the definition: ranked by SHA-256 over label, seed and id', () => {
    const seed = fromDigest(electionSeed(rosterOf(3)))
    const ranked = rosterOf(3)
      .members.map(({ id }) => ({ id, lot: hash('consilium/election/1', seed, Buffer.from(id)) }))
      .sort((a, b) => (a.lot < b.lot ? -1 : 1))
    expect(electCustodians(rosterOf(3), SEATS)).toEqual(ranked.slice(0, SEATS).map(({ id }) => id))
  })

  test('change with the version, with the roster before, and with any key; not with names, certificates or who sat there', () => {
    const seed = electionSeed(rosterOf(2))
    const [first, ...rest] = rosterOf(2).members as [Roster['members'][number], ...Roster['members']]
    const others: Partial<Roster>[] = [
      { version: 3 },
      { previous: digestOf('another') },
      { federation: 'other' },
      { members: rest },
      { members: [{ ...first, signKey: new Uint8Array(32) }, ...rest] },
    ]
    for (const change of others) expect(electionSeed({ ...rosterOf(2), ...change })).not.toBe(seed)
    const same: Partial<Roster>[] = [
      { custodians: [first.id] },
      { corrupt: 1 },
      { members: [{ ...first, name: 'called otherwise', tlsKey: digestOf('new') }, ...rest] },
    ]
    for (const change of same) expect(electionSeed({ ...rosterOf(2), ...change })).toBe(seed)
  })

  test('are each member about equally often, whichever key the first member makes', () => {
    const draws = 2000
    const counts = new Map<string, number>()
    for (let i = 0; i < draws; i++) for (const id of electCustodians(rosterOf(1, String(i)), SEATS)) counts.set(id, (counts.get(id) ?? 0) + 1)
    const expected = (draws * SEATS) / MEMBERS
    expect(counts.size).toBe(MEMBERS)
    // Chi-square with 39 degrees of freedom (less here: seats are drawn without replacement): above 80 once in 10,000.
    const chi = [...counts.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
    expect(chi).toBeLessThan(80)
  })

  test('whoever reads a roster can tell whether it is what the draw gives, in its order', () => {
    const drawn = electCustodians(rosterOf(2), SEATS)
    expect(areElected({ ...rosterOf(2), custodians: drawn })).toBe(true)
    expect(areElected({ ...rosterOf(2), custodians: [...drawn].reverse() })).toBe(false)
    expect(areElected({ ...rosterOf(2), custodians: electCustodians(rosterOf(1), SEATS) })).toBe(false)
  })

  test('cannot be more than there are members', () => {
    expect(codeFrom(() => electCustodians({ ...rosterOf(1), members: rosterOf(1).members.slice(0, 6) }, SEATS))).toBe('BAD_PARAMETERS')
  })
})
