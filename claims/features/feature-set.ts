// A feature set: named and versioned, its features declared once. SQL gives exact numbers (integers, or one division of two);
// the transform is applied here, so that every machine and every number of threads gives the same bits.
import { refuse } from '../../core/errors.ts'
import type { FeatureColumn } from '../../core/table.ts'
import { CLAIM_FEATURES } from './claim.ts'
import { PROVIDER_FEATURES } from './provider.ts'

export interface Feature extends FeatureColumn {
  /** Over the columns of the set's `unit` relation. NULL is missing. */
  readonly sql: string
  readonly transform: 'none' | 'log1p'
}
export interface FeatureSet {
  /** `claim/1`: what is scored, and the version. A change of any feature is a new version. */
  readonly name: string
  /** What one row is, also the entity_kind of its label. */
  readonly scored: 'claim' | 'hospital'
  readonly features: readonly Feature[]
  /**
   * A chain of CTEs (without WITH) over the canonical tables whose last is `unit`: one row a scored unit with `id`, `group_id` (what a
   * split keeps together), `amount_fen`, `sort_key` and what the features refer to. `until` is an SQL timestamp: nothing settled at
   * or after it is seen.
   */
  readonly unit: (until: string) => string
}

export const FEATURE_SETS: readonly FeatureSet[] = [CLAIM_FEATURES, PROVIDER_FEATURES]

/** @throws BAD_CONFIG for a name that this version does not know. */
export function featureSetByName(name: string): FeatureSet {
  const found = FEATURE_SETS.find((set) => set.name === name)
  if (!found) throw refuse('BAD_CONFIG', `feature set ${JSON.stringify(name.slice(0, 80))}: expected one of ${FEATURE_SETS.map((set) => set.name).join(', ')}`)
  return found
}

/** The public face of the features: what plans, models and reports know. */
export const columnsOf = (set: FeatureSet): readonly FeatureColumn[] => set.features.map(({ name, unit, range, en, zh }) => ({ name, unit, range, en, zh }))
