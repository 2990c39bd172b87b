import { chmodSync, existsSync, linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Keystore, openKeystore, readPassphrase } from '../../core/keystore.ts'
import { SecretBytes } from '../../core/secret.ts'

let folder: string
let file: string
/** A store with the secrets a and b, made once: scrypt is meant to be slow. */
let template: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'consilium-keystore-'))
  file = join(folder, 'keys.json')
  const store = open()
  store.put('a', secret(1))
  store.put('b', secret(2))
  template = readFileSync(file, 'utf8')
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'consilium-keystore-'))
  file = join(folder, 'keys.json')
})
const fromTemplate = (): void => writeFileSync(file, template, { mode: 0o600 })
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const words = (text: string): SecretBytes => new SecretBytes(new Uint8Array(Buffer.from(text)))
const open = (passphrase = 'correct horse'): Keystore => openKeystore(file, words(passphrase))
const secret = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'done'
  } catch (error) {
    return (error as { code: string }).code
  }
}
interface FileForm {
  kdf: { N: number; r: number; p: number; salt: string }
  check: object
  secrets: Record<string, { iv: string; tag: string; data: string }>
}
const stored = (): FileForm => JSON.parse(readFileSync(file, 'utf8'))
const rewrite = (change: (form: FileForm) => unknown): void => {
  const form = stored()
  change(form)
  writeFileSync(file, JSON.stringify(form))
}

