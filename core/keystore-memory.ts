// The same interface in memory: simulations and tests. Nothing is written anywhere.
import type { Keystore } from './keystore.ts'
import { SecretBytes } from './secret.ts'

export function createMemoryKeystore(secrets: Map<string, Uint8Array> = new Map()): Keystore {
  return {
    get(name) {
      const found = secrets.get(name)
      return found ? new SecretBytes(found.slice()) : null
    },
    put: (name, bytes) => void secrets.set(name, bytes.slice()),
    delete: (name) => void secrets.delete(name),
    names: () => [...secrets.keys()],
    [Symbol.dispose]() {},
  }
}
