// The hospital's claims in DuckDB: in a file, or in memory. The canonical tables are made when it is opened.
import { type DuckDBConnection, DuckDBDataChunk, DuckDBInstance, type DuckDBType, type DuckDBValue, type JS } from '@duckdb/node-api'
import { refuse } from '../core/errors.ts'
import { createTableSql, SCHEMA, TABLE_NAMES } from './schema.ts'

export type SqlParameters = readonly DuckDBValue[]
export type SqlRow = Readonly<Record<string, JS>>

export interface ClaimsDatabase extends AsyncDisposable {
  run(sql: string, parameters?: SqlParameters): Promise<void>
  /** All rows of a result; BIGINT comes as bigint, TIMESTAMP as Date. */
  rows(sql: string, parameters?: SqlParameters): Promise<readonly SqlRow[]>
  /** The result in blocks of at most 2,048 rows, by column. */
  blocks(sql: string, parameters?: SqlParameters): AsyncIterable<readonly (readonly DuckDBValue[])[]>
  /** Appends rows given by column; `types` are those of the table's columns, in order. */
  append(table: string, types: readonly DuckDBType[], batches: AsyncIterable<readonly (readonly DuckDBValue[])[]>): Promise<void>
  /** Everything that `body` did, or nothing. */
  transaction<T>(body: () => Promise<T>): Promise<T>
}

export interface DatabaseOptions {
  /** A file, or ':memory:'. */
  readonly path: string
  readonly threads?: number
  readonly memoryLimitMb?: number
  /** Whether SQL may write files (COPY ... TO). A daemon has no need of it. */
  readonly mayWriteFiles?: boolean
}

const CHUNK_ROWS = 2048

/** Opens or creates the database. One connection; calls are made one after the other. @throws STORE. */
export async function openDatabase(options: DatabaseOptions): Promise<ClaimsDatabase> {
  let instance: DuckDBInstance | undefined
  let connection: DuckDBConnection
  try {
    instance = await DuckDBInstance.create(options.path, settings(options))
    connection = await instance.connect()
    for (const name of TABLE_NAMES) await connection.run(createTableSql(SCHEMA[name]))
  } catch (error) {
    instance?.closeSync()
    throw refuse('STORE', `cannot open the claims database: ${error instanceof Error ? error.message : String(error)}`, error)
  }
  return face(instance, connection)
}

function settings(options: DatabaseOptions): Record<string, string> {
  return {
    threads: String(options.threads ?? 1),
    memory_limit: `${options.memoryLimitMb ?? 2048}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    enable_external_access: String(options.mayWriteFiles ?? false),
  }
}

function face(instance: DuckDBInstance, connection: DuckDBConnection): ClaimsDatabase {
  return {
    async run(sql, parameters = []) {
      await connection.run(sql, [...parameters])
    },
    async rows(sql, parameters = []) {
      return (await connection.runAndReadAll(sql, [...parameters])).getRowObjectsJS()
    },
    async *blocks(sql, parameters = []) {
      const result = await connection.stream(sql, [...parameters])
      for await (const chunk of result) yield chunk.getColumns()
    },
    async append(table, types, batches) {
      const appender = await connection.createAppender(table)
      try {
        for await (const columns of batches) appendBatch(appender, types, columns)
        appender.flushSync()
      } finally {
        appender.closeSync()
      }
    },
    async transaction(body) {
      await connection.run('BEGIN')
      try {
        const value = await body()
        await connection.run('COMMIT')
        return value
      } catch (error) {
        await connection.run('ROLLBACK')
        throw error
      }
    },
    async [Symbol.asyncDispose]() {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

function appendBatch(
  appender: { appendDataChunk(chunk: DuckDBDataChunk): void },
  types: readonly DuckDBType[],
  columns: readonly (readonly DuckDBValue[])[],
): void {
  const rows = columns[0]?.length ?? 0
  for (let from = 0; from < rows; from += CHUNK_ROWS) {
    const chunk = DuckDBDataChunk.create(types, Math.min(CHUNK_ROWS, rows - from))
    chunk.setColumns(columns.map((column) => column.slice(from, from + CHUNK_ROWS)))
    appender.appendDataChunk(chunk)
  }
}
