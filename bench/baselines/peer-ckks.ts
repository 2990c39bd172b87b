// The usual setting of federated learning with homomorphic encryption, as a baseline: one CKKS key that every client holds, N = 8192,
// primes [60, 40, 40], 4,096 values a ciphertext, on the same library. Not part of the product: the only use of node-seal outside privacy/seal.
import { medianMs } from '../bench.ts'

const DEGREE = 8192
const SLOTS = DEGREE / 2

/** Encode, encrypt and serialise; without compression. */
export async function measurePeerCkks(repeats: number): Promise<{ usPerValue: number; bytesPerValue: number }> {
  const { initialize } = await import('node-seal/allows')
  const seal = await initialize()
  using stack = new DisposableStack()
  const own = <T extends { delete(): void }>(object: T): T => stack.adopt(object, (o) => o.delete())
  const parms = own(new seal.EncryptionParameters(seal.SchemeType.ckks))
  parms.setPolyModulusDegree(DEGREE)
  parms.setCoeffModulus(own(seal.CoeffModulus.Create(DEGREE, Int32Array.from([60, 40, 40]))))
  const context = own(new seal.SEALContext(parms, true, seal.SecLevelType.tc128))
  const generator = own(new seal.KeyGenerator(context))
  const encryptor = own(new seal.Encryptor(context, own(generator.createPublicKey())))
  const encoder = own(new seal.CKKSEncoder(context))
  const [plain, cipher] = [own(new seal.Plaintext()), own(new seal.Ciphertext())]
  const values = Float64Array.from({ length: SLOTS }, (_, i) => Math.sin(i))
  let bytes = 0
  const ms = await medianMs(repeats, 1, () => {
    encoder.encode(values, 2 ** 40, plain)
    encryptor.encrypt(plain, cipher)
    bytes = (cipher.saveToArray(seal.ComprModeType.none) as Uint8Array).length
  })
  return { usPerValue: (ms * 1000) / SLOTS, bytesPerValue: bytes / SLOTS }
}
