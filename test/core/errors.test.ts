import { describe, expect, test } from 'vitest'
import { CATALOG, ConsiliumError, type ErrorCode, EXIT, isErrorCode, isRefusal, refuse, STATUS, toConsiliumError } from '../../core/errors.ts'

const codes = Object.keys(CATALOG) as ErrorCode[]

describe.each(codes)('%s', (code) => {
  test('has a status of gRPC, an exit code other than 0, and a message in both languages', () => {
    const { status, exit, en, zh } = CATALOG[code]
    expect(code).toMatch(/^[A-Z][A-Z_]+$/)
    expect(Object.values(STATUS)).toContain(status)
    expect(Object.values(EXIT)).toContain(exit)
    expect(exit).not.toBe(EXIT.ok)
    expect(en).toMatch(/^[\x20-\x7e]{8,120}$/)
    expect(zh).toMatch(/\p{Script=Han}/u)
    // A public message is one line and holds no place for a detail.
    expect(`${en}${zh}`).not.toMatch(/[\n${}]/)
  })
})

test('no two codes say the same', () => {
  expect(new Set(codes.map((code) => CATALOG[code].en)).size).toBe(codes.length)
  expect(new Set(codes.map((code) => CATALOG[code].zh)).size).toBe(codes.length)
})

test('exit codes are distinct and fit in a byte', () => {
  const exits = Object.values(EXIT)
  expect(new Set(exits).size).toBe(exits.length)
  for (const exit of exits) expect(exit >= 0 && exit < 126).toBe(true)
})

test('only the public message may leave: it holds nothing of the detail or the cause', () => {
  const error = refuse('BAD_DATA', 'row 7 of patient 110101', new Error('the cause'))
  expect(error.publicMessage).toBe('BAD_DATA: the data cannot be read / 数据无法读取')
  expect(error.message).toBe('row 7 of patient 110101')
  expect((error.cause as Error).message).toBe('the cause')
})

test('a refusal is known by its code', () => {
  expect(isRefusal(refuse('OFFSET', ''), 'OFFSET')).toBe(true)
  expect(isRefusal(refuse('OFFSET', ''), 'STORE')).toBe(false)
  expect(isRefusal(Object.assign(new Error(), { code: 'OFFSET' }))).toBe(false)
})

test('any thrown value becomes a coded error, once', () => {
  const error = refuse('PAUSED', 'x')
  expect(toConsiliumError(error)).toBe(error)
  for (const thrown of [new TypeError('t'), 'text', undefined, null, 7]) {
    const coded = toConsiliumError(thrown)
    expect(coded).toBeInstanceOf(ConsiliumError)
    expect(coded.code).toBe('INTERNAL')
    expect(coded.cause).toBe(thrown)
  }
})

test('names of Object.prototype are no codes', () => {
  for (const text of ['toString', '__proto__', 'constructor', '', 'bad_id']) expect(isErrorCode(text)).toBe(false)
  expect(isErrorCode('BAD_ID')).toBe(true)
})
