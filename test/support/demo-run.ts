// A finished run of a small made-up demo, without daemons: scores and labels drawn from a seed, records as a coordinator prints them.

import type { CoordinatorProgress } from '../../core/progress.ts'
import { createSeededRandom, uniform } from '../../core/random.ts'
import { metricsOfScores } from '../../models/index.ts'
import { logitOf } from '../../models/logit.ts'
import type { Baselines, SiteTruth } from '../../simulations/baselines.ts'
import { allTruth, compare, type FederatedScores } from '../../simulations/demo/comparison.ts'
import { RECIPES } from '../../simulations/demo/plan.ts'
import { createTrace, followClient, followCoordinator, type Trace } from '../../simulations/demo/trace.ts'
import type { ReportInput } from '../../simulations/report/index.ts'
import { tableOf } from './learning-data.ts'

export const HOSPITALS = ['kangfu', 'renmin', 'shequ', 'xiehe', 'zhongyi'] as const
const NAMES = ['康复医院', '人民医院', '社区 <卫生> & "服务" 中心', '协和医院', '中医院'] as const

/** Rows of one hospital: one in five is fraud. */
export const truthOf = (hospital: string, rows: number): SiteTruth => ({
  hospital,
  trainRows: rows * 2,
  trainPositives: Math.floor(rows / 4),
  ids: Array.from({ length: rows }, (_, i) => `${hospital}-${i}`),
  label: Uint8Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? 1 : 0)),
  amountFen: new Float64Array(rows).fill(10_000),
})

/** Logits that rank better the less noise there is. */
export function noisyLogits(label: Uint8Array, noise: number, seed: string): Float64Array {
  const random = createSeededRandom(seed)
  return Float64Array.from(label, (y) => logitOf(0.2) + (y ? 2 : -0.5) + noise * (uniform(random) - 0.5))
}

export function madeBaselines(rows = 60): Baselines {
  const sites = HOSPITALS.map((hospital, i) => truthOf(hospital, rows + 10 * i))
  const { label } = allTruth(sites)
  const logits = { pooled: noisyLogits(label, 4, 'pooled'), locals: HOSPITALS.map((h) => noisyLogits(label, 12, `local ${h}`)) }
  return { sites, logits: { logistic: logits, mlp: logits }, pooledCoefficients: Float64Array.of(0, 1), heldOut: tableOf('claim/1', [], [], []), seconds: 1 }
}

/** The records of one step, from plan to release. */
export function stepRecords(step: number, stage: string, stageStep: number): CoordinatorProgress[] {
  const common = { kind: 'step', step, stage, stageStep } as const
  return [
    { ...common, event: 'planned', ms: 0 },
    ...HOSPITALS.map((member, i) => ({ ...common, event: 'contributed' as const, member, bytes: 133_800, ms: 200 + 20 * i })),
    { ...common, event: 'closed', ms: 300 },
    { ...common, event: 'stated', members: [...HOSPITALS], ms: 400 },
    { ...common, event: 'certified', custodians: HOSPITALS.slice(0, 4), ms: 450 },
    { ...common, event: 'opened', ms: 600 },
    ...HOSPITALS.slice(0, 3).map((member) => ({ ...common, event: 'cosigned' as const, member, ms: 700 })),
    { ...common, event: 'released', ms: 710 },
  ]
}

export function madeTrace(): Trace {
  const trace = createTrace(Date.UTC(2026, 0, 1), HOSPITALS)
  let at = trace.startedAtMs
  const steps = ['randomness', 'describe', 'logistic', 'logistic', 'evaluate-logistic', 'mlp', 'mlp', 'mlp', 'evaluate-mlp']
  const counts = new Map<string, number>()
  steps.forEach((stage, step) => {
    const stageStep = counts.get(stage) ?? 0
    counts.set(stage, stageStep + 1)
    for (const record of stepRecords(step, stage, stageStep)) followCoordinator(trace, record, at + ('ms' in record ? record.ms : 0))
    at += 800
  })
  for (const hospital of HOSPITALS) followClient(trace, hospital, { kind: 'traffic', bytesUp: 4_000_000, bytesDown: 9_000_000 })
  return trace
}

export function madeReport(): ReportInput {
  const baselines = madeBaselines()
  const scores = (seed: string): FederatedScores => {
    const { label, amountFen } = allTruth(baselines.sites)
    const logits = new Map(baselines.sites.map((site) => [site.hospital, noisyLogits(site.label, 5, `${seed} ${site.hospital}`)]))
    const logit = Float64Array.from(baselines.sites.flatMap((site) => [...(logits.get(site.hospital) as Float64Array)]))
    const { auc, averagePrecision } = metricsOfScores({ logit, label, amountFen })
    return { logits, released: { auc, averagePrecision } }
  }
  const curve = [0.6, 0.8, 0.85].map((auc) => ({ auc, averagePrecision: auc - 0.3 }))
  return {
    recipe: RECIPES.simulated,
    claims: {
      kind: 'simulated',
      source: '1,000 simulated claims',
      hospitals: HOSPITALS.map((id, i) => ({ id, name: NAMES[i] as string, folder: '', about: [`${id} hospital`, 'upcoding 12'] })),
    },
    source: '1,000 simulated claims',
    trace: madeTrace(),
    baselines,
    comparisons: compare(baselines, { logistic: scores('logistic'), mlp: scores('mlp') }),
    curves: { logistic: curve, mlp: curve },
    coefficientDifference: 2e-10,
    seconds: 42,
    machine: 'a machine',
  }
}
