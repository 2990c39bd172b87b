// A feature set: named and versioned, its features declared once. SQL gives exact numbers (integers, or one division of two);
// the transform is applied outside SQL, so that every machine and every number of threads gives the same bits.
import type { FeatureColumn } from '../../core/table.ts'

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
