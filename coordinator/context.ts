// What the coordinator's duties are handed. It holds a signing key and a certificate authority; no share, no decryption secret.
import type { Clock } from '../core/clock.ts'
import { type Digest, type HospitalId, type OpeningKey, openingKeyText } from '../core/ids.ts'
import type { Log } from '../core/log.ts'
import type { Random } from '../core/random.ts'
import type { SecretBytes } from '../core/secret.ts'
import type { Store } from '../core/store/store.ts'
import type { Work } from '../core/work/work.ts'
import type { CipherName } from '../privacy/index.ts'
import type { CoordinatorEvent } from './events.ts'
import type { CoordinatorState } from './state.ts'

export interface CoordinatorPorts {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly work: Work
  readonly random: Random
  readonly cipher: CipherName
  readonly signKey: SecretBytes
}
export interface CoordinatorContext extends CoordinatorPorts {
  readonly state: () => CoordinatorState
  readonly post: (event: CoordinatorEvent) => Promise<void>
}

/** Names of the blobs that state refers to. */
export const blobs = {
  /** What was received under an opening key, whole or not. */
  spools: (key: OpeningKey): string => `spool.${openingKeyText(key)}.`,
  spool: (key: OpeningKey, member: HospitalId, receipt: string): string => `${blobs.spools(key)}${member}.${receipt.slice(0, 16)}`,
  /** By the statement that names its digests: an addition over another roll that was overtaken cannot replace it. */
  aggregate: (statement: Digest): string => `aggregate.${statement}`,
  fingerprints: (key: OpeningKey): string => `fingerprint.${openingKeyText(key)}.`,
  fingerprint: (key: OpeningKey, member: HospitalId, hash: string): string => `${blobs.fingerprints(key)}${member}.${hash.slice(0, 16)}`,
  keySum: (hash: string): string => `keysum.${hash}`,
  release: (hash: string): string => `release.${hash}`,
  state: (hash: string): string => `state.${hash}`,
  bundle: (key: OpeningKey): string => `bundle.${openingKeyText(key)}`,
} as const
