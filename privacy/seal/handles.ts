// SEAL's objects live in WebAssembly memory and are freed by hand or never. Each is held by exactly one of these.

/** What every object of the library has. */
interface Deletable {
  delete(): void
}

export interface Handle<T> extends Disposable {
  readonly raw: T
}

const counts = { working: 0, resident: 0 }

/** For tests: objects of running operations (zero between two calls), and those that an open ring keeps (zero once it is disposed). */
export const liveHandles = (): { readonly working: number; readonly resident: number } => ({ ...counts })

/** Takes ownership: `using c = held(new seal.Ciphertext())`. */
export function held<T extends Deletable>(raw: T, kind: 'working' | 'resident' = 'working'): Handle<T> {
  counts[kind]++
  let live = true
  return {
    raw,
    [Symbol.dispose]() {
      if (!live) return
      live = false
      counts[kind]--
      raw.delete()
    },
  }
}
