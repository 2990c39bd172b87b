// One idea: a task is a vector and a few functions. The coordinator runs *a task*; it never needs to know which.
import type { Codec } from '../core/codec.ts'
import type { LaneLayout } from '../core/lanes.ts'
import type { Random } from '../core/random.ts'
import type { FeatureColumn, SplitTable } from '../core/table.ts'

/** The least cell that may open, as the parameters of a task say it: `persons` of the union over `hospitals`, counted as in cells.ts. */
export interface CellRule {
  /** K. */
  readonly persons: number
  /** k. */
  readonly hospitals: number
}

/** Final states of earlier stages, by stage name, as canonical bytes with the task that made them. */
export type Upstream = Readonly<Record<string, { readonly task: string; readonly state: Uint8Array }>>

/** Public things that state 0 is made from: the same at every site. */
export interface InitContext {
  /** Name, with version, of the feature set that `features` are the columns of: a model scores rows of this set only. */
  readonly featureSet: string
  readonly features: readonly FeatureColumn[]
  readonly upstream: Upstream
  /** 32 bytes drawn from the job's step 0. */
  readonly seed: Uint8Array
  readonly rowCap: number
}

export interface Task<Params, State, Local = null> {
  readonly name: string
  readonly audience: 'members' | 'coordinator'
  /** `statistic`: the vector is a function of the records. `update`: a clipped model delta. */
  readonly disclosure: 'statistic' | 'update'
  readonly params: Codec<Params>
  readonly state: Codec<State>
  readonly local: Codec<Local>
  /** What a hospital holds against its own K and k; null where the task opens no cells of records. */
  cells(params: Params): CellRule | null
  /**
   * Canonical bytes of all in the parameters that draws borders between rows; none where nothing does. Two exact openings of the same
   * records under different borders differ by the few rows between them, so a hospital serves one set of borders.
   */
  cuts(params: Params): Uint8Array
  /** State 0, from public things only: every site computes the same bytes. `seed` is drawn from the job's step 0. */
  init(params: Params, context: InitContext): State
  /** Lanes of the vector for a cohort of `contributors`; @throws BAD_LAYOUT where it cannot fit. Same everywhere. */
  layout(state: State, contributors: number): LaneLayout
  /** At a hospital, in a worker. Returns laneCount(layout) values in the units of the layout. Engines are loaded here by import(). */
  contribute(input: ContributeInput<State, Local>): Promise<{ readonly vector: Float64Array; readonly nextLocal: Local }>
  /** Deterministic, the same bytes everywhere: integers and + - x / sqrt on typed arrays. `sums` are dequantised, in the order of lanes. */
  advance(state: State, sums: Float64Array): State
  done(state: State): boolean
}
export interface ContributeInput<State, Local> {
  readonly state: State
  readonly local: Local | null
  readonly data: SplitTable
  /** Public cap on rows a hospital: weights are rows / rowCap in (0, 1]. */
  readonly rowCap: number
  readonly random: Random
}

/** A task whose type parameters are closed over bytes: what the daemons hold. Made by `erase`. */
export interface AnyTask {
  readonly name: string
  readonly audience: 'members' | 'coordinator'
  readonly disclosure: 'statistic' | 'update'
  checkParams(params: Uint8Array): void
  cells(params: Uint8Array): CellRule | null
  cuts(params: Uint8Array): Uint8Array
  init(params: Uint8Array, context: InitContext): Uint8Array
  layout(state: Uint8Array, contributors: number): LaneLayout
  contribute(input: {
    state: Uint8Array
    local: Uint8Array | null
    data: SplitTable
    rowCap: number
    random: Random
  }): Promise<{ vector: Float64Array; nextLocal: Uint8Array }>
  advance(state: Uint8Array, sums: Float64Array): Uint8Array
  done(state: Uint8Array): boolean
}
