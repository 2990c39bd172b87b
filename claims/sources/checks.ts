// What a cell must be, as SQL over its text: the conditions that refuse it, the cast that keeps it, and the words for people.
import type { Column, ColumnType } from '../schema.ts'

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`
const TIMESTAMP = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+08:00`
const OFFSET_CHARS = '+08:00'.length
const WORDS_CHARS = 400

/** SQL that holds where the text `v` is of the type. Never fails and never is NULL where v is not. */
export function validSql(type: ColumnType, v: string): string {
  switch (type.kind) {
    case 'text':
      return `(length(${v}) <= ${type.maxLength} AND NOT regexp_matches(${v}, '[[:cntrl:]]') AND ${v} = trim(${v}))`
    case 'integer':
      return `(regexp_full_match(${v}, '-?[0-9]{1,9}') AND TRY_CAST(${v} AS BIGINT) BETWEEN ${type.min} AND ${type.max})`
    case 'fen':
      return `(regexp_full_match(${v}, '-?[0-9]{1,12}') AND TRY_CAST(${v} AS BIGINT) >= ${type.min})`
    case 'decimal':
      return `(regexp_full_match(${v}, ${literal(decimalPattern(type))}) AND TRY_CAST(${v} AS DOUBLE) >= ${type.min})`
    case 'timestamp':
      return `(regexp_full_match(${v}, ${literal(TIMESTAMP)}) AND ${castSql(type, v)} IS NOT NULL)`
    case 'boolean':
      return `(${v} IN ('true', 'false'))`
    case 'word':
      return `(${v} IN (${type.allowed.map(literal).join(', ')}))`
    case 'words':
      return `(length(${v}) <= ${WORDS_CHARS} AND regexp_full_match(${v}, '[a-z][a-z0-9_]*( [a-z][a-z0-9_]*)*'))`
    default:
      return type satisfies never
  }
}

const decimalPattern = (type: { precision: number; scale: number }): string => String.raw`-?[0-9]{1,${type.precision - type.scale}}(\.[0-9]{1,${type.scale}})?`

/** SQL for the value of a text that validSql accepts. */
export function castSql(type: ColumnType, v: string): string {
  switch (type.kind) {
    case 'text':
    case 'word':
    case 'words':
      return v
    case 'integer':
      return `TRY_CAST(${v} AS INTEGER)`
    case 'fen':
      return `TRY_CAST(${v} AS BIGINT)`
    case 'decimal':
      return `TRY_CAST(${v} AS DECIMAL(${type.precision}, ${type.scale}))`
    case 'timestamp':
      return `TRY_CAST(${v}[:-${OFFSET_CHARS + 1}] AS TIMESTAMP)`
    case 'boolean':
      return `(${v} = 'true')`
    default:
      return type satisfies never
  }
}

/** What was expected, for people. */
export function expectedText({ type, nullable }: Column): string {
  return `${typeText(type)}${nullable ? ', or empty' : ''}`
}

function typeText(type: ColumnType): string {
  switch (type.kind) {
    case 'text':
      return `1 to ${type.maxLength} characters, no control characters, no blanks at the ends`
    case 'integer':
      return `a whole number from ${type.min} to ${type.max}`
    case 'fen':
      return type.min === 0 ? 'a whole number of fen, 0 or more' : 'a whole number of fen'
    case 'decimal':
      return `a decimal number with at most ${type.precision - type.scale} digits before and ${type.scale} after the point${type.min === 0 ? ', 0 or more' : ''}`
    case 'timestamp':
      return 'a time like 2024-03-05T09:30:00+08:00'
    case 'boolean':
      return 'true or false'
    case 'word':
      return `one of ${type.allowed.join(', ')}`
    case 'words':
      return 'lower-case words parted by single spaces'
    default:
      return type satisfies never
  }
}

const SHAPE_CHARS = 32

/** The outline of a value that may stand in a log: digits as 9, letters as a or A, other scripts as 字, marks as they are. */
export function shapeOf(value: string): string {
  const shape = value
    .slice(0, SHAPE_CHARS)
    .replace(/[^\x20-\x7e]/gu, (c) => (c < ' ' || c === '\x7f' ? '?' : '字'))
    .replace(/[0-9]/g, '9')
    .replace(/[a-z]/g, 'a')
    .replace(/[A-Z]/g, 'A')
  return value.length > SHAPE_CHARS ? `${shape}... (${value.length} characters)` : shape
}
