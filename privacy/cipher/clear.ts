// The cipher of learning simulations: same lanes, same keys and shares, same bytes on the wire, and NO secrecy. Daemons refuse it.
import { sampleBinomial } from '../binomial.ts'
import type { Cipher } from '../cipher.ts'
import { checkCoefficients, putCoefficient, WORD, wordsOf } from '../coefficients.ts'
import { PARAMETERS } from '../parameters.ts'
import { packCiphertext, parseCiphertext, RESIDUES, type Residues } from '../wire.ts'
import { addCiphertexts } from './add.ts'

const N = PARAMETERS.ringDegree
const HALF_BITS = 29
const HALF = 2 ** HALF_BITS
/** 2^58 mod T. */
const FOLD = Number(2n ** 58n % PARAMETERS.plainPrime)

/**
 * A "ciphertext" holds the message as numbers below the data primes, coefficient i = low_i + 2^29 high_i: N low halves, then N high ones. Sums of up to 2^15 of them stay below
 * 2^45, so `add` is the one of every cipher. A one-time key is drawn and can be shared, but hides nothing: `open` reads the sum without `keySum` and
 * so says nothing about whether the key sum is right; only its own bounds and the constant lanes can.
 */
export function createClear(): Cipher {
  return {
    name: 'clear',
    async encrypt(_planHash, messages, random) {
      for (const message of messages) checkCoefficients(message)
      return { ciphertexts: messages.map((message) => packCiphertext(toHalves(message))), key: sampleBinomial(N, random) }
    },
    add: async (partial, contributions) => addCiphertexts(partial, contributions),
    async open(_planHash, aggregate, _keySum) {
      return aggregate.map((bytes) => fromHalves(parseCiphertext(bytes)))
    },
  }
}

function toHalves(message: BigUint64Array): Residues {
  const words = wordsOf(message)
  const out = new Float64Array(RESIDUES)
  for (let i = 0; i < N; i++) {
    const [low, high] = [words[2 * i] as number, words[2 * i + 1] as number]
    out[i] = low % HALF
    out[N + i] = high * (WORD / HALF) + (low >>> HALF_BITS)
  }
  return out
}

/** low + 2^29 high mod T for sums of halves below 2^45: high = h 2^29 + l folds by 2^58 mod T, and l 2^29 splits at bit 32. */
function fromHalves(sums: Residues): BigUint64Array {
  const out = new BigUint64Array(N)
  const words = wordsOf(out)
  for (let i = 0; i < N; i++) {
    const high = sums[N + i] as number
    const l = high % HALF
    const low = (sums[i] as number) + Math.floor(high / HALF) * FOLD + (l % (WORD / HALF)) * HALF
    putCoefficient(words, i, Math.floor(l / (WORD / HALF)), low)
  }
  return out
}
