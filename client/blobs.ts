// Names of what lies in this site's store beside the journal.
import { type Digest, type OpeningKey, openingKeyText } from '../core/ids.ts'

export const blobs = {
  contribution: (key: OpeningKey): string => `contribution.${openingKeyText(key)}`,
  local: (key: OpeningKey): string => `local.${openingKeyText(key)}`,
  state: (hash: Digest): string => `state.${hash}`,
  candidates: (key: OpeningKey): string => `candidates.${openingKeyText(key)}`,
  fingerprints: (key: OpeningKey): string => `fingerprints.${openingKeyText(key)}`,
  keySum: (hash: Digest): string => `keysum.${hash}`,
} as const
