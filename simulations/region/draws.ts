// Random draws that are the same on every machine: integers by sfc32, real numbers by + - x / and Math.sqrt alone.
// Math.exp, log, pow and sin may differ in their last bits between engines, so none of them is used anywhere in the generator.
import { createSeededRandom } from '../../core/random.ts'

export interface Draws {
  /** A double in [0, 1) with 32 random bits. */
  uniform(): number
  /** Uniform in [low, high). */
  between(low: number, high: number): number
  /** An integer, both ends included. */
  int(low: number, high: number): number
  chance(p: number): boolean
  pick<T>(from: readonly T[]): T
  /** An index, drawn with the given weights (>= 0, not all 0). */
  weighted(weights: readonly number[]): number
  /** `count` different members in random order (all of them where there are fewer). */
  sample<T>(from: readonly T[], count: number): T[]
  /** Standard normal to within 1 % of its density inside 3 sigma; never beyond 6. */
  normal(): number
  /** median x e^(sigma z). */
  lognormal(median: number, sigma: number): number
  poisson(mean: number): number
  /** Failures before the first success; mean (1 - p) / p. */
  geometric(p: number): number
  /** Beta(a, b) of whole a, b: the a-th smallest of a + b - 1 uniforms. */
  beta(a: number, b: number): number
}

/** e^x from additions and multiplications only (range reduction by ln 2, then 14 Taylor terms): the same bits everywhere. Relative error below 1e-15. */
export function exponential(x: number): number {
  const k = Math.floor(x / Math.LN2 + 0.5)
  const r = x - k * Math.LN2
  let term = 1
  let sum = 1
  for (let n = 1; n <= 14; n++) {
    term *= r / n
    sum += term
  }
  for (let i = 0; i < Math.abs(k); i++) sum = k > 0 ? sum * 2 : sum / 2
  return sum
}

/** The 32-bit generator sfc32 (PractRand, C. Doty-Humphrey), state from SHA-256 of the names through core/random. */
function sfc32(seed: string): () => number {
  let [a = 0, b = 0, c = 0] = createSeededRandom(seed).fill(new Uint32Array(3))
  let counter = 1
  return () => {
    const t = (a + b + counter) >>> 0
    counter = (counter + 1) >>> 0
    a = (b ^ (b >>> 9)) >>> 0
    b = (c + (c << 3)) >>> 0
    c = (((c << 21) | (c >>> 11)) + t) >>> 0
    return t
  }
}

/** A stream of its own for each name: adding draws to one hospital or person never moves another's. */
export function createDraws(seed: string, ...names: readonly (string | number)[]): Draws {
  const next = sfc32(`${seed}|${names.join('|')}`)
  const uniform = (): number => next() / 4294967296
  const int = (low: number, high: number): number => low + Math.floor(uniform() * (high - low + 1))
  function normal(): number {
    let sum = -6
    for (let i = 0; i < 6; i++) {
      const bits = next()
      sum += ((bits & 0xffff) + (bits >>> 16) + 1) / 65536
    }
    return sum
  }
  function weighted(weights: readonly number[]): number {
    let left = uniform() * weights.reduce((sum, w) => sum + w, 0)
    for (let i = 0; i < weights.length; i++) {
      left -= weights[i] ?? 0
      if (left < 0) return i
    }
    return weights.findLastIndex((w) => w > 0)
  }
  function sample<T>(from: readonly T[], count: number): T[] {
    const rest = [...from]
    const chosen: T[] = []
    while (chosen.length < count && rest.length > 0) chosen.push(...rest.splice(int(0, rest.length - 1), 1))
    return chosen
  }
  function poisson(mean: number): number {
    const floor = exponential(-mean)
    let product = uniform()
    let count = 0
    while (product > floor) {
      product *= uniform()
      count++
    }
    return count
  }
  function geometric(p: number): number {
    let count = 0
    while (count < 1000 && uniform() >= p) count++
    return count
  }
  return {
    uniform,
    int,
    normal,
    weighted,
    sample,
    poisson,
    geometric,
    between: (low, high) => low + uniform() * (high - low),
    chance: (p) => uniform() < p,
    pick: <T>(from: readonly T[]): T => from[int(0, from.length - 1)] as T,
    lognormal: (median, sigma) => median * exponential(sigma * normal()),
    beta: (a, b) => Array.from({ length: a + b - 1 }, uniform).sort((x, y) => x - y)[a - 1] as number,
  }
}
