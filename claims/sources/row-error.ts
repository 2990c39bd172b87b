// Why a row of a source was refused: enough to find and mend it, nothing of the record itself.

/** What a refused row did wrong. */
export type RowErrorCode =
  /** a required cell is empty */
  | 'MISSING'
  /** a cell is not of its column's type */
  | 'BAD_VALUE'
  /** more or fewer cells than the header has */
  | 'CELLS'
  /** an unclosed or misplaced quote */
  | 'QUOTE'
  /** longer than a record may be */
  | 'LONG'
  /** bytes that are not of the file's encoding */
  | 'ENCODING'
  /** a control character */
  | 'CONTROL'
  /** a second row with the same key, or one that was imported before */
  | 'DUPLICATE'
  /** it refers to a row that is not there, or was refused */
  | 'UNKNOWN'
  /** two cells of the row contradict each other */
  | 'CONTRADICTION'

export interface RowError {
  readonly file: string
  /** Of the file, from 1; where the record begins. */
  readonly line: number
  /** null where the fault is the whole row's. */
  readonly column: string | null
  /** The outline of the value, digits as 9 and letters as a; never the value. */
  readonly value: string | null
  readonly expected: string
  readonly code: RowErrorCode
}

/** One line for a log or a terminal. */
export const rowErrorText = (e: RowError): string =>
  `${e.file}:${e.line}${e.column === null ? '' : ` ${e.column}`}: ${e.code}${e.value === null ? '' : ` (looks like ${JSON.stringify(e.value)})`}, expected ${e.expected}`
