// The least cell between daemons: counted first, opened after, and a job that stands on too few ends by code instead of opening.
import { expect, test } from 'vitest'
import type { JobOptions } from '../../coordinator/index.ts'
import { describeParams, evaluateParams, logisticParams, parseDescribed, parseEvaluation, parseModel } from '../../models/index.ts'
import { IDS } from '../support/hospitals.ts'
import { DATA, fiveJob, startFive } from './five.ts'
import { STAGES } from './small.ts'

type Cells = Pick<NonNullable<Parameters<typeof describeParams>[0]>, 'cellPersons' | 'cellHospitals'>
function jobOver(cells: Cells): JobOptions {
  const job = fiveJob(STAGES.describe, STAGES.logistic(2), STAGES.evaluate('logistic'))
  const params = [describeParams(cells), logisticParams({ ...cells, maxSteps: 2 }), evaluateParams({ ...cells, model: 'logistic', amountCapYuan: 1000 })]
  return { ...job, stages: job.stages.map((stage, i) => ({ ...stage, params: params[i] as Uint8Array })) }
}

test('each exact stage counts persons first and opens cells after, at all five hospitals alike', async () => {
  await using run = await startFive(jobOver({ cellPersons: 4, cellHospitals: 2 }))
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  expect(run.journal('planned').map((e) => [e.plan.plan.stage, e.plan.plan.layout.segments.some((s) => s.name === 'parts')])).toEqual([
    ['randomness', false],
    ['describe', true],
    ['describe', false],
    ['logistic', true],
    ['logistic', false],
    ['logistic', false],
    ['evaluate-logistic', true],
    ['evaluate-logistic', false],
    ['evaluate-logistic', false],
  ])
  const final = (stage: string) => run.federation.coordinator.finalState(run.job().hash, stage)
  const described = parseDescribed({ describe: { task: 'describe', state: await final('describe') } }, 'describe')
  expect(described.rows).toBe(DATA.sites.reduce((sum, s) => sum + s.train.rows, 0))
  expect(parseModel('logistic', await final('logistic')).kind).toBe('logistic')
  expect(parseEvaluation(await final('evaluate-logistic')).metrics.rows).toBe(DATA.sites.reduce((sum, s) => sum + s.heldOut.rows, 0))
  expect(run.faults).toEqual([])
})

test('a job whose rows stand on too few persons ends by code after the count: no sum over rows opens', async () => {
  await using run = await startFive(jobOver({ cellPersons: 10_000, cellHospitals: 2 }))
  await run.until(() => run.job().outcome !== 'running', 'the job ends')
  expect(run.job().outcome).toEqual({ failed: 'CELL_SMALL' })
  expect(run.journal('planned').map((e) => e.plan.plan.stage)).toEqual(['randomness', 'describe'])
  expect(run.journal('released').map((e) => e.key.step)).toEqual([0])
  // Every member learns that the step ended, and wipes what it held for it.
  await run.finish()
  for (const id of IDS) expect(run.journalOf(id, 'ended').map((e) => e.key.step)).toEqual([1])
  for (const id of IDS) for (const held of run.federation.client(id)?.state.custody.keys.values() ?? []) expect(held.wiped).toBe(true)
})
