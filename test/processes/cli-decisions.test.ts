// What a hospital's person types: what waits, in plain words; approve and refuse by the beginning of a hash; the policy held against a file.
// The site's folder is made as the daemon leaves it: a journal, and what was asked.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { createDecisionFiles, decisionFolder } from '../../client/decision-files.ts'
import { askedJob } from '../../client/decisions.ts'
import { type ClientEvent, clientEvent } from '../../client/events.ts'
import { createVirtualClock } from '../../core/clock.ts'
import { decode, encode } from '../../core/codec.ts'
import { EXIT } from '../../core/errors.ts'
import type { Digest } from '../../core/ids.ts'
import { silentLog } from '../../core/log.ts'
import { openSqliteStore } from '../../core/store/sqlite.ts'
import { jobHash, jobSpec, type Roster, roster, rosterHash, signedPlan } from '../../privacy/messages.ts'
import { signRoster } from '../../privacy/roster.ts'
import { publicSignKey } from '../../privacy/signatures.ts'
import { rosterBundle } from '../../proto/messages.ts'
import { FEATURES, FIRST, firstPlan, following, idsOf, memberOf, signKeyOf, specOf, specSignature } from '../client/asked-things.ts'
import { testJob } from '../support/hospitals.ts'
import { createChildren, type Ended } from './children.ts'

const place = mkdtempSync(join(tmpdir(), 'consilium-person-'))
const children = createChildren(join(place, 'compiled'))
let config: string
const POLICY = {
  exact: { cellPersons: 1, cellHospitals: 1 },
  minCohort: 4,
  corrupt: 2,
  featureSets: ['synthetic/1'],
  tasks: {
    describe: { privacy: ['exact'] },
    logistic: { privacy: ['exact'], consent: 'automatic' },
    evaluate: { privacy: ['exact'] },
    fedavg: { privacy: ['none'] },
  },
}
const configured = (name: string, policy: object): string => {
  const file = join(place, `${name}.yaml`)
  const site = {
    hospital: 'alpha',
    name: 'Hospital alpha',
    data: 'data',
    passphraseFile: 'p',
    invitation: 'i',
    source: { kind: 'csv', path: 'c' },
    featureSet: 'claim/1',
  }
  writeFileSync(file, stringify({ ...site, policy }))
  return file
}
const data = (): string => join(place, 'data')
const folder = (): string => decisionFolder(data())
const SPEC = specOf()
const JOB = jobHash(SPEC)
const PLAN = firstPlan(SPEC)
const ASKED = encode(askedJob, { spec: SPEC, signature: specSignature(SPEC), plan: PLAN })
const NEXT = following(FIRST, { members: [...FIRST.members, memberOf('zeta')] })
const bundleOf = (proposed: Roster): Uint8Array => {
  const [alpha, beta] = idsOf('alpha', 'beta') as [(typeof proposed.custodians)[number], (typeof proposed.custodians)[number]]
  const forged = { signer: alpha, signature: new Uint8Array(64) }
  const signatures = [forged, signRoster(proposed, beta, signKeyOf('beta').privateKey)]
  return encode(rosterBundle, { chain: [{ roster: encode(roster, FIRST), signatures: [] }], proposed: { roster: encode(roster, proposed), signatures } })
}
const ask = (matter: 'job' | 'roster', hash: Digest, bytes: Uint8Array): void => {
  using files = createDecisionFiles({ folder: folder(), clock: createVirtualClock(), log: silentLog() })
  files.ask(matter, hash, bytes)
}

beforeAll(async () => {
  config = configured('hospital', POLICY)
  mkdirSync(data(), { mode: 0o700 })
  const [alpha] = idsOf('alpha') as [(typeof FIRST.custodians)[number]]
  const events: readonly ClientEvent[] = [
    {
      kind: 'enrolled',
      hospital: alpha,
      name: 'Hospital alpha',
      address: 'localhost:1',
      coordinatorKey: FIRST.coordinatorKey,
      signKey: publicSignKey(signKeyOf('alpha').privateKey),
      certificate: new Uint8Array(3),
    },
    { kind: 'rostersPinned', rosters: [FIRST] },
  ]
  await using store = openSqliteStore(data())
  for (const [i, event] of events.entries()) await store.append(event.kind, encode(clientEvent, event), i)
})
beforeEach(() => rmSync(folder(), { recursive: true, force: true }))
afterAll(async () => {
  await children[Symbol.asyncDispose]()
  rmSync(place, { recursive: true, force: true })
})

const run = (...args: readonly string[]): Promise<Ended> => children.consilium('client', ...args).ended
const on = (...args: readonly string[]): Promise<Ended> => run(...args, '--config', config)
/** One line, for people; nothing on standard output unless said. */
async function expectLine(exit: number, pattern: RegExp, ended: Promise<Ended>): Promise<void> {
  const { code, stderr } = await ended
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toMatch(pattern)
  expect(code).toBe(exit)
}

