// What a person of the hospital decided: the port. The command writes a decision, the daemon waits for it. See decision-files.ts.
import { type Decoded, fixed, struct } from '../core/codec.ts'
import type { Digest } from '../core/ids.ts'
import { jobSpec, signedPlan } from '../privacy/messages.ts'

/** A roster by its hash, or a job by the hash of its specification (its first plan comes with it). */
export type Matter = 'roster' | 'job'
export type Decision = 'approve' | 'refuse'

/** What `ask('job', hash, bytes)` hands over: the specification under the coordinator's signature, and the first plan that came for it. */
export const askedJob = struct({ spec: jobSpec, signature: fixed(64), plan: signedPlan })
export type AskedJob = Decoded<typeof askedJob>

export interface Decisions {
  /** null: nobody has decided yet. */
  get(matter: Matter, hash: Digest): Decision | null
  /** Keeps, in plain words and canonical bytes, what waits for a person; `consilium client plan show` and `roster show` read it. */
  ask(matter: Matter, hash: Digest, body: Uint8Array): void
  /** Called when something was decided. The returned function ends it. */
  subscribe(listener: () => void): () => void
}

/** Decisions in memory: simulations and tests. */
export function createMemoryDecisions(): Decisions & { decide(matter: Matter, hash: Digest, decision: Decision): void; readonly asked: ReadonlySet<string> } {
  const decided = new Map<string, Decision>()
  const asked = new Set<string>()
  const listeners = new Set<() => void>()
  return {
    asked,
    get: (matter, hash) => decided.get(`${matter} ${hash}`) ?? null,
    ask: (matter, hash) => void asked.add(`${matter} ${hash}`),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    decide(matter, hash, decision) {
      decided.set(`${matter} ${hash}`, decision)
      for (const listener of listeners) listener()
    },
  }
}
