// The random source is passed in. Daemons use the operating system's; simulations that must repeat use a seeded stream.
import { createCipheriv, createHash, randomFillSync } from 'node:crypto'

export interface Random {
  /** Whether the bytes are fit for keys: a daemon refuses a source that says false. */
  readonly secure: boolean
  /** Fills the array and returns it. */
  fill<T extends Uint8Array | Uint16Array | Uint32Array | BigUint64Array>(array: T): T
}

export const systemRandom: Random = {
  secure: true,
  fill: (array) => randomFillSync(array),
}

/** AES-256-CTR under SHA-256(seed): the same bytes on every machine. Not for keys. */
export function createSeededRandom(seed: string): Random {
  const stream = createCipheriv('aes-256-ctr', createHash('sha256').update(`consilium/random/1|${seed}`).digest(), Buffer.alloc(16))
  return {
    secure: false,
    fill(array) {
      const bytes = stream.update(Buffer.alloc(array.byteLength))
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(bytes)
      return array
    },
  }
}

/** A double in [0, 1) with 53 random bits. */
export function uniform(random: Random): number {
  const [high = 0, low = 0] = random.fill(new Uint32Array(2))
  return ((high >>> 5) * 67108864 + (low >>> 6)) / 9007199254740992
}
