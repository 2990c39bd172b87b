// The hospital's data plane: canonical tables in DuckDB, the sources that fill them, features, splits, frozen extracts.
// Records come in here and do not leave: what goes out is a Table for models/ in the same process, and a salted snapshot id.
// Rows that a source gets wrong are refused one by one, by file, line and column, without their content.
// Persons are known by pseudonyms; ids and groups of a table are local and never travel.
// May import core only.
export { type Boundary, parseBoundary } from './boundary.ts'
export { type ClaimsDatabase, type DatabaseOptions, openDatabase, type SqlRow } from './database.ts'
export { exportCsv } from './export.ts'
export { type Extract, type ExtractOptions, extractTable } from './extract.ts'
export type { Feature, FeatureSet } from './features/feature.ts'
export { columnsOf, FEATURE_SETS, featureSetByName } from './features/feature-set.ts'
export { type CanonicalTable, type Column, type ColumnType, SCHEMA, TABLE_NAMES, type TableName } from './schema.ts'
export { decodeExtract, encodeExtract, type SnapshotFrame, snapshotId } from './snapshot.ts'
export { type CmsOptions, importCms } from './sources/cms.ts'
export { type CsvOptions, type ImportReport, importCsv, type TableReport } from './sources/csv.ts'
export { type RowError, type RowErrorCode, rowErrorText } from './sources/row-error.ts'
export { isHeldOut, splitTable } from './split.ts'
