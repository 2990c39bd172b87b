// The global model comes home: this site scores its own held-out rows. Scores stay here; only "done" is told.
import { refuse } from '../core/errors.ts'
import type { Digest } from '../core/ids.ts'
import type { Store } from '../core/store/store.ts'
import type { Table } from '../core/table.ts'
import { type Model, parseModel, scoreRows } from '../models/index.ts'
import { blobs } from './blobs.ts'
import type { ClientContext } from './context.ts'
import type { ClientState } from './state.ts'

export const scoreBlob = (stage: string): string => `scores-${stage}.csv`

/** CSV with a header: id, logit, probability; numbers in the shortest form that reads back to the same bits. */
export function scoreLines(model: Model, table: Table): string {
  const { logit, probability } = scoreRows(model, table)
  return `id,logit,probability\n${table.ids.map((id, i) => `${id},${logit[i]},${probability[i]}\n`).join('')}`
}

export async function scorePublished(context: ClientContext, jobHash: Digest, stageName: string): Promise<void> {
  const job = context.state().jobs.get(jobHash)
  const stage = job?.spec.stages.find((s) => s.name === stageName)
  const final = job?.finals.get(stageName)
  if (!job || !stage || final === undefined) throw refuse('OTHER_STATE', `stage ${stageName} has no final state here yet`)
  if (!job.scored.has(stageName)) {
    const model = parseModel(stage.task, await context.store.readBlob(blobs.state(final)))
    const { heldOut } = await context.data.table(stage.inputs)
    await context.store.putBlob(scoreBlob(stageName), Buffer.from(scoreLines(model, heldOut)))
    await context.post({ kind: 'scored', job: jobHash, stage: stageName, rows: heldOut.rows })
  }
  await context.leaving('acknowledgement', `scored ${jobHash} ${stageName}`, 0, null)
  await context.link().scored(jobHash, stageName)
}

/** The newest model this site took: of the named stage, or of the last published one. @throws NOT_FOUND. */
export async function latestModel(
  store: Store,
  state: ClientState,
  stageName: string | undefined,
): Promise<{ readonly model: Model; readonly stage: string; readonly job: Digest }> {
  for (const job of [...state.jobs.values()].reverse()) {
    const stage = job.spec.stages.findLast((s) => job.finals.has(s.name) && (stageName === undefined ? s.publish === 1 : s.name === stageName))
    const final = stage && job.finals.get(stage.name)
    if (stage && final !== undefined) return { model: parseModel(stage.task, await store.readBlob(blobs.state(final))), stage: stage.name, job: job.hash }
  }
  throw refuse('NOT_FOUND', stageName === undefined ? 'this site holds no published model yet' : `this site holds no finished stage ${stageName}`)
}
