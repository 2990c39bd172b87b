// `consilium demo`: a whole federation on this machine. The launcher makes the claims, starts the daemons, alone holds the truth, and
// compares at the end what they learnt with what each hospital could alone and what all rows in one place could.
import { mkdirSync, mkdtempSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { EXIT, refuse, toConsiliumError } from '../../core/errors.ts'
import { createThreads } from '../../core/work/threads.ts'
import { type Baselines, computeBaselines, MODEL_KINDS, type ModelKind } from '../baselines.ts'
import { type ReportInput, renderReport } from '../report/index.ts'
import { type DemoClaims, makeClaims } from './claims.ts'
import { type Comparison, compare, type FederatedScores, type Figures } from './comparison.ts'
import { createScreen, type Screen, secondsSince, tellRecord } from './console.ts'
import { createDaemons, DaemonEnded } from './daemons.ts'
import { type DemoFigures, figuresOf, machine } from './figures.ts'
import { readLearned } from './learned.ts'
import { coefficientDifference, learningCurve } from './learning-curve.ts'
import { COORDINATOR, configOf, dataOf } from './places.ts'
import { type DataKind, EVALUATION_STAGE, MODEL_STAGE, RECIPES, type Recipe, STEPS } from './plan.ts'
import { runFederation } from './run.ts'
import { readLogits } from './scores.ts'
import { bytes, columns, comparisonTable } from './table.ts'
import { releasedSeconds, stepsOf, type Trace } from './trace.ts'

export interface DemoOptions {
  readonly data?: DataKind
  /** Of the simulated claims. */
  readonly seed?: string
  /** Folder of the zipped CMS files (data: cms). */
  readonly path?: string
  /** For everything that the run writes; a fresh temporary folder where it is not given. */
  readonly out?: string
  /** File for the figures, for machines. */
  readonly json?: string
  readonly screen?: Screen
}

const BASELINE_THREADS = 2
const SIGNAL_EXIT = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Resolves with the exit code of the process; prints what went wrong. Whatever happens, no daemon is left. */
export async function runDemo(options: DemoOptions = {}): Promise<number> {
  const screen = options.screen ?? createScreen()
  const interrupted = new AbortController()
  let signalExit: number | null = null
  const onSignal = (signal: NodeJS.Signals): void => {
    signalExit ??= SIGNAL_EXIT[signal as keyof typeof SIGNAL_EXIT]
    interrupted.abort(refuse('CANCELLED', `stopped by ${signal}`))
  }
  const signals = Object.keys(SIGNAL_EXIT) as (keyof typeof SIGNAL_EXIT)[]
  for (const signal of signals) process.on(signal, onSignal)
  try {
    await demonstrate(options, screen, interrupted.signal)
    return EXIT.ok
  } catch (error) {
    screen.status('')
    if (signalExit === null) return complain(error)
    process.stderr.write('consilium demo: stopped; all daemons have ended\n')
    return signalExit
  } finally {
    for (const signal of signals) process.off(signal, onSignal)
  }
}

/** One clear line, and under it the last that a daemon said that ended by itself. */
function complain(error: unknown): number {
  if (error instanceof DaemonEnded) {
    const log = error.log.map((line) => `  | ${line}`).join('\n')
    process.stderr.write(`consilium demo: ${error.message}${log ? `; its last lines:\n${log}` : ''}\n`)
    return error.exitCode || EXIT.failed
  }
  const { code, message, entry } = toConsiliumError(error)
  process.stderr.write(`consilium demo: ${code}: ${message}\n`)
  if (code === 'INTERNAL' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`)
  return entry.exit
}

async function demonstrate(options: DemoOptions, screen: Screen, signal: AbortSignal): Promise<void> {
  const begunMs = Date.now()
  const kind = options.data ?? 'simulated'
  const recipe = RECIPES[kind]
  const work = workFolder(options.out)
  screen.line(`Consilium demo: one coordinator and five hospitals, each a process of its own, in ${work}`)
  screen.line('Demo settings: every site policy says "consent: automatic", so nobody is asked before a plan is followed.')
  const claims = await makeClaims({
    data: kind,
    seed: options.seed ?? '1',
    out: join(work, 'claims'),
    ...(options.path === undefined ? {} : { path: options.path }),
  })
  screen.line(`${secondsSince(begunMs)}  ${claims.source}`)

  await using baselines = startBaselines(claims, recipe)
  const { trace, processes } = await federate({ work, claims, recipe, screen, begunMs, signal })
  screen.status('waiting for the baselines (local only, pooled)')
  const outcome = await gather({ work, recipe, claims, trace, baselines: await untilAborted(baselines.result, signal) })
  const report = join(work, 'report.html')
  const seconds = (Date.now() - begunMs) / 1000
  const figures = demoFigures(outcome, processes, seconds)
  await writeFile(report, await renderReport({ ...outcome, seconds, machine: figures.machine, source: claims.source }))
  printResult(screen, outcome, figures, work, report)
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(figures, null, 2)}\n`)
}

function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
  return Promise.race([result, aborted])
}

function workFolder(out: string | undefined): string {
  if (out === undefined) return mkdtempSync(join(tmpdir(), 'consilium-demo-'))
  mkdirSync(resolve(out), { recursive: true, mode: 0o700 })
  return resolve(out)
}

