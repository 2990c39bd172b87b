// The page of attacks is current, and attacks and defences belong together.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { root } from '../architecture/graph.ts'
import { ATTACKS } from './attacks/index.ts'
import { attacksPage, defencesInCode } from './write-table.ts'

test('docs/attacks.md is what the attacks say', () => expect(readFileSync(`${root}docs/attacks.md`, 'utf8')).toBe(attacksPage()))

test('every defence that an attack targets stands in the code', () => {
  const standing = defencesInCode()
  expect(ATTACKS.flatMap(({ name, attack }) => (attack.defence === null || standing.has(attack.defence) ? [] : [`${name}: ${attack.defence}`]))).toEqual([])
})

test('every defence that can be switched off is the target of an attack', () => {
  const targets = new Set(ATTACKS.map(({ attack }) => attack.defence))
  expect([...defencesInCode().keys()].filter((name) => !targets.has(name))).toEqual([])
})
