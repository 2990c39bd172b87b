// What waits for a person and what was decided, on disk: any order of asking and deciding, kills, damaged files, and who is told.
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createDecisionFiles, decide, decisionFolder, listAsked, readAsked, readDecision } from '../../client/decision-files.ts'
import type { Decision, Matter } from '../../client/decisions.ts'
import { createVirtualClock } from '../../core/clock.ts'
import { hash } from '../../core/codec.ts'
import { createLog } from '../../core/log.ts'

// The one call between a file that is written and a file that is there: a kill in between is this call not happening.
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>()
  return { ...real, renameSync: vi.fn(real.renameSync) }
})

let data: string
let folder: string
let lines: string[]
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'consilium-decisions-'))
  folder = decisionFolder(data)
  lines = []
})
afterEach(() => {
  vi.mocked(renameSync).mockClear()
  rmSync(data, { recursive: true, force: true })
})
const JOB = hash('test', Buffer.from('job'))
const OTHER = hash('test', Buffer.from('other'))
const BODY = Buffer.from('canonical bytes')
const log = () => createLog({ name: 'test', destination: { write: (line) => void lines.push(line) } })
const open = (clock = createVirtualClock()) => createDecisionFiles({ folder, clock, log: log() })
const say = (decision: Decision, more: { matter?: Matter; hash?: typeof JOB; change?: boolean } = {}) =>
  decide(folder, { matter: 'job', hash: JOB, decision, user: 'anna', nowMs: 0, change: false, ...more })

test('what is asked is kept as it is, for the user of the daemon alone, and waits', () => {
  using files = open()
  files.ask('job', JOB, BODY)
  expect(files.get('job', JOB)).toBeNull()
  expect(Buffer.from(readAsked(folder, 'job', JOB))).toEqual(BODY)
  expect(listAsked(folder)).toMatchObject([{ matter: 'job', hash: JOB, decided: null }])
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  say('approve')
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder).sort()).toEqual([`job-${JOB}.ask`, `job-${JOB}.decision`])
})

test('a decision names who and when, in one line, and survives a restart', () => {
  {
    using files = open()
    files.ask('job', JOB, BODY)
  }
  say('approve')
  const text = readFileSync(join(folder, `job-${JOB}.decision`), 'utf8')
  expect(text.trim().split('\n')).toHaveLength(1)
  expect(JSON.parse(text)).toEqual({ decision: 'approve', time: '1970-01-01T00:00:00.000Z', user: 'anna' })
  using files = open()
  expect(files.get('job', JOB)).toBe('approve')
})

test('a roster and a job of one hash are two matters', () => {
  using files = open()
  files.ask('job', JOB, BODY)
  files.ask('roster', JOB, BODY)
  say('refuse', { matter: 'roster' })
  expect([files.get('job', JOB), files.get('roster', JOB)]).toEqual([null, 'refuse'])
})

test('nobody decides on what was never shown', () => {
  using files = open()
  files.ask('job', JOB, BODY)
  expect(() => say('approve', { hash: OTHER })).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
  expect(files.get('job', OTHER)).toBeNull()
})

test('bytes that arrive later are shown while nobody has decided; afterwards what was decided on stays', () => {
  using files = open()
  files.ask('job', JOB, BODY)
  files.ask('job', JOB, Buffer.from('with one signature more'))
  expect(Buffer.from(readAsked(folder, 'job', JOB)).toString()).toBe('with one signature more')
  say('approve')
  files.ask('job', JOB, BODY)
  expect(Buffer.from(readAsked(folder, 'job', JOB)).toString()).toBe('with one signature more')
})

test('a person is called once a life of the daemon, and not after deciding', () => {
  const calls = () => lines.filter((line) => line.includes('waiting for a person: consilium client plan show'))
  for (const expected of [1, 2]) {
    using files = open()
    files.ask('job', JOB, BODY)
    files.ask('job', JOB, BODY)
    expect(calls()).toHaveLength(expected)
  }
  say('refuse')
  using files = open()
  files.ask('job', JOB, BODY)
  expect(calls()).toHaveLength(2)
})