interface RunningBaselines extends AsyncDisposable {
  readonly result: Promise<Baselines>
}
/** Runs beside the federation, on what it leaves of the processor. A failure is told when the result is awaited. */
function startBaselines(claims: DemoClaims, recipe: Recipe): RunningBaselines {
  const ended = new AbortController()
  const threads = createThreads({ threads: BASELINE_THREADS })
  const sites = claims.hospitals.map(({ id, folder }) => ({ hospital: id, folder }))
  const result = computeBaselines({ sites, rows: recipe.rows, logistic: recipe.logistic, mlp: recipe.mlp, seed: 'demo' }, threads, ended.signal)
  const settled = result.then(
    () => undefined,
    () => undefined,
  )
  return {
    result,
    async [Symbol.asyncDispose]() {
      ended.abort(refuse('CANCELLED', 'the demo has ended'))
      await settled
      await threads[Symbol.asyncDispose]()
    },
  }
}

async function federate(options: {
  work: string
  claims: DemoClaims
  recipe: Recipe
  screen: Screen
  begunMs: number
  signal: AbortSignal
}): Promise<{ trace: Trace; processes: number }> {
  const { screen, recipe } = options
  const stepsOfStage = (stage: string): number | null => (stage === MODEL_STAGE.mlp ? (recipe.mlp.steps ?? null) : (STEPS[stage] ?? null))
  await using daemons = createDaemons()
  const trace = await runFederation({ ...options, daemons, tell: (record, trace) => tellRecord(screen, record, trace, stepsOfStage) })
  screen.status('stopping the daemons')
  // Their last words are what they sent and received in all.
  await daemons.stop()
  return { trace, processes: daemons.count }
}

export type Outcome = Omit<ReportInput, 'seconds' | 'machine' | 'source'>

async function gather({
  work,
  recipe,
  claims,
  trace,
  baselines,
}: {
  work: string
  recipe: Recipe
  claims: DemoClaims
  trace: Trace
  baselines: Baselines
}): Promise<Outcome> {
  const scores = Object.fromEntries(await Promise.all(MODEL_KINDS.map(async (model) => [model, await scoresOf(model, trace, baselines)] as const))) as Record<
    ModelKind,
    FederatedScores
  >
  const learned = await readLearned(dataOf(work, COORDINATOR))
  return {
    recipe,
    claims,
    trace,
    baselines,
    comparisons: compare(baselines, scores),
    curves: { logistic: learningCurve(learned, 'logistic', baselines.heldOut), mlp: learningCurve(learned, 'mlp', baselines.heldOut) },
    coefficientDifference: coefficientDifference(learned, baselines.pooledCoefficients),
  }
}

async function scoresOf(model: ModelKind, trace: Trace, baselines: Baselines): Promise<FederatedScores> {
  const logits = new Map<string, Float64Array>()
  for (const truth of baselines.sites) {
    const file = trace.hospitals.get(truth.hospital)?.scoreFiles.get(MODEL_STAGE[model])
    if (file === undefined) throw refuse('NOT_FOUND', `${truth.hospital} has not scored with ${MODEL_STAGE[model]}`)
    logits.set(truth.hospital, await readLogits(file, truth))
  }
  const released = trace.evaluations.get(EVALUATION_STAGE[model])
  return { logits, released: { auc: released?.['auc'] ?? Number.NaN, averagePrecision: released?.['averagePrecision'] ?? Number.NaN } satisfies Figures }
}

function demoFigures({ trace, comparisons }: Outcome, processes: number, seconds: number): DemoFigures {
  const hospitals = [...trace.hospitals.values()]
  const mean = (of: 'bytesUp' | 'bytesDown'): number => Math.round(hospitals.reduce((sum, h) => sum + h[of], 0) / hospitals.length)
  const [logistic, mlp] = comparisons as readonly [Comparison, Comparison]
  return {
    seconds: Math.round(seconds * 10) / 10,
    processes,
    hospitals: hospitals.length,
    stepsLogistic: stepsOf(trace, MODEL_STAGE.logistic).length,
    stepsMlp: stepsOf(trace, MODEL_STAGE.mlp).length,
    bytesUpPerHospital: mean('bytesUp'),
    bytesDownPerHospital: mean('bytesDown'),
    engine: [...new Set(hospitals.map((h) => h.engine ?? 'unknown'))].join(', '),
    ...figuresOf('logistic', logistic),
    ...figuresOf('mlp', mlp),
    machine: machine(),
  }
}

function printResult(screen: Screen, { trace, claims, comparisons, coefficientDifference }: Outcome, figures: DemoFigures, work: string, report: string): void {
  const names = new Map(claims.hospitals.map((h) => [h.id, `${h.name} (${h.id})`]))
  const nameOf = (id: string): string => names.get(id) ?? id
  screen.line('')
  for (const comparison of comparisons) screen.line(`${comparisonTable(comparison, nameOf)}\n`)
  const traffic = [...trace.hospitals].map(([id, h]) => [nameOf(id), bytes(h.bytesUp), bytes(h.bytesDown)])
  screen.line(columns(['', 'bytes up', 'bytes down'], traffic))
  const steps = [...trace.steps.values()].map(releasedSeconds).filter(Number.isFinite)
  const mean = steps.reduce((sum, s) => sum + s, 0) / steps.length
  screen.line(
    `\n${steps.length} steps, ${mean.toFixed(2)} s a step (${Math.min(...steps).toFixed(2)} to ${Math.max(...steps).toFixed(2)}); ${figures.processes} daemons, engine ${figures.engine}`,
  )
  screen.line(
    "Local, overall: each hospital's own model on everybody's held-out rows, averaged. Local and pooled are computed by this launcher, which alone holds the truth.",
  )
  if (Number.isFinite(coefficientDifference))
    screen.line(`Logistic coefficients, federated against pooled: largest relative difference ${coefficientDifference.toExponential(1)}`)
  screen.line(`Report: ${report}`)
  const [first] = claims.hospitals
  if (first) screen.line(`All that ever left ${first.id}: npx consilium client egress --config ${configOf(work, first.id)}`)
  screen.line(`Done in ${figures.seconds.toFixed(1)} s`)
}
