// A hospital's own computing, as a job for core/work: the clear vector need not leave the worker when a layout is given.
import { type LaneLayout, quantise } from '../core/lanes.ts'
import { createSeededRandom, systemRandom } from '../core/random.ts'
import type { SplitTable } from '../core/table.ts'
import { defineJob } from '../core/work/work.ts'
import { taskByName } from './registry.ts'

/** Structured-cloneable; tables may stand on shared memory. */
export interface ContributeJobInput {
  readonly task: string
  readonly state: Uint8Array
  readonly local: Uint8Array | null
  readonly data: SplitTable
  readonly rowCap: number
  /** The plan's lanes: the vector comes back as integers; null: clear, as the task made it. */
  readonly layout: LaneLayout | null
  /** For simulations that must repeat; null: the operating system's random source. */
  readonly seed: string | null
}
export interface ContributeJobOutput {
  /** Integers q of the layout where one was given, else the task's own units. */
  readonly vector: Float64Array
  readonly nextLocal: Uint8Array
}

export async function contribute({ task, state, local, data, rowCap, layout, seed }: ContributeJobInput): Promise<ContributeJobOutput> {
  const random = seed === null ? systemRandom : createSeededRandom(seed)
  const { vector, nextLocal } = await taskByName(task).contribute({ state, local, data, rowCap, random })
  return { vector: layout ? quantise(layout, vector, random) : vector, nextLocal }
}

export const contributeJob = defineJob<typeof contribute>(import.meta.url, 'contribute')

/** Which tensor engine this worker trains with. */
export const engine = async (): Promise<string> => await (await import('./mlp/engine.ts')).engineName()
export const engineJob = defineJob<(input: null) => Promise<string>>(import.meta.url, 'engine')