describe('any order of asking, deciding, restarting and dying', () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constant('ask' as const), dies: fc.boolean() }),
    fc.record({ kind: fc.constant('decide' as const), dies: fc.boolean(), decision: fc.constantFrom<Decision>('approve', 'refuse'), change: fc.boolean() }),
    fc.record({ kind: fc.constant('restart' as const) }),
  )

  test('the first decision on what was shown holds; a refusal alone can be changed; a kill before the rename changes nothing', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 12 }), (operations) => {
        rmSync(folder, { recursive: true, force: true })
        let files = open()
        let shown = false
        let expected: Decision | null = null
        const dying = (dies: boolean, work: () => void): boolean => {
          if (dies)
            vi.mocked(renameSync).mockImplementationOnce(() => {
              throw new Error('killed')
            })
          const before = vi.mocked(renameSync).mock.calls.length
          try {
            work()
          } catch (error) {
            if (dies && error instanceof Error && error.message === 'killed') return false
            throw error
          } finally {
            // Nothing was to be written: nothing died.
            if (dies && vi.mocked(renameSync).mock.calls.length === before) vi.mocked(renameSync).mockReset().mockImplementation(realRename)
          }
          return true
        }
        for (const op of operations) {
          if (op.kind === 'restart') {
            files[Symbol.dispose]()
            files = open()
          } else if (op.kind === 'ask') {
            if (dying(op.dies, () => files.ask('job', JOB, BODY))) shown = true
          } else {
            const allowed = expected === null || expected === op.decision || (expected === 'refuse' && op.change)
            let done = false
            const attempt = (): void => {
              done = dying(op.dies, () => void say(op.decision, { change: op.change }))
            }
            if (!shown) expect(attempt).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
            else if (!allowed) expect(attempt).toThrow(expect.objectContaining({ code: 'DECIDED' }))
            else {
              attempt()
              if (done) expected = op.decision
            }
          }
          expect(files.get('job', JOB)).toBe(expected)
          expect(existsSync(join(folder, `job-${JOB}.ask`))).toBe(shown)
          expect(listAsked(folder).map((a) => a.decided?.decision ?? null)).toEqual(shown ? [expected] : [])
        }
        files[Symbol.dispose]()
      }),
      { numRuns: 150 },
    )
  })
})
const realRename = (await vi.importActual<typeof import('node:fs')>('node:fs')).renameSync

test('an approval is not taken back, and the message says why and what to do', () => {
  using files = open()
  files.ask('job', JOB, BODY)
  say('approve')
  expect(() => say('refuse', { change: true })).toThrow(/approved by anna at 1970.*not taken back.*policy/)
  expect(files.get('job', JOB)).toBe('approve')
})

describe('files that are no decisions', () => {
  test.each([
    ['no JSON', 'approve\n'],
    ['another word', '{"decision":"yes","time":"2026-01-01T00:00:00.000Z","user":"x"}'],
    ['an unknown key', '{"decision":"approve","time":"2026-01-01T00:00:00.000Z","user":"x","plan":1}'],
    ['a long file', ' '.repeat(5000)],
    ['half of one', '{"decision":"appr'],
  ])('%s: the daemon goes on undecided and says so once; the command names the file', (_, text) => {
    using files = open()
    files.ask('job', JOB, BODY)
    files.ask('job', OTHER, BODY)
    say('approve', { hash: OTHER })
    writeFileSync(join(folder, `job-${JOB}.decision`), text)
    expect([files.get('job', JOB), files.get('job', JOB), files.get('job', OTHER)]).toEqual([null, null, 'approve'])
    expect(lines.filter((line) => line.includes('BAD_DATA') && line.includes(JOB))).toHaveLength(1)
    expect(() => readDecision(folder, 'job', JOB)).toThrow(expect.objectContaining({ code: 'BAD_DATA', message: expect.stringContaining(JOB) }))
    expect(() => say('approve')).toThrow(expect.objectContaining({ code: 'BAD_DATA' }))
  })
  test('names that are none of ours are passed over', () => {
    using files = open()
    files.ask('job', JOB, BODY)
    for (const name of ['notes.txt', `plan-${JOB}.ask`, 'job-123.ask', `job-${OTHER}.ask.77.half`]) writeFileSync(join(folder, name), 'x')
    expect(listAsked(folder).map((a) => a.hash)).toEqual([JOB])
  })
})

describe('who is told of a decision', () => {
  test('the operating system tells, without a timer ringing', async () => {
    using files = open()
    files.ask('job', JOB, BODY)
    const told = new Promise<void>((resolve) => files.subscribe(resolve))
    say('approve')
    await told
    expect(files.get('job', JOB)).toBe('approve')
  })
  test('a slow look finds what the operating system did not tell; a listener that ended hears nothing, and no timer is left', () => {
    const clock = createVirtualClock()
    const files = open(clock)
    let [first, second] = [0, 0]
    files.subscribe(() => void first++)
    const end = files.subscribe(() => void second++)
    files.ask('job', JOB, BODY)
    clock.advance()
    clock.advance()
    expect([first, second]).toEqual([0, 0])
    end()
    say('approve')
    // Within one turn of the event loop no file system event can have come.
    clock.advance()
    clock.advance()
    expect([first, second]).toEqual([1, 0])
    files[Symbol.dispose]()
    expect(clock.waiting).toBe(0)
  })
  test('a folder that is taken away stops nobody', () => {
    const clock = createVirtualClock()
    using files = open(clock)
    files.subscribe(() => undefined)
    rmSync(folder, { recursive: true })
    expect(() => clock.advance()).not.toThrow()
    expect(files.get('job', JOB)).toBeNull()
    files.ask('job', JOB, BODY)
    expect(listAsked(folder)).toHaveLength(1)
  })
})
