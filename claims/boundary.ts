// A public boundary: the last day (or month) that an extract holds.
import { refuse } from '../core/errors.ts'

export interface Boundary {
  readonly name: string
  /** The first moment that is outside, as an SQL literal of wall-clock time at +08:00. */
  readonly untilSql: string
}

const BOUNDARY = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/

/** Reads `2024-06-30` (that day is inside) or `2024-06` (that month is inside). @throws BAD_CONFIG. */
export function parseBoundary(text: string): Boundary {
  const parts = BOUNDARY.exec(text)
  const [year, month, day] = [Number(parts?.[1]), Number(parts?.[2]), parts?.[3] === undefined ? null : Number(parts[3])]
  const begins = new Date(Date.UTC(year, month - 1, day ?? 1))
  const real = parts !== null && begins.getUTCMonth() === month - 1 && begins.getUTCDate() === (day ?? 1)
  if (!real) throw refuse('BAD_CONFIG', `boundary ${JSON.stringify(text.slice(0, 40))}: expected a day like 2024-06-30 or a month like 2024-06`)
  const until = new Date(Date.UTC(year, day === null ? month : month - 1, day === null ? 1 : day + 1))
  return { name: text, untilSql: `TIMESTAMP '${until.toISOString().slice(0, 10)} 00:00:00'` }
}
