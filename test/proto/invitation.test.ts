import { inspect } from 'node:util'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { stringify } from 'yaml'
import { SecretBytes } from '../../core/secret.ts'
import { createAuthority } from '../../proto/certificates.ts'
import { formatInvitation, parseInvitation } from '../../proto/invitation.ts'
import { ALPHA } from './federation.ts'

const TOKEN = '5a'.repeat(32)
let fields: Record<string, unknown>
beforeAll(async () => {
  fields = { federation: 'Province', hospital: 'alpha', enrolmentAddress: 'coordinator.example:7443', caPem: (await createAuthority('x')).caPem, token: TOKEN }
})
const complaintOf = (text: string): string => {
  try {
    parseInvitation(text)
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAD_CONFIG' })
    return (error as Error).message
  }
  throw new Error('it was accepted')
}
const withField = (change: Record<string, unknown>): string => stringify({ ...fields, ...change })

test('an invitation is read as it was written, from YAML and from JSON', () => {
  const invitation = {
    federation: 'Province',
    hospital: ALPHA,
    enrolmentAddress: 'coordinator.example:7443',
    caPem: String(fields['caPem']),
    token: new SecretBytes(new Uint8Array(32).fill(0x5a)),
  }
  for (const text of [formatInvitation(invitation), JSON.stringify(fields)]) {
    const { token, ...rest } = parseInvitation(text)
    expect(rest).toEqual({ federation: 'Province', hospital: 'alpha', enrolmentAddress: 'coordinator.example:7443', caPem: fields['caPem'] })
    expect(Buffer.from(token.reveal()).toString('hex')).toBe(TOKEN)
  }
})

test('the token prints nowhere: not inspected, not as JSON, not in a complaint', () => {
  const invitation = parseInvitation(stringify(fields))
  expect(inspect(invitation) + JSON.stringify(invitation)).not.toContain('5a5a')
  for (const text of [withField({ token: `${TOKEN}zz` }), withField({ hospital: '!' }), `${stringify(fields)}\n: {[`])
    expect(complaintOf(text)).not.toContain('5a5a')
})

describe('what is wrong is named in one line: key, value, what is allowed', () => {
  test.each([
    [{ hospital: 'Alpha Hospital' }, /hospital \(is "Alpha Hospital"\): expected a-z, 0-9 and -/],
    [{ enrolmentAddress: 'coordinator.example' }, /enrolmentAddress \(is "coordinator.example"\): expected host:port/],
    [{ token: 'abc' }, /token: expected 64 hexadecimal digits/],
    [{ caPem: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n' }, /caPem: expected one PEM certificate/],
    [{ federation: undefined }, /federation: missing/],
    [{ passphrase: 'x' }, /unknown key passphrase: allowed are federation, hospital, enrolmentAddress, caPem, token/],
    [{ hospital: 17 }, /hospital \(is 17\)/],
  ])('%j', (change, message) => {
    const complaint = complaintOf(withField(change))
    expect(complaint).toMatch(message)
    expect(complaint).not.toContain('\n')
  })
  test.each(['', '[]', '17', 'a: *b', ': [', `x: ${'y'.repeat(70_000)}`])('%.20s', (text) => {
    expect(complaintOf(text)).toMatch(/^invitation/)
  })
})

test('a file that the YAML parser would warn about is refused in silence: its warnings quote the line, and the token with it', () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
  expect(complaintOf(withField({}).replace(/token: .*/, `token: !${TOKEN} x`))).not.toContain(TOKEN)
  expect(warned).not.toHaveBeenCalled()
})