describe('a job', () => {
  test('waits: status says so first, plan show tells it in both languages, and approve ends the waiting', async () => {
    ask('job', JOB, ASKED)
    expect((await on('status')).stdout.split('\n')[0]).toMatch(new RegExp(`^WAITING .*job ${JOB.slice(0, 16)}; consilium client plan show$`))
    const shown = await on('plan', 'show', '--columns')
    expect(shown.code).toBe(EXIT.ok)
    for (const words of ['WAITS FOR A PERSON', JOB, '1. describe', '5 hospitals: alpha', 'f3: f3', `approve --config FILE ${JOB.slice(0, 16)}`])
      expect(shown.stdout).toContain(words)
    expect(shown.stdout).toContain('tasks that wait for a person: describe, evaluate, fedavg')
    expect((await on('plan', 'show', '--lang', 'zh')).stdout).toMatch(/等待批准[\s\S]*5 家医院/)
    const approved = await on('plan', 'approve', JOB.slice(0, 8))
    expect(approved.stdout).toMatch(new RegExp(`^job ${JOB.slice(0, 16)} approved by .+ at `))
    expect(JSON.parse(readFileSync(join(folder(), `job-${JOB}.decision`), 'utf8'))).toMatchObject({ decision: 'approve' })
    expect((await on('status')).stdout).not.toContain('WAITING')
    expect((await on('plan', 'show')).stdout).toMatch(/No job waits/)
  })
  test('refused: is shown as refused, approved only with --change, and then not refused again', async () => {
    ask('job', JOB, ASKED)
    expect((await on('plan', 'refuse', JOB)).code).toBe(EXIT.ok)
    expect((await on('plan', 'show')).stdout).toMatch(new RegExp(`Refused\\n +job ${JOB.slice(0, 16)} refused by`))
    await expectLine(EXIT.usage, /^consilium: DECIDED: this job was refused by .*--change/, on('plan', 'approve', JOB))
    expect((await on('plan', 'approve', JOB, '--change')).code).toBe(EXIT.ok)
    await expectLine(EXIT.usage, /^consilium: DECIDED: this job was approved by .* not taken back/, on('plan', 'refuse', JOB))
  })
  test('is named by enough digits, and by no other job', async () => {
    ask('job', JOB, ASKED)
    await expectLine(EXIT.usage, /^consilium: BAD_ID: "\w{7}": expected the first 8/, on('plan', 'approve', JOB.slice(0, 7)))
    await expectLine(EXIT.usage, /^consilium: BAD_ID: /, on('plan', 'approve', '../../etc/passwd'))
    await expectLine(EXIT.usage, /^consilium: NOT_FOUND: no job .* begins with 00000000/, on('plan', 'approve', '00000000'))
    const twin = `${JOB.slice(0, 10)}${'0'.repeat(54)}`
    writeFileSync(join(folder(), `job-${twin}.ask`), 'x')
    await expectLine(EXIT.usage, /^consilium: BAD_ID: 2 jobs begin with/, on('plan', 'approve', JOB.slice(0, 10)))
    expect((await on('plan', 'approve', JOB.slice(0, 12))).code).toBe(EXIT.ok)
  })
  test('whose file is damaged, or is another job, is neither shown nor decided', async () => {
    ask('job', JOB, ASKED)
    const other = specOf(testJob(FEATURES))
    const file = join(folder(), `job-${JOB}.ask`)
    for (const bytes of [ASKED.slice(0, 100), encode(askedJob, { spec: other, signature: specSignature(other), plan: PLAN })]) {
      writeFileSync(file, bytes)
      await expectLine(EXIT.data, /^consilium: BAD_DATA: .*is damaged/, on('plan', 'show'))
      await expectLine(EXIT.data, /^consilium: BAD_DATA: .*is damaged/, on('plan', 'approve', JOB))
    }
    expect(readdirSync(folder())).toEqual([`job-${JOB}.ask`])
  })
  test('whose decision is damaged gives one line that names the file', async () => {
    ask('job', JOB, ASKED)
    writeFileSync(join(folder(), `job-${JOB}.decision`), '{')
    for (const command of [['plan', 'show'], ['status'], ['plan', 'approve', JOB]])
      await expectLine(EXIT.data, new RegExp(`^consilium: BAD_DATA: .*job-${JOB}\\.decision is not a decision`), on(...command))
  })
})

