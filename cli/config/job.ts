// A job in words: stages with the parameters of their tasks. Public: hospitals see it whole before they take part.
import { z } from 'zod'
import { columnsOf, featureSetByName } from '../../claims/index.ts'
import type { JobOptions } from '../../coordinator/index.ts'
import { describeParams, evaluateParams, fedavgParams, logisticParams } from '../../models/index.ts'
import { HIDDEN_NAMES } from '../../models/mlp/network.ts'
import { PRIVACY } from '../../privacy/messages.ts'

const stageName = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected a-z, 0-9 and -, first a letter')
const common = { name: stageName, upstream: z.array(stageName).default([]), privacy: z.enum(PRIVACY), publish: z.boolean().default(false) }
const positive = z.number().positive()
/** K and k: the least cell that opens. A hospital holds them against its own policy. */
const cell = { cellPersons: z.int().min(1).max(10_000).optional(), cellHospitals: z.int().min(1).max(10_000).optional() }

const stage = z.discriminatedUnion('task', [
  z.strictObject({ ...common, task: z.literal('describe'), params: z.strictObject({ stdFloor: positive.optional(), ...cell }).default({}) }),
  z.strictObject({
    ...common,
    task: z.literal('logistic'),
    params: z
      .strictObject({
        describe: stageName.optional(),
        ridge: z.number().nonnegative().optional(),
        maxSteps: z.int().min(1).max(100).optional(),
        tolerance: positive.optional(),
        ...cell,
      })
      .default({}),
  }),
  z.strictObject({
    ...common,
    task: z.literal('fedavg'),
    params: z
      .strictObject({
        describe: stageName.optional(),
        hidden: z.enum(HIDDEN_NAMES as [string, ...string[]]).optional(),
        steps: z.int().min(1).max(1000).optional(),
        optimiser: z.enum(['adam', 'sgd']).optional(),
        learningRate: positive.optional(),
        weightDecay: z.number().nonnegative().optional(),
        localPasses: z.int().min(1).max(50).optional(),
        batchRows: z.int().min(8).optional(),
        positiveWeight: positive.optional(),
        clipNorm: positive.optional(),
        server: z.enum(['fedavg', 'fedavgm']).optional(),
        serverRate: positive.optional(),
        momentum: z.number().min(0).lt(1).optional(),
        mostBatches: z.int().min(1).optional(),
        learningRateDecay: positive.max(1).optional(),
      })
      .default({}),
  }),
  z.strictObject({ ...common, task: z.literal('evaluate'), params: z.strictObject({ model: stageName, amountCapYuan: z.int().min(1).optional(), ...cell }) }),
])

export const jobConfig = z.strictObject({
  /** Least number of hospitals in a sum that opens. */
  minCohort: z.int().min(3),
  /** Deadline of a step. */
  stepSeconds: z.number().positive().max(86_400),
  /** Least members of a block of exact statistics; not given: everybody in one block. */
  blockMembers: z.int().min(3).max(10_000).optional(),
  /** Form of co-signing; not given: by the size of what a co-signer would fetch. */
  cosigning: z.enum(['full', 'light']).optional(),
  inputs: z.strictObject({
    featureSet: z.string(),
    /** A calendar month: extracts are frozen at the end of it. */
    boundary: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'expected a month, YYYY-MM'),
    splitSeed: z.string().min(1).max(64),
    heldOutPercent: z.int().min(0).max(90),
    /** Public cap on rows a hospital: weights are rows / rowCap. */
    rowCap: z.int().min(1),
  }),
  stages: z.array(stage).min(1).max(64),
})
export type JobConfig = z.output<typeof jobConfig>
type StageConfig = JobConfig['stages'][number]

/** undefined in an optional key means "not given". */
const given = <T extends object>(params: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(params).filter(([, v]) => v !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }

function paramsOf(s: StageConfig): Uint8Array {
  switch (s.task) {
    case 'describe':
      return describeParams(given(s.params))
    case 'logistic':
      return logisticParams(given(s.params))
    case 'fedavg':
      return fedavgParams(given(s.params) as Parameters<typeof fedavgParams>[0])
    case 'evaluate':
      return evaluateParams(given(s.params) as Parameters<typeof evaluateParams>[0])
    default:
      return s satisfies never
  }
}

export function toJobOptions(config: JobConfig): JobOptions {
  const columns = columnsOf(featureSetByName(config.inputs.featureSet)).map(({ range, ...rest }) => ({ ...rest, low: range[0], high: range[1] }))
  return {
    stages: config.stages.map((s) => ({
      name: s.name,
      task: s.task,
      params: paramsOf(s),
      upstream: s.upstream,
      privacy: s.privacy,
      inputs: config.inputs,
      publish: s.publish ? 1 : 0,
    })),
    featureSets: [{ name: config.inputs.featureSet, columns }],
    minCohort: config.minCohort,
    stepMs: config.stepSeconds * 1000,
    ...given({ blockMembers: config.blockMembers, cosigning: config.cosigning }),
  }
}
