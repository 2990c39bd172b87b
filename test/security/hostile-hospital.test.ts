// A hostile hospital, alone or with the coordinator: each attack between real processes, refused with every defence on, successful with the one it targets off.
import { describe, expect, test } from 'vitest'
import { ATTACKS } from './attacks/index.ts'
import { expectRefused, expectSuccess } from './both-ways.ts'
import { attack as liePastClip } from './limits/lie-past-clip.ts'
import { attack as silentCustodian } from './limits/silent-custodian.ts'

const attacks = ATTACKS.filter(({ attack }) => attack.by === 'hospital')
test('there are attacks', () => expect(attacks.length).toBeGreaterThan(0))

describe.concurrent.each(attacks.map((listed) => [listed.attack.title, listed] as const))('%s', (_, listed) => {
  const { defence, refused } = listed.attack
  test(`is refused: ${refused.code}`, () => expectRefused(listed))
  if (defence !== null) test(`succeeds without ${defence}`, () => expectSuccess(listed, defence))
})

// Nobody refuses here: what the protocol does not find, and what it need not.
const limit = (name: string): string => new URL(`./limits/${name}.ts`, import.meta.url).href
test(liePastClip.title, () => expectRefused({ name: 'lie-past-clip', url: limit('lie-past-clip'), attack: liePastClip }))
test(silentCustodian.title, () => expectRefused({ name: 'silent-custodian', url: limit('silent-custodian'), attack: silentCustodian }))
