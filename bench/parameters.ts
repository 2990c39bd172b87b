// What the lattice parameters are worth, by the primal attack as it is commonly estimated; and the correctness bound. Computed, not measured: no
// library of ours stands behind it, and an estimate is no proof. The published table (HomomorphicEncryption.org 2018, used by SEAL) is the requirement.
import { correctnessBound, PARAMETERS } from '../privacy/parameters.ts'
import type { Bench, Row } from './bench.ts'

/** Root Hermite factor of BKZ with block size beta (Chen 2013): ((pi beta)^(1/beta) beta / (2 pi e))^(1 / (2 (beta - 1))). */
const rootHermite = (beta: number): number => (((Math.PI * beta) ** (1 / beta) * beta) / (2 * Math.PI * Math.E)) ** (1 / (2 * (beta - 1)))

/**
 * Smallest block size with which the primal attack (uSVP, success condition of ADPS16) finds a secret of the errors' width:
 * sqrt(beta) sigma <= delta^(2 beta - d - 1) q^(m / d), d = n + m + 1, over the best number of samples m.
 * `samples`: all that an attacker may have under one secret; many ciphertexts under one key only add samples, which this already allows.
 */
function blockSize(n: number, log2q: number, sigma: number, samples: number): number {
  const reaches = (beta: number): boolean => {
    const log2delta = Math.log2(rootHermite(beta))
    for (let m = 64; m <= samples; m += 64) {
      const d = n + m + 1
      if (0.5 * Math.log2(beta) + Math.log2(sigma) <= (2 * beta - d - 1) * log2delta + (m / d) * log2q) return true
    }
    return false
  }
  let [low, high] = [60, 4 * n]
  while (low < high) {
    const middle = (low + high) >> 1
    if (reaches(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Core-SVP, the cautious count: one call of a sieve, 2^(0.292 beta) classical, 2^(0.265 beta) quantum. The HomomorphicEncryption.org table counts
 * operations: 2^(0.292 beta + 16.4) for each of 8 d calls.
 */
const CLASSICAL = 0.292
const QUANTUM = 0.265
const operations = (beta: number, d: number): number => CLASSICAL * beta + 16.4 + Math.log2(8 * d)

const N = PARAMETERS.ringDegree
const DATA_BITS = Math.log2(Number(PARAMETERS.dataPrimes[0])) + Math.log2(Number(PARAMETERS.dataPrimes[1]))
const ALL_BITS = DATA_BITS + Math.log2(Number(PARAMETERS.specialPrime))
/** Variance of the centred binomial: half of its bits. */
const SIGMA = Math.sqrt(PARAMETERS.binomialBits / 2)
/** What an opening leaves of each of two honest members: x given x + y has half the variance (exact for Gaussians, heuristic for binomials). */
const LEFT = SIGMA / Math.SQRT2
/** The loss that the Hint-RLWE theorem proves for Gaussians instead: a factor 2 in sigma. */
const PROVED = SIGMA / 2
/** SEAL's own errors. */
const TABLE_SIGMA = 3.19

export const bench: Bench = {
  title: 'Parameters: primal attack, ring dimension 4,096',
  async run() {
    const rows: Row[] = []
    const figures: Record<string, number> = {}
    for (const [what, name, log2q, sigma] of [
      ['one contribution, nothing opened', 'fresh', DATA_BITS, SIGMA],
      ['after an opening with two honest members', 'opened', DATA_BITS, LEFT],
      ['the same, with the loss that is proved for Gaussians', 'openedProved', DATA_BITS, PROVED],
      ["SEAL's own row of 109 bits, errors of 3.19", 'table', ALL_BITS, TABLE_SIGMA],
    ] as const) {
      const beta = blockSize(N, log2q, sigma, 2 * N)
      rows.push({ what: `${what}: block size`, figure: beta, unit: `(log2 q ${log2q.toFixed(1)}, sigma ${sigma.toFixed(2)})` })
      rows.push({ what: `${what}: operations as the table counts`, figure: operations(beta, 2 * N), unit: 'bits' })
      rows.push({ what: `${what}: core-SVP classical, quantum`, figure: CLASSICAL * beta, unit: `bits, ${(QUANTUM * beta).toFixed(0)} bits` })
      figures[`${name}OperationsBits`] = Math.round(operations(beta, 2 * N))
      figures[`${name}ClassicalBits`] = Math.round(CLASSICAL * beta)
      figures[`${name}QuantumBits`] = Math.round(QUANTUM * beta)
    }
    for (const n of [5, 10_000]) {
      const { stated, half } = correctnessBound(n)
      rows.push({ what: `correctness with ${n} contributors: bits left below q / 2`, figure: bits(half) - bits(stated), unit: `of ${bits(half)}` })
    }
    return { rows, figures }
  },
}
const bits = (x: bigint): number => x.toString(2).length
