// The run's figures for machines: flat, the unit in the name. A figure that misses its bar is written as it is.
import { arch, cpus, platform, totalmem } from 'node:os'
import type { ModelKind } from '../baselines.ts'
import type { Comparison } from './comparison.ts'

type FiguresOf<M extends ModelKind> = { readonly [K in `${M}${'Auc' | 'Ap'}${'LocalMean' | 'Federated' | 'Pooled'}`]: number }
export type DemoFigures = {
  readonly seconds: number
  /** Daemons: the coordinator and one a hospital. */
  readonly processes: number
  readonly hospitals: number
  readonly stepsLogistic: number
  readonly stepsMlp: number
  /** Means over hospitals. */
  readonly bytesUpPerHospital: number
  readonly bytesDownPerHospital: number
  readonly engine: string
  readonly machine: string
} & FiguresOf<'logistic'> &
  FiguresOf<'mlp'>

export const machine = (): string =>
  `${platform()} ${arch()}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`

/** AUC federated is the released one (histograms of `evaluate`), AP federated the exact one of the daemons' score files. */
export function figuresOf<M extends ModelKind>(model: M, { localMean, released, federated, pooled }: Comparison): FiguresOf<M> {
  return {
    [`${model}AucLocalMean`]: localMean.auc,
    [`${model}AucFederated`]: released.auc,
    [`${model}AucPooled`]: pooled.auc,
    [`${model}ApLocalMean`]: localMean.averagePrecision,
    [`${model}ApFederated`]: federated.averagePrecision,
    [`${model}ApPooled`]: pooled.averagePrecision,
  } as FiguresOf<M>
}
