// Baselines: the same tasks run by a federation of one, in the clear and without rounding, so that pooled and local models
// share every line with the federated one. Only a launcher that holds all rows (simulation, demo) can call these.
import { decode } from '../core/codec.ts'
import { createSeededRandom } from '../core/random.ts'
import type { FeatureColumn, SplitTable, Table } from '../core/table.ts'
import { CELL_DEFAULTS, CELLS_OF_ONE, type CellParams } from './cells.ts'
import { describe, describeParams } from './describe.ts'
import { FEDAVG_DEFAULTS, type FedavgParams, fedavgParams } from './fedavg.ts'
import { type LogisticParams, logisticParams } from './logistic.ts'
import { logitOf } from './logit.ts'
import { columnsOf } from './normalisation.ts'
import { taskByName } from './registry.ts'
import { type Model, parseModel } from './score.ts'
import type { Upstream } from './task.ts'

/** A delta's clip protects a hospital among others; alone it would only slow training. */
const NO_CLIP = 1e9

/** All tables under each other. They must have one feature set. */
export function joinTables(tables: readonly Table[]): Table {
  const [first] = tables
  if (!first) throw new RangeError('no tables')
  const joined = <T extends Float64Array | Uint8Array>(make: new (n: number) => T, of: (t: Table) => T): T => {
    const out = new make(tables.reduce((n, t) => n + of(t).length, 0))
    let at = 0
    for (const t of tables) {
      out.set(of(t), at)
      at += of(t).length
    }
    return out
  }
  return {
    featureSet: first.featureSet,
    features: first.features,
    rows: tables.reduce((n, t) => n + t.rows, 0),
    x: joined(Float64Array, (t) => t.x),
    y: joined(Uint8Array, (t) => t.y),
    amountFen: joined(Float64Array, (t) => t.amountFen),
    persons: joinPersons(tables),
    ids: tables.flatMap((t) => t.ids),
  }
}

/** Persons of different sites are different persons here: nobody can link them. */
function joinPersons(tables: readonly Table[]): Int32Array {
  let base = 0
  return Int32Array.from(
    tables.flatMap(({ persons }) => {
      const from = base
      base += persons.reduce((most, p) => Math.max(most, p + 1), 0)
      return [...persons].map((p) => from + p)
    }),
  )
}

/** Runs one task to its end over these training rows and returns the final state. */
async function runAlone(name: string, params: Uint8Array, train: Table, upstream: Upstream, seed: string): Promise<Uint8Array> {
  const task = taskByName(name)
  const data: SplitTable = { train, heldOut: train }
  const rowCap = Math.max(1, train.rows)
  const random = createSeededRandom(`alone|${name}|${seed}`)
  let state = task.init(params, { featureSet: train.featureSet, features: train.features, upstream, seed: random.fill(new Uint8Array(32)), rowCap })
  let local: Uint8Array | null = null
  while (!task.done(state)) {
    const out = await task.contribute({ state, local, data, rowCap, random })
    local = out.nextLocal
    state = task.advance(state, out.vector)
  }
  return state
}

/**
 * Names of the columns that `describe` opens over these hospitals' training rows: a pooled fit that is held against a federated one,
 * coefficient by coefficient, may use no others. @throws CELL_SMALL.
 */
export async function openColumns(trains: readonly Table[], cells: CellParams = CELL_DEFAULTS): Promise<readonly string[]> {
  const [first] = trains
  if (!first) throw new RangeError('no tables')
  const rowCap = trains.reduce((most, t) => Math.max(most, t.rows), 1)
  const random = createSeededRandom('open columns')
  const context = { featureSet: first.featureSet, features: first.features, upstream: {}, seed: new Uint8Array(32), rowCap }
  const state = describe.init(decode(describe.params, describeParams(cells)), context)
  let sums: Float64Array | null = null
  for (const train of trains) {
    const { vector } = await describe.contribute({ state, local: null, data: { train, heldOut: train }, rowCap, random })
    sums = sums === null ? vector : sums.map((v, i) => v + (vector[i] as number))
  }
  const asked = state.kind === 'counting' ? describe.advance(state, sums ?? new Float64Array()) : state
  return asked.kind === 'asked' ? asked.open.map((j) => (first.features[j] as FeatureColumn).name) : []
}

/** The same rows with these columns alone. @throws BAD_DATA where one is absent. */
export function selectColumns(table: Table, names: readonly string[]): Table {
  const columns = columnsOf(table.featureSet, names, table)
  const width = table.features.length
  const x = Float64Array.from({ length: table.rows * columns.length }, (_, i) => {
    const row = Math.floor(i / columns.length)
    return table.x[row * width + (columns[i % columns.length] as number)] as number
  })
  return { ...table, features: columns.map((c) => table.features[c] as FeatureColumn), x }
}

/** The base rate of a site that cannot learn, kept off 0 and 1 by half a row (Krichevsky-Trofimov). */
function baseRate(train: Table): Model | null {
  const positives = train.y.reduce((sum, y) => sum + y, 0)
  return positives > 0 && positives < train.rows ? null : { kind: 'constant', logit: logitOf((positives + 0.5) / (train.rows + 1)) }
}

async function fit(task: string, params: Uint8Array, train: Table, seed: string): Promise<Model> {
  const constant = baseRate(train)
  if (constant) return constant
  const described = await runAlone('describe', describeParams(CELLS_OF_ONE), train, {}, seed)
  return parseModel(task, await runAlone(task, params, train, { describe: { task: 'describe', state: described } }, seed))
}

/** Newton on these rows, normalised by these rows, with the federated task's ridge and stopping rule. */
export const fitLogistic = (train: Table, given: Partial<Omit<LogisticParams, 'describe'>> = {}): Promise<Model> =>
  fit('logistic', logisticParams({ ...CELLS_OF_ONE, ...given }), train, '')

/** As many passes over these rows (steps x localPasses) as the federation makes over its own. `seed` draws weights and batches. */
export const fitMlp = (train: Table, given: Partial<Omit<FedavgParams, 'describe'>> = {}, seed = 'baseline'): Promise<Model> =>
  fit('fedavg', fedavgParams({ ...FEDAVG_DEFAULTS, ...given, clipNorm: NO_CLIP }), train, seed)
