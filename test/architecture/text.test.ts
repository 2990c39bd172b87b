// What no file of the tree may say.
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { read, root } from './graph.ts'

const BINARY = /\.(png|jpe?g|gif|ico|woff2?|zip|gz|wasm|sqlite|parquet)$/
/** Everything that is or will be committed; not what git ignores. */
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => path !== '' && !BINARY.test(path) && statSync(root + path, { throwIfNoEntry: false })?.isFile() === true)
  .map((path) => ({ path, text: read(path) }))

const linesWith = (pattern: RegExp, among = files): readonly string[] =>
  among.flatMap(({ path, text }) =>
    text
      .split('\n')
      .map((line, i) => ({ line, where: `${path}:${i + 1}` }))
      .filter(({ line }) => pattern.test(line))
      .map(({ line, where }) => `${where} ${line.trim().slice(0, 100)}`),
  )

/** Written apart, so that this file does not say it. */
const word = (...parts: readonly string[]): string => parts.join('')
const machinePath = new RegExp(`(?<![\\w.-])/(${['work', 'tmp', 'root', 'home', 'Users'].join('|')})/`)
const unfinished = new RegExp(`\\b(${[word('TO', 'DO'), word('FIX', 'ME'), word('XX', 'X')].join('|')})\\b`)
const insecure = new RegExp(word('INSECURE', '_TEST_'))

test('the tree is read', () => expect(files.length).toBeGreaterThan(40))

test('no file names a path of one machine', () => expect(linesWith(machinePath)).toEqual([]))

test('no file says that it is unfinished', () => expect(linesWith(unfinished)).toEqual([]))

test('the lock file names no other registry than the public one', () => {
  const hosts = [...read('package-lock.json').matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map((m) => m[1])
  expect(hosts.filter((host) => host !== 'registry.npmjs.org')).toEqual([])
})

test('a setting that is only for tests is named only by tests, and where it is refused', () => {
  const elsewhere = files.filter(({ path, text }) => !path.startsWith('test/') && !path.endsWith('.md') && !text.includes('TEST_ONLY'))
  expect(linesWith(insecure, elsewhere)).toEqual([])
})

test('only tests can turn a defence off', () => {
  const elsewhere = files.filter(({ path }) => !path.startsWith('test/') && path !== 'core/defences.ts')
  expect(linesWith(/\bturnOffForTests\b/, elsewhere)).toEqual([])
})

test('files stay small enough to read', () => {
  const long = files.filter(({ path, text }) => /\.(ts|mjs)$/.test(path) && !path.startsWith('proto/gen/') && text.split('\n').length > 500)
  expect(long.map(({ path }) => path)).toEqual([])
})

test('no file is called a heap of things', () => {
  const heaps = files.filter(({ path }) => /(^|\/)(utils?|helpers?|types|common|misc)(\.ts|\/)/.test(path) && !path.startsWith('proto/gen/'))
  expect(heaps.map(({ path }) => path)).toEqual([])
})

describe('the patterns', () => {
  test.each([word('/', 'tmp/x'), `cd ${word('/', 'work/main')}`, `'${word('/', 'root/.npmrc')}'`])('%s is a path of one machine', (text) =>
    expect(text).toMatch(machinePath),
  )
  test.each(['core/work/threads.ts', '../work/work.ts', 'https://example.org/home', '/tmpfs'])('%s is not', (text) => expect(text).not.toMatch(machinePath))
})
