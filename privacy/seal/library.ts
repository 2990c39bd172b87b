// Loads SEAL and builds the one context, checking every constant of PARAMETERS against it.
// The `allows` build: a polynomial alone is a ciphertext whose other half is zero, which the default build refuses.
import type { MainModule, SEALContext } from 'node-seal/allows'
import { refuse } from '../../core/errors.ts'
import { PARAMETERS } from '../parameters.ts'
import { type Handle, held } from './handles.ts'

/** Loads the library: one WebAssembly instance a thread, 100 ms. */
export async function loadSeal(): Promise<MainModule> {
  const { initialize } = await import('node-seal/allows')
  return await initialize()
}

/** The context of PARAMETERS. @throws BAD_PARAMETERS where SEAL would choose other primes or refuses the set at 128 bits. */
export function createContext(seal: MainModule): Handle<SEALContext> {
  const { ringDegree, dataPrimes, specialPrime, plainPrime } = PARAMETERS
  using primes = held(seal.CoeffModulus.Create(ringDegree, Int32Array.from([45, 45, 19])))
  const chosen = Array.from({ length: primes.raw.size() }, (_, i) => {
    const prime = primes.raw.get(i)
    if (!prime) throw refuse('BAD_PARAMETERS', `SEAL gives no prime ${i}`)
    using modulus = held(prime)
    return modulus.raw.value()
  })
  using plain = held(seal.PlainModulus.Batching(ringDegree, 58))
  const expected = [...dataPrimes, specialPrime, plainPrime].join()
  const offered = [...chosen, plain.raw.value()].join()
  if (offered !== expected) throw refuse('BAD_PARAMETERS', `SEAL chooses ${offered}, the named set is ${expected}`)
  using parms = held(new seal.EncryptionParameters(seal.SchemeType.bgv))
  parms.raw.setPolyModulusDegree(ringDegree)
  parms.raw.setCoeffModulus(primes.raw)
  parms.raw.setPlainModulus(plain.raw)
  const context = held(new seal.SEALContext(parms.raw, true, seal.SecLevelType.tc128), 'resident')
  if (context.raw.parametersSet()) return context
  context[Symbol.dispose]()
  throw refuse('BAD_PARAMETERS', 'SEAL refuses the parameters at 128 bits')
}
