// How polynomials enter and leave SEAL's objects: as SEAL's own serialised form, whose headers are taken from objects that SEAL itself saved at start,
// filled only with numbers that we computed or parsed. Nothing received ever stands in these bytes.
import type { Ciphertext, MainModule, Plaintext, SEALContext } from 'node-seal/allows'
import { refuse } from '../../core/errors.ts'
import { WORD } from '../coefficients.ts'
import { PARAMETERS } from '../parameters.ts'
import { RESIDUES, type Residues } from '../wire.ts'
import { type Handle, held } from './handles.ts'

const N = PARAMETERS.ringDegree
/** Bytes of one polynomial: 2 N words of 64 bits. */
const POLYNOMIAL_BYTES = 8 * RESIDUES
/** SEAL 4.1: 16 bytes of header and 32 of parms_id come before is_ntt_form. */
const NTT_FLAG_AT = 48

export interface SealMemory {
  /** A ciphertext of two polynomials (the second zero where absent), in NTT order or as coefficients. */
  ciphertext(polynomials: readonly Residues[], form: 'ntt' | 'coefficients'): Handle<Ciphertext>
  /** Both polynomials of a ciphertext. */
  polynomials(from: Ciphertext): readonly [Residues, Residues]
  /** A plaintext of N coefficients mod T. */
  plaintext(coefficients: BigUint64Array): Handle<Plaintext>
  /** The N coefficients mod T of a plaintext. */
  coefficients(from: Plaintext): BigUint64Array
}

/** @throws BAD_PARAMETERS where the library's serialised form is not the one this file knows. */
export function createMemory(seal: MainModule, context: SEALContext): SealMemory {
  const bare = (bytes: Uint8Array, payload: number): Uint8Array => {
    if (bytes.length <= payload || bytes.subarray(bytes.length - payload).some((b) => b !== 0))
      throw refuse('BAD_PARAMETERS', `SEAL saved ${bytes.length} bytes for ${payload}`)
    return bytes.slice()
  }
  const ciphertextForm = bare(emptyCiphertext(seal, context), 2 * POLYNOMIAL_BYTES)
  const plaintextForm = bare(emptyPlaintext(seal), 8 * N)
  if (ciphertextForm[NTT_FLAG_AT] !== 0) throw refuse('BAD_PARAMETERS', "SEAL's ciphertext header is not the one of 4.1")
  const ciphertextHeader = ciphertextForm.length - 2 * POLYNOMIAL_BYTES
  const plaintextHeader = plaintextForm.length - 8 * N
  const words = new Uint32Array(2 * RESIDUES)
  const wordBytes = new Uint8Array(words.buffer)

  return {
    ciphertext(polynomials, form) {
      ciphertextForm[NTT_FLAG_AT] = form === 'ntt' ? 1 : 0
      for (let i = 0; i < 2; i++) {
        split(polynomials[i], words)
        ciphertextForm.set(wordBytes, ciphertextHeader + i * POLYNOMIAL_BYTES)
      }
      return loaded(held(new seal.Ciphertext()), context, ciphertextForm, ciphertextHeader)
    },
    polynomials(from) {
      const bytes: Uint8Array = from.saveToArray(seal.ComprModeType.none)
      if (bytes.length !== ciphertextForm.length) throw refuse('INTERNAL', `SEAL saved ${bytes.length} bytes`)
      return [0, 1].map((i) => {
        wordBytes.set(bytes.subarray(ciphertextHeader + i * POLYNOMIAL_BYTES, ciphertextHeader + (i + 1) * POLYNOMIAL_BYTES))
        return join(words)
      }) as [Residues, Residues]
    },
    plaintext(coefficients) {
      plaintextForm.set(new Uint8Array(coefficients.buffer, coefficients.byteOffset, coefficients.byteLength), plaintextHeader)
      return loaded(held(new seal.Plaintext()), context, plaintextForm, plaintextHeader)
    },
    coefficients(from) {
      const bytes: Uint8Array = from.saveToArray(seal.ComprModeType.none)
      // SEAL leaves out zero coefficients at the end.
      const out = new BigUint64Array(N)
      new Uint8Array(out.buffer).set(bytes.subarray(plaintextHeader))
      return out
    },
  }
}

/** Loads our bytes into the object and wipes them: they may hold a key or an error. */
function loaded<T extends Ciphertext | Plaintext>(target: Handle<T>, context: SEALContext, bytes: Uint8Array, header: number): Handle<T> {
  try {
    target.raw.loadFromArray(context, bytes)
    return target
  } catch (error) {
    target[Symbol.dispose]()
    throw refuse('INTERNAL', 'SEAL does not take an object that we built', error)
  } finally {
    bytes.fill(0, header)
  }
}

function emptyCiphertext(seal: MainModule, context: SEALContext): Uint8Array {
  using id = held(context.firstParmsId())
  using empty = held(new seal.Ciphertext(context, id.raw, 2))
  empty.raw.resize(2)
  return empty.raw.saveToArray(seal.ComprModeType.none)
}

function emptyPlaintext(seal: MainModule): Uint8Array {
  using empty = held(new seal.Plaintext(N, N))
  return empty.raw.saveToArray(seal.ComprModeType.none)
}

/** Residues as 64-bit words, low half first. */
function split(residues: Residues | undefined, words: Uint32Array): void {
  if (!residues) {
    words.fill(0)
    return
  }
  for (let i = 0; i < RESIDUES; i++) {
    const v = residues[i] as number
    const low = v >>> 0
    words[2 * i] = low
    words[2 * i + 1] = (v - low) / WORD
  }
}

function join(words: Uint32Array): Residues {
  const residues = new Float64Array(RESIDUES)
  for (let i = 0; i < RESIDUES; i++) residues[i] = (words[2 * i + 1] as number) * WORD + (words[2 * i] as number)
  return residues
}
