import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRecordCutter, RECORD_CHARS } from '../../claims/sources/records.ts'

interface Cut {
  readonly records: { line: number; cells: readonly string[] }[]
  readonly broken: { line: number; code: string }[]
}
function cutAll(chunks: readonly string[]): Cut {
  const out: Cut = { records: [], broken: [] }
  const cutter = createRecordCutter({ record: (line, cells) => out.records.push({ line, cells }), broken: (record) => out.broken.push({ ...record }) })
  for (const chunk of chunks) cutter.push(chunk)
  cutter.end()
  return out
}
const inChunksOf = (size: number, text: string): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))

const cellText = fc.string({ unit: fc.constantFrom('a', '9', ',', '"', '\n', ' ', '药'), maxLength: 6 })
const recordCells = fc.array(cellText, { minLength: 2, maxLength: 4 })

describe('records', () => {
  test('any cells written with quotes come back, with the line on which each record begins, however the text is cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(recordCells, { maxLength: 8 }), fc.integer({ min: 1, max: 40 }), fc.constantFrom('\n', '\r\n'), (rows, size, newline) => {
        const text = rows.map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',') + newline).join('')
        const lines = rows.map((_, i) => 1 + i + rows.slice(0, i).flat().join('').split('\n').length - 1)
        const cut = cutAll(inChunksOf(size, text))
        expect(cut.broken).toEqual([])
        expect(cut.records).toEqual(rows.map((cells, i) => ({ line: lines[i], cells })))
      }),
      { numRuns: 300 },
    )
  })

  test('any text at all is cut the same in one chunk and in many, and never fails', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r'), maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (text, size) => {
        expect(cutAll(inChunksOf(size, text))).toEqual(cutAll([text]))
      }),
      { numRuns: 1000 },
    )
  })

  test('a quote that is never closed costs its own line only', () => {
    const cut = cutAll(['a,b\n1,"x\n2,y\n3,z\n'])
    expect(cut.broken).toEqual([{ line: 2, code: 'QUOTE' }])
    expect(cut.records.map((r) => r.line)).toEqual([1, 3, 4])
  })

  test('a quote inside a bare cell, or text after a closing quote, is refused', () => {
    expect(cutAll(['1,a"b\n2,"a"b\n3,ok\n']).broken).toEqual([
      { line: 1, code: 'QUOTE' },
      { line: 2, code: 'QUOTE' },
    ])
  })

  test('a line without end is dropped in bounded memory and the next one is read', () => {
    const cut = cutAll([...Array.from({ length: 40 }, () => 'x'.repeat(RECORD_CHARS)), '\n1,2\n'])
    expect(cut.broken).toEqual([{ line: 1, code: 'LONG' }])
    expect(cut.records).toEqual([{ line: 2, cells: ['1', '2'] }])
  })

  test('bytes of another encoding and control marks are refused by line', () => {
    expect(cutAll(['a\ufffd,1\nb\x1f,2\nc,3\n']).broken).toEqual([
      { line: 1, code: 'ENCODING' },
      { line: 2, code: 'CONTROL' },
    ])
  })
})
