// Runs a task over in-memory hospitals: the sum in the clear, or through the lanes' own rounding and integers, without encryption.
import { dequantise, laneCount } from '../../core/lanes.ts'
import { contribute } from '../../models/jobs.ts'
import { taskByName } from '../../models/registry.ts'
import type { Upstream } from '../../models/task.ts'
import type { Federation } from './learning-data.ts'

export interface RunOptions {
  /** `lanes`: quantise, add integers, dequantise, as the secure sum does; `clear`: add doubles. */
  readonly sum: 'lanes' | 'clear'
  readonly seed?: string
}
export interface Run {
  readonly state: Uint8Array
  readonly steps: number
  /** States 0, 1, ...; the last is `state`. */
  readonly states: readonly Uint8Array[]
  /** What each step opened. */
  readonly releases: readonly Float64Array[]
}

export async function runTask(federation: Federation, name: string, params: Uint8Array, upstream: Upstream, { sum, seed = 'run' }: RunOptions): Promise<Run> {
  const task = taskByName(name)
  const { featureSet, features, rowCap, sites } = federation
  const states = [task.init(params, { featureSet, features, upstream, seed: new Uint8Array(32).fill(7), rowCap })]
  const releases: Float64Array[] = []
  const locals: (Uint8Array | null)[] = sites.map(() => null)
  for (let step = 0; ; step++) {
    const state = states.at(-1) as Uint8Array
    if (task.done(state)) return { state, steps: step, states, releases }
    const layout = task.layout(state, sites.length)
    const vectors: Float64Array[] = []
    for (const [i, data] of sites.entries()) {
      const out = await contribute({
        task: name,
        state,
        local: locals[i] ?? null,
        data,
        rowCap,
        layout: sum === 'lanes' ? layout : null,
        seed: `${seed}|${step}|${i}`,
      })
      locals[i] = out.nextLocal
      vectors.push(out.vector)
    }
    const opened = sum === 'lanes' ? dequantise(layout, addIntegers(vectors, layout.laneBits)) : addReals(vectors, laneCount(layout))
    releases.push(opened)
    states.push(task.advance(state, opened))
  }
}

function addIntegers(vectors: readonly Float64Array[], laneBits: number): BigInt64Array {
  const half = 1n << BigInt(laneBits - 1)
  return BigInt64Array.from({ length: vectors[0]?.length ?? 0 }, (_, i) => {
    const total = vectors.reduce((sum, v) => sum + BigInt(v[i] as number), 0n)
    if (total >= half || total <= -half) throw new Error(`lane ${i} overflows ${laneBits} bits`)
    return total
  })
}

function addReals(vectors: readonly Float64Array[], length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => vectors.reduce((sum, v) => sum + (v[i] as number), 0))
}
