/**
 * The store as the rest of the program sees it: one write path and one read path, the same over
 * the embedded ClickHouse (chdb) and a server (CLICKHOUSE_URL). Both speak through @clickhouse/client.
 */
export type BoundValue = string | number | boolean | readonly string[] | readonly number[]

export interface Store {
  readonly kind: 'embedded' | 'server'
  /** ClickHouse's version. */
  readonly engine: string
  /**
   * Runs one SELECT of the fixed catalogue. `sql` never holds text that came from outside: values
   * go through `{name:Type}` parameters only.
   * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
   */
  read<Row>(sql: string, bound?: Readonly<Record<string, BoundValue>>): Promise<Row[]>
  /** Inserts lines of TabSeparated as one block under its own deduplication token. */
  insert(table: string, lines: Buffer, token: string): Promise<void>
  /** Runs one statement of the fixed catalogue without a result (migrations, retention). */
  command(sql: string): Promise<void>
  close(): Promise<void>
}
