// Bytes that print nothing: not in a log, not in JSON, not in an inspector.
import { inspect } from 'node:util'

export class SecretBytes implements Disposable {
  readonly #bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }
  /** The bytes themselves, for as short a time as possible. */
  reveal(): Uint8Array {
    return this.#bytes
  }
  [Symbol.dispose](): void {
    this.#bytes.fill(0)
  }
  toString(): string {
    return '[secret]'
  }
  toJSON(): string {
    return '[secret]'
  }
  [inspect.custom](): string {
    return '[secret]'
  }
}
