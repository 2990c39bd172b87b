// models/: fraud classifiers, the tasks that train and judge them as sums over hospitals, and scoring of rows.
// May import core/ only. Tensor engines are loaded by import() inside contribute: importing this file loads none.
// A new kind of learning is one file here and one line in registry.ts (and in score.ts, where it makes a new kind of model).
// advance() is deterministic, + - x / sqrt on typed arrays; contribute() may use whatever it likes.
// Who sees what: each task's docstring; the names of lanes: each task's layout().

export { checkAudiences } from './audiences.ts'
export { CELL_DEFAULTS, type CellParams, opensAll } from './cells.ts'
export { type Described, describeParams, parseDescribed } from './describe.ts'
export { type Evaluation, evaluateParams, parseEvaluation } from './evaluate.ts'
export { FEDAVG_DEFAULTS, type FedavgParams, fedavgParams, parseFedavgParams } from './fedavg.ts'
export { type ContributeJobInput, type ContributeJobOutput, contributeJob } from './jobs.ts'
export { type LogisticParams, logisticParams, parseLogisticParams } from './logistic.ts'
export { type CurvePoint, curve, groupsOfScores, type Metrics, metricsOf, metricsOfScores, type Scored, type ScoreGroup } from './metrics.ts'
export { engineName } from './mlp/engine.ts'
export { fitLogistic, fitMlp, joinTables, openColumns, selectColumns } from './pooled.ts'
export { randomnessParams } from './randomness.ts'
export { taskByName, taskNames } from './registry.ts'
export { type Model, parseModel, type Scores, scoreRows } from './score.ts'
export type { AnyTask, CellRule, ContributeInput, InitContext, Task, Upstream } from './task.ts'