describe('a roster', () => {
  test('without a proposal the one agreed to is shown', async () => {
    const { stdout, code } = await on('roster', 'show')
    expect(code).toBe(EXIT.ok)
    for (const words of ['THE ROSTER NOW', 'Roster version 1 of region', 'any 3 of the 5 custodians', rosterHash(FIRST)]) expect(stdout).toContain(words)
    expect(stdout).not.toContain('PROPOSAL')
  })
  test('a version that others agreed before this site came to it is shown and decided like a proposal', async () => {
    const hash = rosterHash(NEXT)
    const { chain, proposed } = decode(rosterBundle, bundleOf(NEXT))
    if (!proposed) throw new Error('no proposal')
    const later = following(NEXT, { custodians: idsOf('alpha', 'beta', 'delta', 'gamma'), corrupt: 1 })
    ask('roster', hash, encode(rosterBundle, { chain: [...chain, proposed], proposed: { roster: encode(roster, later), signatures: [] } }))
    expect((await on('roster', 'show')).stdout).toContain('joins: zeta')
    expect((await on('roster', 'approve', hash.slice(0, 9))).code).toBe(EXIT.ok)
  })
  test('a proposal: who joins, whose signatures hold, and a decision', async () => {
    const hash = rosterHash(NEXT)
    ask('roster', hash, bundleOf(NEXT))
    expect((await on('status')).stdout.split('\n')[0]).toContain('consilium client roster show')
    const { stdout } = await on('roster', 'show')
    for (const words of [
      'A PROPOSAL WAITS FOR A PERSON',
      'follows version 1',
      'joins: zeta (Hospital zeta)',
      '1 of 5 current members had signed (beta); 3 are needed',
    ])
      expect(stdout).toContain(words)
    expect((await on('roster', 'refuse', hash.slice(0, 9))).stdout).toMatch(/^roster .* refused by/)
    expect((await on('roster', 'show')).stdout).not.toContain('PROPOSAL')
    expect(existsSync(join(folder(), `roster-${hash}.decision`))).toBe(true)
  })
})

describe('policy check', () => {
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(place, name), content)
    return join(place, name)
  }
  const JOB_YAML = stringify({
    minCohort: 4,
    stepSeconds: 60,
    inputs: { featureSet: 'claim/1', boundary: '2025-12', splitSeed: 's', heldOutPercent: 30, rowCap: 1000 },
    stages: [{ name: 'describe', task: 'describe', privacy: 'exact' }],
  })
  const strict = () => configured('strict', { ...POLICY, minCohort: 5, tasks: { describe: { privacy: ['exact'] } } })

  test('what is asked of a person, a specification, a plan of a job that was asked: each rule is told, exit 0', async () => {
    ask('job', JOB, ASKED)
    const files = [
      file('job.ask', ASKED),
      file('spec', encode(jobSpec, SPEC)),
      file('signed-spec', Buffer.concat([encode(jobSpec, SPEC), specSignature(SPEC)])),
    ]
    for (const path of files) {
      const { stdout, code } = await on('policy', 'check', path)
      expect(code).toBe(EXIT.ok)
      expect(stdout).toContain('[allowed] privacy: task fedavg with privacy none')
    }
    const { stdout, code } = await on('policy', 'check', file('plan', encode(signedPlan, PLAN)), '--lang', 'zh')
    expect(stdout).toContain('［允许］minCohort：')
    expect(code).toBe(EXIT.ok)
  })
  test('what the policy does not allow: exit 7, the rules by name', async () => {
    const ended = run('policy', 'check', file('job.ask', ASKED), '--config', strict())
    expect((await ended).stdout).toContain('[NOT ALLOWED] tasks: task logistic: allowed are describe')
    await expectLine(EXIT.policy, /^consilium: POLICY: \d rules do not allow it: tasks, minCohort$/, ended)
  })
  test('a job in YAML, alone or in the configuration of a coordinator', async () => {
    const alone = file('job.yaml', JOB_YAML)
    const whole = file('coordinator.yaml', `federation: x\njob:\n${JOB_YAML.replace(/^/gm, '  ')}\n`)
    const allowed = configured('claims', { ...POLICY, featureSets: ['claim/1'] })
    for (const path of [alone, whole]) {
      expect((await run('policy', 'check', path, '--config', allowed)).code).toBe(EXIT.ok)
      await expectLine(EXIT.policy, /^consilium: POLICY: 1 rule does not allow it: featureSets$/, on('policy', 'check', path))
    }
  })
  test('a plan of a job that nobody has shown is not allowed: its stages cannot be held against the policy', async () => {
    await expectLine(EXIT.policy, /POLICY: .*specification$/, on('policy', 'check', file('plan', encode(signedPlan, PLAN))))
  })
  test('a file that is none of these, or not there', async () => {
    await expectLine(EXIT.data, /^consilium: BAD_DATA: .*noise is neither/, on('policy', 'check', file('noise', new Uint8Array(64))))
    await expectLine(EXIT.data, /^consilium: BAD_DATA: .*nowhere cannot be read/, on('policy', 'check', join(place, 'nowhere')))
    await expectLine(EXIT.config, /^consilium: BAD_CONFIG: .*stages is missing/, on('policy', 'check', file('half.yaml', 'minCohort: 4\n')))
  })
})
