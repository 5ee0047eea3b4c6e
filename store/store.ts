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
   * go through `{name:Type}` parameters only. Tables are written with their database,
   * `tapmesh.calls`; the statement ends without SETTINGS and FORMAT, which are added here. Whole
   * numbers come back as numbers, times as text (`toUnixTimestamp64Micro(ts)` keeps microseconds).
   * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
   */
  read<Row>(sql: string, bound?: Readonly<Record<string, BoundValue>>): Promise<Row[]>
  /**
   * Inserts lines of TabSeparated into any table but `calls`, each with its newline, as one block under its own deduplication
   * token (1 to 200 letters, digits and `./:_-`). A block sent again under its token counts once,
   * and so does another block under the same token: a token is never used for two things.
   * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE, TAPMESH_DISK_FULL
   */
  insert(table: string, lines: Buffer, token: string): Promise<void>
  /**
   * Inserts blocks of store/row-block.ts into `calls`, all together as one block under one token.
   * @param columns those that the blocks have, for blocks that an older version made; the others get the default of their type
   * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE, TAPMESH_DISK_FULL
   */
  insertCalls(blocks: readonly Buffer[], token: string, columns?: readonly string[]): Promise<void>
  /**
   * Runs one statement of the fixed catalogue without a result (migrations, retention).
   * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE, TAPMESH_DISK_FULL
   */
  command(sql: string): Promise<void>
  close(): Promise<void>
}
