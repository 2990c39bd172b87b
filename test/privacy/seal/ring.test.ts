import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSeededRandom, systemRandom } from '../../../core/random.ts'
import { correctnessBound, PARAMETERS } from '../../../privacy/parameters.ts'
import { liveHandles, openRing, type Ring } from '../../../privacy/seal/index.ts'
import { addResidues, PRIMES, RESIDUES, type Residues } from '../../../privacy/wire.ts'

const { ringDegree: N, plainPrime: T, dataPrimes } = PARAMETERS
const q = dataPrimes[0] * dataPrimes[1]
const mod = (v: bigint, m: bigint): bigint => ((v % m) + m) % m
const residuesOf = (coefficients: readonly bigint[]): Residues =>
  Float64Array.from({ length: RESIDUES }, (_, i) => Number(mod(coefficients[i % N] as bigint, dataPrimes[i < N ? 0 : 1])))
const zero = new Float64Array(RESIDUES)

let ring: Ring
beforeAll(async () => {
  ring = await openRing()
})
afterAll(() => {
  ring[Symbol.dispose]()
  expect(liveHandles()).toEqual({ working: 0, resident: 0 })
})
/** The NTT of a polynomial of coefficients modulo q. */
function transform(coefficients: readonly bigint[]): Residues {
  using keyed = ring.under(new Int32Array(N))
  return keyed.mask([zero], [residuesOf(coefficients)])[0] as Residues
}

test('decoding lifts a phase to (-q/2, q/2) and takes it mod T: right up to the bound of 10,000 contributors and beyond it to the edge of q/2', () => {
  const { phase, stated, half } = correctnessBound(10_000)
  const random = createSeededRandom('phases').fill(new BigUint64Array(N))
  // SEAL centres in doubles, so the last 2^-45 before q/2 is not its own; the bound of 10,000 contributors is 2^-12 of q/2.
  for (const most of [phase, stated, half - (half >> 45n)]) {
    const coefficients = [...random].map((word, i) => (i < 2 ? ([most, -most][i] as bigint) : mod(word * word * word, 2n * most + 1n) - most))
    expect(ring.decode(transform(coefficients))).toEqual(BigUint64Array.from(coefficients, (v) => mod(v, T)))
  }
})
test('a phase past q/2 decodes to something else: the bound is where it fails', () => {
  const past = Array.from({ length: N }, () => q / 2n + 2n ** 60n)
  expect(ring.decode(transform(past))[0]).toBe(mod((past[0] as bigint) - q, T))
  expect(mod((past[0] as bigint) - q, T)).not.toBe(mod(past[0] as bigint, T))
})
test('multiplication is that of the ring: X^(N-1) times X is -1, and a small product equals the schoolbook one', () => {
  const s = new Int32Array(N)
  s[1] = 1
  using byX = ring.under(s)
  const last = Array.from({ length: N }, (_, i) => (i === N - 1 ? 1n : 0n))
  expect(ring.decode(byX.times([transform(last)])[0] as Residues)[0]).toBe(T - 1n)
  const [a, b] = [
    [3n, -5n, 7n],
    [-2, 0, 11],
  ] as const
  const small = new Int32Array(N)
  small.set(b)
  using byB = ring.under(small)
  const product = ring.decode(byB.times([transform(Array.from({ length: N }, (_, i) => a[i] ?? 0n))])[0] as Residues)
  expect([...product.subarray(0, 6)]).toEqual([-6n, 10n, 19n, -55n, 77n, 0n].map((v) => mod(v, T)))
})
test('two polynomials at once are each what one alone gives', () => {
  const uniform = (): Residues => Float64Array.from(systemRandom.fill(new BigUint64Array(RESIDUES)), (word, i) => Number(word % BigInt(PRIMES[i < N ? 0 : 1])))
  const s = Int32Array.from({ length: N }, (_, i) => (i % 85) - 42)
  using keyed = ring.under(s)
  const [a, b, x, y] = [uniform(), uniform(), uniform(), uniform()]
  const both = keyed.mask([a, b], [x, y])
  expect(both).toEqual([...keyed.mask([a], [x]), ...keyed.mask([b], [y])])
  expect(keyed.times([a, b])).toEqual([...keyed.times([a]), ...keyed.times([b])])
  // mask(a, x) = times(a) + NTT(x).
  const sum = keyed.times([a])[0] as Residues
  addResidues(sum, keyed.mask([zero], [x])[0] as Residues)
  expect(both[0]).toEqual(sum)
})
