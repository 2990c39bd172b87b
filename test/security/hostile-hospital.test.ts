// A hostile hospital, alone or with the coordinator: each attack between real processes, refused with every defence on, successful with the one it targets off.
import { describe, expect, test } from 'vitest'
import { ATTACKS } from './attacks/index.ts'
import { expectRefused, expectSuccess } from './both-ways.ts'

const attacks = ATTACKS.filter(({ attack }) => attack.by === 'hospital')
test('there are attacks', () => expect(attacks.length).toBeGreaterThan(0))

describe.concurrent.each(attacks.map((listed) => [listed.attack.title, listed] as const))('%s', (_, listed) => {
  const { defence, refused } = listed.attack
  test(`is refused: ${refused.code}`, () => expectRefused(listed))
  if (defence !== null) test(`succeeds without ${defence}`, () => expectSuccess(listed, defence))
})
