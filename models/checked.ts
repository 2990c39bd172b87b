import type { Codec } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'

/** A codec that also refuses, in both directions, values outside their allowed region. @throws BAD_CONFIG with what `fault` says. */
export const checked = <T>(codec: Codec<T>, fault: (value: T) => string | null): Codec<T> => {
  const check = (value: T): T => {
    const wrong = fault(value)
    if (wrong !== null) throw refuse('BAD_CONFIG', wrong)
    return value
  }
  return { write: (to, value) => codec.write(to, check(value)), read: (from) => check(codec.read(from)) }
}

/** The first fault of [holds, what was expected] pairs; null where all hold. */
export const firstFault = (...rules: readonly (readonly [holds: boolean, expected: string])[]): string | null => rules.find(([holds]) => !holds)?.[1] ?? null
