// The score files that the daemons wrote, joined with the truth that only the launcher has.
import { readFile } from 'node:fs/promises'
import { refuse } from '../../core/errors.ts'
import type { SiteTruth } from '../baselines.ts'

const HEADER = 'id,logit,probability'

/** Logits in the order of the truth's ids. @throws BAD_DATA where the file is malformed, or has not each held-out row exactly once. */
export async function readLogits(file: string, truth: SiteTruth): Promise<Float64Array> {
  return logitsOf(await readFile(file, 'utf8'), truth, file)
}

export function logitsOf(text: string, truth: SiteTruth, file: string): Float64Array {
  const [header, ...lines] = text.trimEnd().split('\n')
  if (header !== HEADER) throw refuse('BAD_DATA', `${file}: the header is not ${HEADER}`)
  const scores = new Map<string, number>()
  for (const line of lines) {
    const [id, logit] = cells(line)
    if (id === '' || !Number.isFinite(logit) || scores.has(id)) throw refuse('BAD_DATA', `${file}: line ${scores.size + 2} is malformed, or scores a row twice`)
    scores.set(id, logit)
  }
  if (scores.size !== truth.ids.length)
    throw refuse('BAD_DATA', `${file}: ${scores.size} rows are scored, ${truth.ids.length} are held out at ${truth.hospital}`)
  return Float64Array.from(truth.ids, (id) => {
    const logit = scores.get(id)
    if (logit === undefined) throw refuse('BAD_DATA', `${file}: a held-out row of ${truth.hospital} has no score`)
    return logit
  })
}

/** Ids may hold commas; the last two cells are numbers. */
function cells(line: string): readonly [id: string, logit: number] {
  const last = line.lastIndexOf(',')
  const middle = line.lastIndexOf(',', last - 1)
  const logit = line.slice(middle + 1, last)
  return [middle < 0 ? '' : line.slice(0, middle), logit === '' ? Number.NaN : Number(logit)]
}
