import type { Random } from '../../core/random.ts'

/** A random source that gives these words in turn, for known answers. */
export function scriptedRandom(...words: readonly number[]): Random {
  let at = 0
  return {
    secure: false,
    fill(array) {
      for (let i = 0; i < array.length; i++) array[i] = words[at++] as never
      return array
    },
  }
}
