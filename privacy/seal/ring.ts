// Arithmetic in the ring of PARAMETERS, done by SEAL. The only door to the library: numbers in, numbers out, no object of SEAL leaves.
import type { Evaluator, Plaintext } from 'node-seal/allows'
import { PARAMETERS } from '../parameters.ts'
import type { Residues } from '../wire.ts'
import { type Handle, held } from './handles.ts'
import { createContext, loadSeal } from './library.ts'
import { createMemory, type SealMemory } from './memory.ts'

const Q_BITS = 2 * PARAMETERS.residueBits

/** Multiplications by one small polynomial s. Disposing zeroes s in SEAL's object. */
export interface Keyed extends Disposable {
  /** a_i s + x_i for one or two (a_i in NTT order, x_i as coefficients modulo q): NTT order. */
  mask(a: readonly Residues[], x: readonly Residues[]): Residues[]
  /** a_i s for one or two a_i in NTT order. */
  times(a: readonly Residues[]): Residues[]
}

export interface Ring extends Disposable {
  /** `s`: N signed coefficients, |s_i| < T / 2. */
  under(s: Int32Array): Keyed
  /** The coefficients mod T of a polynomial in NTT order, lifted to (-q/2, q/2): what BGV decryption makes of a phase. */
  decode(phase: Residues): BigUint64Array
  /** Whether every coefficient of a polynomial in NTT order, lifted to (-q/2, q/2), has at most `bits` bits. About 0.6 ms. */
  isWithin(phase: Residues, bits: number): boolean
}

/** Opens the library and its context. Dispose it with its thread: SEAL's memory pool keeps freed blocks, so keys end with the thread, not with a call. */
export async function openRing(): Promise<Ring> {
  const seal = await loadSeal()
  using opening = new DisposableStack()
  const context = opening.use(createContext(seal))
  const memory = createMemory(seal, context.raw)
  const evaluator = opening.use(held(new seal.Evaluator(context.raw), 'resident'))
  const first = opening.use(held(context.raw.firstParmsId(), 'resident'))
  const generator = opening.use(held(new seal.KeyGenerator(context.raw), 'resident'))
  const unrelated = opening.use(held(generator.raw.secretKey(), 'resident'))
  // The phase comes as (phase, 0): any secret key decrypts it, and this one encrypts nothing.
  const decryptor = opening.use(held(new seal.Decryptor(context.raw, unrelated.raw), 'resident'))
  const resident = opening.move()
  return {
    under(s) {
      const lifted = liftSigned(s)
      const key = memory.plaintext(lifted)
      lifted.fill(0n)
      evaluator.raw.plainTransformToNttInplace(key.raw, first.raw)
      return createKeyed(key, evaluator.raw, memory)
    },
    decode(phase) {
      using trivial = memory.ciphertext([phase], 'ntt')
      using plain = held(new seal.Plaintext())
      decryptor.raw.decrypt(trivial.raw, plain.raw)
      return memory.coefficients(plain.raw)
    },
    isWithin(phase, bits) {
      // SEAL's budget under BGV is max(0, bits of q - bits of the largest |coefficient| - 1).
      using trivial = memory.ciphertext([phase], 'ntt')
      return decryptor.raw.invariantNoiseBudget(trivial.raw) >= Q_BITS - bits - 1
    },
    [Symbol.dispose]: () => resident.dispose(),
  }
}

function createKeyed(key: Handle<Plaintext>, evaluator: Evaluator, memory: SealMemory): Keyed {
  return {
    mask(a, x) {
      using added = memory.ciphertext(x, 'coefficients')
      // SEAL's loader already transforms what is loaded as coefficients under BGV (it does so for files of 4.0).
      if (!added.raw.isNttForm()) evaluator.cipherTransformToNttInplace(added.raw)
      using product = memory.ciphertext(a, 'ntt')
      evaluator.multiplyPlainInplace(product.raw, key.raw)
      evaluator.addInplace(product.raw, added.raw)
      return memory.polynomials(product.raw).slice(0, a.length)
    },
    times(a) {
      using product = memory.ciphertext(a, 'ntt')
      evaluator.multiplyPlainInplace(product.raw, key.raw)
      return memory.polynomials(product.raw).slice(0, a.length)
    },
    [Symbol.dispose]() {
      key.raw.setZero()
      key[Symbol.dispose]()
    },
  }
}

/** Signed values as coefficients mod T: SEAL lifts those above T/2 back to negative ones. */
function liftSigned(s: Int32Array): BigUint64Array {
  return BigUint64Array.from(s, (v) => (v < 0 ? PARAMETERS.plainPrime + BigInt(v) : BigInt(v)))
}
