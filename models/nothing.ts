import type { Codec } from '../core/codec.ts'

/** The local state of a task that keeps none: no bytes. */
export const nothing: Codec<null> = { write() {}, read: () => null }
