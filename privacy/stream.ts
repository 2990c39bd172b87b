// Public pseudorandom words, the same on every machine: what expand() and the check words are drawn from.
import { createCipheriv } from 'node:crypto'
import { hash } from '../core/codec.ts'
import { fromDigest } from '../core/ids.ts'

/**
 * The keystream of AES-256-CTR (counter from zero) under the key hash(tag, ...parts) of core/codec.ts (SHA-256 over each of
 * tag and parts with its length before it, 8 bytes little-endian), read as little-endian 32-bit words; each call goes on where the last one stopped.
 */
export function publicStream(tag: string, ...parts: readonly Uint8Array[]): (count: number) => Uint32Array {
  const cipher = createCipheriv('aes-256-ctr', fromDigest(hash(tag, ...parts)), Buffer.alloc(16))
  return (count) => {
    const words = new Uint32Array(count)
    new Uint8Array(words.buffer).set(cipher.update(new Uint8Array(4 * count)))
    return words
  }
}

/** A number as 4 little-endian bytes. */
export const u32Bytes = (n: number): Uint8Array => new Uint8Array(new Uint32Array([n]).buffer)
