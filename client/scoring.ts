// The global model comes home: this site scores its own held-out rows. Scores stay here; only "done" is told.
import { type Digest } from '../core/ids.ts'
import { refuse } from '../core/errors.ts'
import { parseModel, scoreRows } from '../models/index.ts'
import type { ClientContext } from './context.ts'
import { blobs } from './participation.ts'

export const scoreBlob = (stage: string): string => `scores-${stage}.csv`

export async function scorePublished(context: ClientContext, jobHash: Digest, stageName: string): Promise<void> {
  const job = context.state().jobs.get(jobHash)
  const stage = job?.spec.stages.find((s) => s.name === stageName)
  const final = job?.finals.get(stageName)
  if (!job || !stage || final === undefined) throw refuse('OTHER_STATE', `stage ${stageName} has no final state here yet`)
  if (!job.scored.has(stageName)) {
    const model = parseModel(stage.task, await context.store.readBlob(blobs.state(final)))
    const { heldOut } = await context.data.table(stage.inputs)
    const { logit, probability } = scoreRows(model, heldOut)
    const lines = heldOut.ids.map((id, i) => `${id},${logit[i]},${probability[i]}`)
    await context.store.putBlob(scoreBlob(stageName), Buffer.from(`id,logit,probability\n${lines.join('\n')}\n`))
    await context.post({ kind: 'scored', job: jobHash, stage: stageName, rows: heldOut.rows })
  }
  await context.leaving('acknowledgement', `scored ${jobHash} ${stageName}`, 0, null)
  await context.link().scored(jobHash, stageName)
}
