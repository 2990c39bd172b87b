// What claims/ hands to models/: one row a scored unit (a claim, or a provider), features in the order of the feature set.
// Typed arrays may stand on SharedArrayBuffer, so that worker threads read them without a copy.
export interface Table {
  readonly featureSet: string
  readonly features: readonly FeatureColumn[]
  readonly rows: number
  /** Row-major, rows x features.length; NaN is missing. */
  readonly x: Float64Array
  /** 0 or 1. */
  readonly y: Uint8Array
  /** Amount in fen of each row: weights yuan-weighted figures. */
  readonly amountFen: Float64Array
  /**
   * Person of each row, as a number from 0 within the site; rows of one number are of one person. Where a row is an institution (provider/1), the
   * institution is its own person: cells then count institutions. It never leaves the site.
   */
  readonly persons: Int32Array
  /** Local ids; they never leave the site. */
  readonly ids: readonly string[]
}
export interface FeatureColumn {
  readonly name: string
  readonly unit: string
  /** Declared by the schema, never taken from the data: values are clipped to it. In the feature's own (transformed) unit. */
  readonly range: readonly [number, number]
  readonly en: string
  readonly zh: string
}
/** A hospital's rows, split by a seeded hash of the person (claims) or the provider. */
export interface SplitTable {
  readonly train: Table
  readonly heldOut: Table
}