describe('a key store', () => {
  test('keeps named secrets across restarts and says null for what it has not', () => {
    const first = open()
    first.put('sign', secret(1))
    first.put('tls', new Uint8Array(Buffer.from('PEM')))
    first.put('sign', secret(2))
    const second = open()
    expect(second.names()).toEqual(['sign', 'tls'])
    expect([second.get('sign')?.reveal(), second.get('nothing')]).toEqual([secret(2), null])
    expect(inspect(second.get('sign'))).toBe('[secret]')
  })

  test('opens with its passphrase alone, also while it is empty of secrets', () => {
    const store = open()
    store.put('a', secret(1))
    store.delete('a')
    expect(store.names()).toEqual([])
    expect(codeOf(() => open('correct horsf'))).toBe('WRONG_PASSPHRASE')
  })

  test('writes nothing readable: no secret, no passphrase; mode 600; at least N = 2^15 recorded', () => {
    open().put('sign', new Uint8Array(Buffer.from('a very recognisable secret')))
    const text = readFileSync(file, 'utf8')
    for (const plain of ['recognisable', Buffer.from('recognisable').toString('hex'), 'horse', Buffer.from('horse').toString('hex')])
      expect(text).not.toContain(plain)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(stored().kdf.N).toBeGreaterThanOrEqual(2 ** 15)
    expect(readdirSync(folder)).toEqual(['keys.json'])
  })

  test('forgets: after delete and after a second put, the old ciphertext is nowhere in the file', () => {
    const store = open()
    store.put('sealing.1', secret(1))
    const old = stored().secrets['sealing.1']?.data ?? ''
    expect(old).toHaveLength(64)
    store.put('sealing.1', secret(3))
    const replaced = stored().secrets['sealing.1']?.data ?? ''
    expect(readFileSync(file, 'utf8')).not.toContain(old)
    store.delete('sealing.1')
    expect(readFileSync(file, 'utf8')).not.toContain(replaced)
    expect([store.get('sealing.1'), stored().secrets]).toEqual([null, {}])
  })

  test('leaves a backup that is a hard link as it was', () => {
    fromTemplate()
    const store = open()
    const backup = join(folder, 'backup.json')
    linkSync(file, backup)
    const before = readFileSync(backup, 'utf8')
    store.put('a', secret(2))
    expect(readFileSync(backup, 'utf8')).toBe(before)
    expect(readFileSync(file, 'utf8')).not.toBe(before)
  })

  test('derives its key once: twenty changes cost less than ten openings', () => {
    const started = performance.now()
    const store = open()
    const opening = performance.now() - started
    const changing = performance.now()
    for (let i = 0; i < 20; i++) store.put('a', secret(i))
    // Twenty scrypt runs would be twenty times the opening.
    expect(performance.now() - changing).toBeLessThan(opening * 10)
  })

  test('notices damage and exchange: another name, flipped bits', () => {
    fromTemplate()
    rewrite(({ secrets }) => Object.assign(secrets, { a: secrets['b'], b: secrets['a'] }))
    const exchanged = open()
    expect(codeOf(() => exchanged.get('a'))).toBe('STORE')
    fromTemplate()
    rewrite(({ secrets: { a } }) => a && Object.assign(a, { data: `${a.data.startsWith('00') ? 'ff' : '00'}${a.data.slice(2)}` }))
    const flipped = open()
    expect(codeOf(() => flipped.get('a'))).toBe('STORE')
    expect(flipped.get('b')?.reveal()).toEqual(secret(2))
  })

  test.each([
    ['cheaper scrypt', (form: FileForm) => Object.assign(form.kdf, { N: 1024 })],
    ['scrypt that eats the memory', (form: FileForm) => Object.assign(form.kdf, { N: 2 ** 26 })],
    ['another version', (form: FileForm) => Object.assign(form, { version: 2 })],
    ['a check that is missing', (form: FileForm) => Reflect.deleteProperty(form, 'check')],
    ['a salt that is not hexadecimal', (form: FileForm) => Object.assign(form.kdf, { salt: 'zz' })],
  ])('refuses a file with %s', (_name, change) => {
    fromTemplate()
    rewrite(change)
    expect(codeOf(() => open())).toBe('STORE')
  })

  test('refuses what is not a key store, and a file that others may read', () => {
    for (const text of ['', 'null', '[]', '{', '{"format":"consilium-keystore","version":1}']) {
      writeFileSync(file, text, { mode: 0o600 })
      expect(codeOf(() => open())).toBe('STORE')
    }
    fromTemplate()
    chmodSync(file, 0o640)
    expect(codeOf(() => open())).toBe('BAD_CONFIG')
  })

  test('does not overwrite what another process wrote, and does not create a file before there is something to keep', () => {
    const first = open()
    expect(existsSync(file)).toBe(false)
    first.put('a', secret(1))
    const second = open()
    second.put('b', secret(2))
    expect(codeOf(() => first.put('c', secret(3)))).toBe('STORE')
    expect(Object.keys(stored().secrets)).toEqual(['a', 'b'])
  })

  test('takes names and sizes within bounds, and names of objects as plain names', () => {
    const store = open()
    for (const name of ['', 'a b', '../x', 'x'.repeat(201)]) expect(codeOf(() => store.put(name, secret(1)))).toBe('STORE')
    expect(codeOf(() => store.put('big', new Uint8Array(2 ** 20 + 1)))).toBe('TOO_LARGE')
    expect([store.get('constructor'), store.get('__proto__')]).toEqual([null, null])
    store.put('__proto__', secret(5))
    expect(store.get('__proto__')?.reveal()).toEqual(secret(5))
  })

  test('a folder that is not there is one coded line', () => {
    const lost = openKeystore(join(folder, 'no/such/keys.json'), words('x'))
    expect(() => lost.put('a', secret(1))).toThrow(expect.objectContaining({ code: 'STORE', message: expect.stringContaining('no/such/keys.json') }))
  })
})

describe('a passphrase', () => {
  const from = (text: string, mode = 0o600): string => {
    const path = join(folder, 'passphrase')
    writeFileSync(path, text)
    chmodSync(path, mode)
    return path
  }
  const revealed = (bytes: SecretBytes): string => Buffer.from(bytes.reveal()).toString()
  test('comes from a file, without the line end, or from the named variable; the file wins', () => {
    expect(revealed(readPassphrase({ file: from(' two words \r\n') }))).toBe(' two words ')
    expect(revealed(readPassphrase({ env: 'PASS' }, { PASS: 'from env' }))).toBe('from env')
    expect(revealed(readPassphrase({ file: from('file\n', 0o640), env: 'PASS' }, { PASS: 'env' }))).toBe('file')
  })
  test('is refused from a file that everyone may read, that is empty or is not there, and where none is given', () => {
    for (const work of [
      () => readPassphrase({ file: from('x', 0o644) }),
      () => readPassphrase({ file: from('\n') }),
      () => readPassphrase({ file: join(folder, 'none') }),
      () => readPassphrase({ env: 'PASS' }, {}),
      () => readPassphrase({ env: 'PASS' }, { PASS: '' }),
      () => readPassphrase({}),
    ])
      expect(codeOf(work)).toBe('BAD_CONFIG')
  })
})
