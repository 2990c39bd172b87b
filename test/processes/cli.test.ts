// What a person meets at the prompt: help for every command, and one clear line with a code, and its exit code, for whatever is wrong.
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EXIT } from '../../core/errors.ts'
import type { HospitalId } from '../../core/ids.ts'
import { createChildren, type Ended } from './children.ts'
import { INPUTS, makePlaces, type Places } from './places.ts'

const children = createChildren()
let places: Places
let site: HospitalId
let other: HospitalId
beforeAll(async () => {
  places = await makePlaces({
    claims: 500,
    job: { minCohort: 3, stepSeconds: 20, inputs: INPUTS, stages: [{ name: 'describe', task: 'describe', privacy: 'exact' }] },
  })
  ;[site, other] = places.hospitals as unknown as [HospitalId, HospitalId]
  // The first start makes the authority and the invitations.
  const coordinator = children.consilium('coordinator', 'start', '--config', places.config('coordinator'), '--progress', 'json')
  await new Promise<void>((resolve) => coordinator.onChange(() => resolve()))
  expect(coordinator.records[0]).toMatchObject({ kind: 'listening' })
  coordinator.signal('SIGTERM')
  expect((await coordinator.ended).code).toBe(EXIT.ok)
})
afterAll(async () => {
  await children[Symbol.asyncDispose]()
  places?.[Symbol.dispose]()
})
const run = (...args: readonly string[]): Promise<Ended> => children.consilium(...args).ended

describe('help', () => {
  const commands: readonly (readonly [readonly string[], readonly string[]])[] = [
    [[], ['coordinator', 'client', 'simulate', 'demo', 'Exit codes: 0 done']],
    [['coordinator'], ['start']],
    [
      ['coordinator', 'start'],
      ['--config', '--progress', 'invitation'],
    ],
    [['client'], ['start', 'score', 'status', 'egress', 'plan', 'roster', 'policy']],
    [
      ['client', 'plan', 'show'],
      ['--config', '--lang', '--columns', 'in plain words'],
    ],
    [
      ['client', 'plan', 'approve'],
      ['--config', '--change', 'hash'],
    ],
    [['client', 'plan', 'refuse'], ['--config']],
    [
      ['client', 'roster', 'show'],
      ['--config', '--lang'],
    ],
    [
      ['client', 'roster', 'approve'],
      ['--config', 'hash'],
    ],
    [
      ['client', 'policy', 'check'],
      ['--config', 'plan', 'exit code 0'],
    ],
    [
      ['client', 'start'],
      ['--config', '--progress'],
    ],
    [
      ['client', 'score'],
      ['--input', '--out', '--stage', '--boundary'],
    ],
    [['client', 'status'], ['--config']],
    [['client', 'egress'], ['--json']],
    [
      ['simulate', 'data'],
      ['--out', '--seed', '--claims', '--hospitals'],
    ],
    [['demo'], ['--data', '--path', '--json']],
  ]
  test.each(commands)('%j says what it does and what it takes', async (command, words) => {
    const { code, stdout, stderr } = await run(...command, '--help')
    expect(code).toBe(EXIT.ok)
    expect(stderr).toBe('')
    for (const word of [...command, ...words]) expect(stdout).toContain(word)
  })

  test.each([
    [['no-such-command']],
    [['client']],
    [['client', 'start']],
    [['client', 'plan']],
    [['client', 'plan', 'approve', '--config', 'x']],
    [['client', 'start', '--config', 'x', '--no-such-option']],
  ])('%j is wrong use: the message names it, exit code 2', async (command) => {
    const { code, stdout, stderr } = await run(...command)
    expect(code).toBe(EXIT.usage)
    expect(stdout).toBe('')
    expect(stderr).toContain('--help')
  })
})

