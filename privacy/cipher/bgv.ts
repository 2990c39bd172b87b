// The cipher of the product: BGV under a key that is used once, one polynomial a ciphertext.
import { refuse } from '../../core/errors.ts'
import type { Digest } from '../../core/ids.ts'
import { sampleBinomial } from '../binomial.ts'
import type { Cipher, CipherOptions } from '../cipher.ts'
import { checkCoefficients, WORD, wordsOf } from '../coefficients.ts'
import { expand } from '../expand.ts'
import { correctnessBound, PARAMETERS } from '../parameters.ts'
import { type Keyed, openRing, type Ring } from '../seal/index.ts'
import { PRIMES, packCiphertext, parseCiphertext, RESIDUES, type Residues, subtractResidues } from '../wire.ts'
import { addCiphertexts } from './add.ts'

const N = PARAMETERS.ringDegree

let shared: Promise<Ring> | null = null
/** One WebAssembly instance a thread, opened at the first use. */
const ring = (): Promise<Ring> => {
  shared ??= openRing().catch((error: unknown) => {
    shared = null
    throw error
  })
  return shared
}
/** Closes this thread's library; the next use opens it again. */
export async function closeSeal(): Promise<void> {
  const open = await shared
  shared = null
  open?.[Symbol.dispose]()
}

/**
 * c_j = a_j s + T e_j + m_j mod q, with s and each e_j fresh centred binomials and a_j = expand(plan hash, j).
 * Security: ring-LWE at N = 4096, q of 90 bits (128 bits by SEAL's table), as long as s serves one contribution and a_j repeats under no other s of the
 * same contributor; sums of keys reveal sums of s and e only. Cost: about 3 ms a ciphertext.
 */
export function createBgv(options: CipherOptions): Cipher {
  return {
    name: 'bgv',
    async encrypt(planHash, messages, random) {
      if (!random.secure && !options.INSECURE_TEST_random) throw refuse('TEST_ONLY', 'keys from a random source that is not secure')
      for (const message of messages) checkCoefficients(message)
      const key = sampleBinomial(N, random)
      using keyed = (await ring()).under(key)
      // Two polynomials fill one object of SEAL: half the work of one at a time.
      const ciphertexts = inPairs(messages.length, (js) => {
        const noisy = js.map((j) => withError(messages[j] as BigUint64Array, sampleBinomial(N, random)))
        const masked = keyed.mask(
          js.map((j) => expand(planHash, j)),
          noisy,
        )
        for (const polynomial of noisy) polynomial.fill(0)
        return masked.map(packCiphertext)
      })
      return { ciphertexts, key }
    },
    add: async (partial, contributions) => addCiphertexts(partial, contributions),
    async open(planHash, aggregate, keySum, contributors) {
      if (keySum.length !== N) throw refuse('KEY_BOUND', `a key sum of ${keySum.length} coefficients`)
      const sums = aggregate.map((bytes) => parseCiphertext(bytes))
      const opened = await ring()
      using keyed = opened.under(keySum)
      return inPairs(sums.length, (js) => openPair(opened, keyed, planHash, js, sums, contributors ?? null))
    },
  }
}

function openPair(
  opened: Ring,
  keyed: Keyed,
  planHash: Digest,
  js: readonly number[],
  sums: readonly Residues[],
  contributors: number | null,
): BigUint64Array[] {
  const products = keyed.times(js.map((j) => expand(planHash, j)))
  return products.map((product, i) => {
    const phase = subtractResidues(sums[js[i] as number] as Residues, product)
    if (contributors !== null && !opened.isWithin(phase, noiseBits(contributors))) throw refuse('NOISE_BOUND', `ciphertext ${js[i]} under this key sum`)
    return opened.decode(phase)
  })
}
/** Bits of 43 n T, above the largest phase of n honest contributions. */
const noiseBits = (contributors: number): number => correctnessBound(contributors).stated.toString(2).length

/** [0, 1], [2, 3], ... up to count, the last alone where count is odd. */
function inPairs<T>(count: number, of: (js: readonly number[]) => T[]): T[] {
  const out: T[] = []
  for (let j = 0; j < count; j += 2) out.push(...of(j + 1 < count ? [j, j + 1] : [j]))
  return out
}

const T = PARAMETERS.plainPrime
/** By prime: 2^45 mod q_i (19 bits) and T mod q_i. */
const FOLD = PARAMETERS.dataPrimes.map((prime) => Number(2n ** 45n % prime))
const T_MOD = PARAMETERS.dataPrimes.map((prime) => Number(T % prime))
const T_HALF_LOW = Number(((T - 1n) / 2n) & 0xffffffffn)
const T_HALF_HIGH = Number(((T - 1n) / 2n) >> 32n)

/**
 * T e + m modulo q as 2 N coefficient residues, m lifted to [-(T-1)/2, (T-1)/2]; wipes e. Exact in doubles: with m = h 2^45 + l,
 * the value (T mod q_i) (e - [m > T/2]) + h (2^45 mod q_i) + l stays below 44 x 2^45 < 2^51.
 */
function withError(message: BigUint64Array, error: Int32Array): Residues {
  const words = wordsOf(message)
  const out = new Float64Array(RESIDUES)
  for (let k = 0; k < 2; k++) {
    const [prime, fold, t] = [PRIMES[k] as number, FOLD[k] as number, T_MOD[k] as number]
    for (let i = 0; i < N; i++) {
      const [low, high] = [words[2 * i] as number, words[2 * i + 1] as number]
      const negative = high > T_HALF_HIGH || (high === T_HALF_HIGH && low > T_HALF_LOW) ? 1 : 0
      const v = t * ((error[i] as number) - negative) + (high >>> 13) * fold + (high & 0x1fff) * WORD + low
      const rest = v - Math.floor(v / prime) * prime
      // The quotient may be rounded to the next integer.
      out[k * N + i] = rest < 0 ? rest + prime : rest >= prime ? rest - prime : rest
    }
  }
  error.fill(0)
  return out
}
