// What is sealed to a custodian: its words of one contributor's key and masks.
import type { ByteReader, Codec } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { P } from './field.ts'
import { MASKS, SHARE_WORDS } from './shamir.ts'

export interface ShareWords {
  /** 4,096 words: the key's polynomials at this custodian's x. */
  readonly share: Uint32Array
  /** 4 words: the check polynomials z_1..z_4 at the same x. */
  readonly masks: Uint32Array
}
export const SHARE_WORDS_BYTES = 4 * (SHARE_WORDS + MASKS)

/** 4,096 + 4 little-endian words, each below p, without a length. @throws BAD_BYTES */
export const shareWords: Codec<ShareWords> = {
  write(to, { share, masks }) {
    for (const [part, length] of [
      [share, SHARE_WORDS],
      [masks, MASKS],
    ] as const) {
      checkWords(part, length)
      to.append(new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
    }
  },
  read: (from) => ({ share: read(from, SHARE_WORDS), masks: read(from, MASKS) }),
}

function read(from: ByteReader, length: number): Uint32Array {
  return checkWords(new Uint32Array(new Uint8Array(from.take(4 * length)).buffer), length)
}

function checkWords(words: Uint32Array, length: number): Uint32Array {
  if (words.length !== length || words.some((word) => word >= P)) throw refuse('BAD_BYTES', `share words: ${length} below p expected`)
  return words
}