describe('what is wrong is said in one line with a code', () => {
  /** One line, for people; no stack. */
  async function expectLine(exit: number, pattern: RegExp, ...args: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await run(...args)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toMatch(pattern)
    expect(stdout).toBe('')
    expect(code).toBe(exit)
  }
  const start = (file: string): readonly string[] => ['client', 'start', '--config', file]
  const changed = (name: string, change: (file: Record<string, unknown>) => Record<string, unknown>): string => places.changed(site, `${name}.yaml`, change)

  test('a file that is not there', async () => {
    await expectLine(EXIT.config, /^consilium: BAD_CONFIG: .*nowhere\.yaml: ENOENT/, ...start(join(places.folder, 'nowhere.yaml')))
  })
  test('a file that is not YAML', async () => {
    const file = join(places.folder, 'broken.yaml')
    writeFileSync(file, 'hospital: [renmin\nname: x')
    await expectLine(EXIT.config, /^consilium: BAD_CONFIG: .*broken\.yaml: /, ...start(file))
  })
  test('an unknown key, with its path', async () => {
    const file = changed('unknown', (c) => ({ ...c, policy: { ...(c.policy as object), minCohrt: 3 } }))
    await expectLine(EXIT.config, /unknown key policy\.minCohrt/, ...start(file))
  })
  test('a wrong value, with the key, the value and what is allowed', async () => {
    const file = changed('value', (c) => ({ ...c, policy: { ...(c.policy as object), minCohort: 2 } }))
    await expectLine(EXIT.config, /policy\.minCohort is 2: .*3/, ...start(file))
    const kind = changed('privacy', (c) => ({ ...c, policy: { ...(c.policy as object), tasks: { describe: { privacy: ['secret'], consent: 'automatic' } } } }))
    await expectLine(EXIT.config, /policy\.tasks\.describe\.privacy\.0 is "secret": .*exact.*none/, ...start(kind))
  })
  test('a missing key', async () => {
    const file = changed('missing', ({ passphraseFile: _, ...rest }) => rest)
    await expectLine(EXIT.config, /passphraseFile is missing/, ...start(file))
  })
  test('custodians and f that no row of the table has', async () => {
    const file = places.changed('coordinator', 'table.yaml', (c) => ({ ...c, corrupt: 2 }))
    await expectLine(EXIT.config, /corrupt is 2: custodians and corrupt must be one of 4 and 1, 5 and 2/, 'coordinator', 'start', '--config', file)
  })
  test('a coordinator whose store was founded with other hospitals', async () => {
    const file = places.changed('coordinator', 'founded.yaml', (c) => ({ ...c, federation: 'another' }))
    const { code, stderr } = await run('coordinator', 'start', '--config', file)
    expect(stderr).toMatch(/consilium: BAD_CONFIG: the store was founded with another federation/)
    expect(code).toBe(EXIT.config)
  })
  test('a passphrase that does not open the key store', async () => {
    const passphrase = join(places.folder, 'coordinator', 'wrong-passphrase')
    writeFileSync(passphrase, 'not the one\n', { mode: 0o600 })
    const file = places.changed('coordinator', 'passphrase.yaml', (c) => ({ ...c, passphraseFile: 'wrong-passphrase' }))
    await expectLine(EXIT.identity, /^consilium: WRONG_PASSPHRASE: /, 'coordinator', 'start', '--config', file)
  })
  test('a passphrase file that is not there', async () => {
    await expectLine(EXIT.config, /BAD_CONFIG: .*no-passphrase/, ...start(changed('nopass', (c) => ({ ...c, passphraseFile: 'no-passphrase' }))))
  })
  test('an invitation that is not there, or is no invitation', async () => {
    await expectLine(
      EXIT.config,
      /BAD_CONFIG: invitation .*none\.yaml cannot be read/,
      ...start(changed('uninvited', (c) => ({ ...c, invitation: 'none.yaml' }))),
    )
    const file = join(places.folder, 'not-an-invitation.yaml')
    writeFileSync(file, 'federation: test\n', { mode: 0o600 })
    await expectLine(EXIT.config, /BAD_CONFIG: .*invitation/, ...start(changed('noinvitation', (c) => ({ ...c, invitation: file }))))
  })
  test('the invitation of another hospital', async () => {
    const file = changed('foreign', (c) => ({ ...c, invitation: places.invitation(other) }))
    await expectLine(EXIT.config, new RegExp(`BAD_CONFIG: invitation .* is for ${other}, the configuration for ${site}`), ...start(file))
  })
  test('a setting that is only for tests', async () => {
    process.env.INSECURE_TEST_CLEAR_CIPHER = '1'
    try {
      await expectLine(EXIT.config, /^consilium: TEST_ONLY: INSECURE_TEST_CLEAR_CIPHER is set/, ...start(places.config(site)))
      await expectLine(EXIT.config, /^consilium: TEST_ONLY: /, 'coordinator', 'start', '--config', places.config('coordinator'))
    } finally {
      delete process.env.INSECURE_TEST_CLEAR_CIPHER
    }
    process.env.INSECURE_TEST_DEFENCES_OFF = 'roll-distinct'
    try {
      await expectLine(EXIT.config, /^consilium: TEST_ONLY: INSECURE_TEST_DEFENCES_OFF is set/, ...start(places.config(site)))
      await expectLine(EXIT.config, /^consilium: TEST_ONLY: /, 'coordinator', 'start', '--config', places.config('coordinator'))
    } finally {
      delete process.env.INSECURE_TEST_DEFENCES_OFF
    }
  })
  test('status, egress and score of a site that was never started', async () => {
    const file = places.changed(other, 'fresh.yaml', (c) => ({ ...c, data: 'fresh' }))
    for (const command of ['status', 'egress', 'score'])
      await expectLine(EXIT.usage, /^consilium: NOT_FOUND: this site has no journal yet/, 'client', command, '--config', file)
    // Looking leaves no folder behind that would look like a site.
    expect(existsSync(join(places.folder, other, 'fresh', 'keys.json'))).toBe(false)
  })
  test('simulated data that cannot be made', async () => {
    await expectLine(EXIT.config, /BAD_CONFIG: region: .*claims/, 'simulate', 'data', '--out', join(places.folder, 'never'), '--claims', '3')
    rmSync(join(places.folder, 'never'), { recursive: true, force: true })
  })
})
