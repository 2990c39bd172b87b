// What the daemon needs from the hospital's data plane. claims/ provides it from DuckDB; simulations may hand over tables directly.
import type { Digest } from '../core/ids.ts'
import type { FeatureColumn, SplitTable } from '../core/table.ts'
import type { TaskInputs } from '../privacy/messages.ts'

export interface SiteData {
  /** Freezes the extract of a boundary (first call) and returns its salted hash; the same boundary always gives the same id. */
  snapshot(boundary: string): Promise<Digest>
  /** Columns of this site's own feature set of that name. @throws NOT_FOUND. */
  columns(featureSet: string): readonly FeatureColumn[]
  /** Rows of the frozen extract, split as the plan says; cached. @throws BAD_DATA. */
  table(inputs: TaskInputs): Promise<SplitTable>
}
