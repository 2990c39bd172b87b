// Cuts a CSV text into records, chunk by chunk, with the line of the file on which each begins. Strict where it matters and
// local in its damage: a broken quote costs the line it stands on, never the rest of the file.

/** A record that cannot be cut: refused, the next line is read on. */
export interface BrokenRecord {
  readonly line: number
  readonly code: 'QUOTE' | 'LONG' | 'ENCODING' | 'CONTROL'
}
export interface RecordSink {
  record(line: number, cells: readonly string[]): void
  broken(record: BrokenRecord): void
}
export interface RecordCutter {
  push(text: string): void
  end(): void
}

/** Characters a record may have, quoted newlines included. */
export const RECORD_CHARS = 16_384
/** Parts cells where rows are staged as one string; so no cell may hold it. */
export const CELL_MARK = '\x1f'
const QUOTE = 34
const COMMA = 44
const NEWLINE = 10
const RETURN = 13

export function createRecordCutter(sink: RecordSink): RecordCutter {
  let rest = ''
  let line = 1
  /** Inside a line that was refused as too long: dropped up to its end. */
  let dropping = false
  const cut = (last: boolean): void => {
    let at = 0
    while (at < rest.length) {
      const newline = rest.indexOf('\n', at)
      const stop = newline >= 0 ? newline : last ? rest.length : -1
      if (stop < 0) break
      const taken: number | 'more' = dropping ? stop + 1 : cutRecord(sink, rest, { at, stop, line, last })
      if (taken === 'more') break
      line += dropping || taken === stop + 1 ? 1 : countNewlines(rest, at, taken)
      dropping = false
      at = taken
    }
    rest = rest.slice(at)
    if (rest.length <= RECORD_CHARS || rest.includes('\n')) return
    if (!dropping) sink.broken({ line, code: 'LONG' })
    dropping = true
    rest = ''
  }
  return {
    push(text) {
      rest += text
      cut(false)
    },
    end: () => cut(true),
  }
}

function countNewlines(text: string, from: number, to: number): number {
  let n = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) n++
  return n
}

/** Gives the record that begins at `at` to the sink; returns where the next one begins. `stop` is the end of the physical line. */
function cutRecord(sink: RecordSink, text: string, here: { at: number; stop: number; line: number; last: boolean }): number | 'more' {
  const { at, stop, line } = here
  const plain = text.slice(at, stop > at && text.charCodeAt(stop - 1) === RETURN ? stop - 1 : stop)
  if (!plain.includes('"')) {
    if (plain.length > 0) take(sink, line, plain, plain.split(','))
    return stop + 1
  }
  const quoted = cutQuoted(text, at, here.last)
  if (quoted === 'more') return 'more'
  if (quoted === 'broken') {
    sink.broken({ line, code: 'QUOTE' })
    return stop + 1
  }
  take(sink, line, text.slice(at, quoted.next), quoted.cells)
  return quoted.next
}

function take(sink: RecordSink, line: number, text: string, cells: readonly string[]): void {
  if (text.length > RECORD_CHARS) sink.broken({ line, code: 'LONG' })
  else if (text.includes('\ufffd')) sink.broken({ line, code: 'ENCODING' })
  else if (text.includes(CELL_MARK) || text.includes('\0')) sink.broken({ line, code: 'CONTROL' })
  else sink.record(line, cells)
}

interface QuotedRecord {
  readonly cells: readonly string[]
  /** Where the next record begins. */
  readonly next: number
}

/** RFC 4180: a quote opens a cell only at its first character, `""` inside is one quote, and only a comma or a line's end follows. */
function cutQuoted(text: string, from: number, last: boolean): QuotedRecord | 'more' | 'broken' {
  const cells: string[] = []
  const limit = Math.min(text.length, from + RECORD_CHARS)
  let at = from
  for (;;) {
    let end: number
    if (text.charCodeAt(at) === QUOTE) {
      const cell = cutCell(text, at + 1, limit)
      if (cell === null) return limit === text.length && !last ? 'more' : 'broken'
      cells.push(cell.value)
      end = cell.end
    } else {
      end = at
      while (end < limit && text.charCodeAt(end) !== COMMA && text.charCodeAt(end) !== NEWLINE) if (text.charCodeAt(end++) === QUOTE) return 'broken'
      if (end === limit && limit < text.length) return 'broken'
      cells.push(text.slice(at, text.charCodeAt(end) === NEWLINE && text.charCodeAt(end - 1) === RETURN && end > at ? end - 1 : end))
    }
    if (end >= text.length) return last ? { cells, next: end } : 'more'
    const next = text.charCodeAt(end)
    if (next === COMMA) at = end + 1
    else if (next === NEWLINE) return { cells, next: end + 1 }
    else if (next === RETURN && end + 1 >= text.length) return last ? { cells, next: end + 1 } : 'more'
    else if (next === RETURN && text.charCodeAt(end + 1) === NEWLINE) return { cells, next: end + 2 }
    else return 'broken'
  }
}

function cutCell(text: string, from: number, limit: number): { value: string; end: number } | null {
  for (let at = text.indexOf('"', from); at >= 0 && at < limit; at = text.indexOf('"', at + 1)) {
    if (text.charCodeAt(at + 1) === QUOTE) at++
    else return { value: text.slice(from, at).replaceAll('""', '"'), end: at + 1 }
  }
  return null
}
