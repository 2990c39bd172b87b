// The state that a step starts from: what the last release made, or init() from public things only.
import { decode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { taskByName, type Upstream } from '../models/index.ts'
import { keySum, type Stage, stateHash, statement } from '../privacy/messages.ts'
import { draw } from '../privacy/release.ts'
import { blobs } from './blobs.ts'
import type { ClientContext } from './context.ts'
import { type ClientJob, stageOf } from './state.ts'

/** The state that the next step of the job starts from: the last release's, or init() from public things only. */
export async function stateOf(context: ClientContext, job: ClientJob): Promise<Uint8Array> {
  if (job.state !== null) return await context.store.readBlob(blobs.state(job.state))
  const stage = stageOf(job)
  const bytes = stage
    ? await initialStateOf(context, job, stage)
    : taskByName('randomness').init(new Uint8Array(), { featureSet: '', features: [], upstream: {}, seed: new Uint8Array(32), rowCap: 1 })
  await context.store.putBlob(blobs.state(stateHash(bytes)), bytes)
  return bytes
}

async function initialStateOf(context: ClientContext, job: ClientJob, stage: Stage): Promise<Uint8Array> {
  const upstream: Record<string, Upstream[string]> = {}
  for (const name of stage.upstream) {
    const final = job.finals.get(name)
    const task = job.spec.stages.find((s) => s.name === name)?.task
    if (final === undefined || task === undefined) throw refuse('OTHER_STATE', `stage ${name} has no final state here yet`)
    upstream[name] = { task, state: await context.store.readBlob(blobs.state(final)) }
  }
  if (!job.step0) throw refuse('OTHER_STATE', 'the common randomness of the job is not known here')
  const s0 = decode(keySum, await context.store.readBlob(blobs.keySum(job.step0.keySum)))
  const seed = draw(`init/${stage.name}`, s0, decode(statement, job.step0.statement))
  const features = context.data.columns(stage.inputs.featureSet)
  return taskByName(stage.task).init(stage.params, { featureSet: stage.inputs.featureSet, features, upstream, seed, rowCap: stage.inputs.rowCap })
}
