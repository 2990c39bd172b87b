import { format, inspect } from 'node:util'
import { serialize } from 'node:v8'
import { describe, expect, test } from 'vitest'
import { createLog } from '../../core/log.ts'
import { SecretBytes } from '../../core/secret.ts'

const KEY = Uint8Array.from({ length: 32 }, (_, i) => 200 + i)
/** Every way in which the bytes could be read off a text: numbers, hexadecimal, base64, raw. */
const TRACES = ['200,201', '200, 201', '200,\n', 'c8c9ca', 'yMnKy8z', '\xc8\xc9', '"0":200']
const expectSilent = (text: string): void => {
  for (const trace of TRACES) expect(text).not.toContain(trace)
}

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = []
  write(createLog({ name: 'test', level: 'trace', destination: { write: (line: string) => void lines.push(line) } }))
  return lines.join('')
}

describe('secret bytes print nothing', () => {
  const secret = new SecretBytes(KEY.slice())
  const ways: readonly (readonly [string, () => string])[] = [
    ['in a template', () => `${secret}`],
    ['in a concatenation', () => ['', secret].join('-')],
    ['in JSON', () => JSON.stringify({ secret, list: [secret] })],
    ['in the inspector', () => inspect({ deep: { secret } }, { depth: 9, showHidden: true })],
    ['in the inspector without custom inspection', () => inspect(secret, { customInspect: false, showHidden: true, depth: 9 })],
    ['in a format', () => format('%s %o %O %j %d', secret, secret, secret, secret, secret)],
    ['as keys and values', () => JSON.stringify([Object.keys(secret), Object.entries(secret), { ...secret }])],
    ['in a structured clone', () => inspect(structuredClone(secret), { showHidden: true, depth: 9 })],
    ['serialised', () => serialize(secret).toString('latin1')],
    ['as an error message', () => String(new Error(`${secret}`))],
    ['in a log', () => logged((log) => log.info({ secret, holder: { inner: secret } }, `${secret}`))],
  ]
  test.each(ways)('%s', (_, print) => expectSilent(print()))

  test('the traces that are looked for are those that plain bytes would leave', () => {
    expect(TRACES.some((trace) => JSON.stringify({ ...KEY }).includes(trace))).toBe(true)
    expect(TRACES.some((trace) => inspect(KEY).includes(trace))).toBe(true)
    expect(TRACES.some((trace) => serialize(KEY).toString('latin1').includes(trace))).toBe(true)
  })
})

test('secret bytes are revealed on request and wiped when disposed of', () => {
  const bytes = KEY.slice()
  {
    using secret = new SecretBytes(bytes)
    expect(secret.reveal()).toEqual(KEY)
  }
  expect(bytes).toEqual(new Uint8Array(32))
})

test('the log censors fields that are named like secrets, at the top and one below', () => {
  const out = logged((log) =>
    log.info({ key: 'k-200', token: 't-200', job: { passphrase: 'p-200', vector: [1, 2], shares: [3] }, rows: [{ id: 'r-200' }] }, 'step'),
  )
  for (const trace of ['k-200', 't-200', 'p-200', '[1,2]', '[3]', 'r-200']) expect(out).not.toContain(trace)
  expect(JSON.parse(out)).toMatchObject({ name: 'test', msg: 'step', key: '[secret]', job: { passphrase: '[secret]', vector: '[secret]' } })
})
