import { COLUMNS } from '../model/column.ts'

/**
 * Tables of the store that rows are inserted into: `calls`, derived from model/column.ts, and the
 * small ones beside it. The rollups that the store fills by itself are in rollups.ts.
 *
 * Every table has a deduplication window: a block that comes again under its token counts once
 * (docs/decisions/0003-store.md, traps).
 */
export const DATABASE = 'tapmesh'

/** Blocks whose tokens a table remembers; far above the segments that can be outstanding. */
export const DEDUPLICATION_WINDOW = 10_000

/** What differs between one node and a cluster. */
export interface Placement {
  /** `ON CLUSTER '{cluster}'`, or empty. */
  onCluster: string
  /** `Replicated`, or empty; the server's default path and replica macros apply. */
  enginePrefix: string
}

export const SINGLE_NODE: Placement = { onCluster: '', enginePrefix: '' }

/** Tables of a cluster by that name, with one replica set a shard. */
export function clusterPlacement(cluster: string): Placement {
  return {
    onCluster: ` ON CLUSTER '${cluster.replaceAll(/[^A-Za-z0-9_-]/g, '')}'`,
    enginePrefix: 'Replicated',
  }
}

export interface TableColumn {
  name: string
  /** ClickHouse type and codec. */
  type: string
  sentence: string
}

export interface Table {
  name: string
  columns: readonly TableColumn[]
  indexes?: readonly string[]
  engine: 'MergeTree' | 'ReplacingMergeTree(at)' | 'AggregatingMergeTree'
  partition: string
  order: string
  /** Expression of the time that retention by days goes by; absent where rows are kept for good. */
  time?: string
  /** Settings of the engine besides those that every table has. */
  settings?: readonly string[]
  sentence: string
}

const label = 'LowCardinality(String) CODEC(ZSTD(1))'
const count = 'UInt64 CODEC(T64, ZSTD(1))'
const at = "DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))"

export const CALLS: Table = {
  name: 'calls',
  columns: COLUMNS,
  indexes: [
    'INDEX by_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1',
    'INDEX by_time ts TYPE minmax GRANULARITY 1',
  ],
  engine: 'MergeTree',
  partition: 'toDate(ts)',
  order: 'toStartOfHour(ts), destination, source, ts',
  time: 'toDateTime(ts)',
  sentence: 'One row a call and reporter.',
}

export const TAPS: Table = {
  name: 'taps',
  columns: [
    { name: 'at', type: at, sentence: 'When the collector wrote the report.' },
    { name: 'tap', type: label, sentence: 'Name of the tap.' },
    { name: 'service', type: label, sentence: 'Service the tap stands before.' },
    { name: 'version', type: label, sentence: 'Version of the tap.' },
    { name: 'boot', type: label, sentence: 'Boot id of the tap, 16 hex digits.' },
    { name: 'seq', type: count, sentence: 'Highest batch sequence of the boot.' },
    { name: 'rows', type: count, sentence: 'Rows accepted since the report before.' },
    { name: 'lost', type: count, sentence: 'Rows the tap says it dropped since the report before.' },
    {
      name: 'dropped',
      type: 'Map(LowCardinality(String), UInt64) CODEC(ZSTD(1))',
      sentence: 'Rows dropped since the boot, by reason.',
    },
    { name: 'gaps', type: count, sentence: 'Batches found missing since the report before.' },
    { name: 'clock_skew_ms', type: 'Int64 CODEC(ZSTD(1))', sentence: "Tap's clock minus the collector's." },
  ],
  engine: 'MergeTree',
  partition: 'toYYYYMM(at)',
  order: 'at, tap',
  time: 'toDateTime(at)',
  sentence:
    'What taps report about themselves; rows and losses are differences, so they add up over any window.',
}

export const QUARANTINE: Table = {
  name: 'quarantine',
  columns: [
    { name: 'at', type: at, sentence: 'When the rows were put aside.' },
    { name: 'tap', type: label, sentence: 'Tap that sent them.' },
    { name: 'reason', type: label, sentence: 'Why they could not be stored.' },
    { name: 'rows', type: count, sentence: 'Rows put aside for that reason.' },
    { name: 'line', type: 'String CODEC(ZSTD(1))', sentence: 'The first of them, cut.' },
  ],
  engine: 'MergeTree',
  partition: 'toYYYYMM(at)',
  order: 'at, tap',
  time: 'toDateTime(at)',
  sentence: 'Rows that could not be stored, counted by tap and reason, with one sample each.',
}

export const POSITIONS: Table = {
  name: 'positions',
  columns: [
    { name: 'view', type: 'String', sentence: 'Name of the view.' },
    { name: 'node', type: 'String', sentence: 'Id of the node.' },
    { name: 'x', type: 'Float64', sentence: 'Where a person dragged it to.' },
    { name: 'y', type: 'Float64', sentence: 'Where a person dragged it to.' },
    { name: 'at', type: at, sentence: 'When; the newest row of a node counts.' },
  ],
  engine: 'ReplacingMergeTree(at)',
  partition: 'tuple()',
  order: 'view, node',
  sentence: 'Dragged nodes of the map.',
}

export const FORECASTS: Table = {
  name: 'forecasts',
  columns: [
    { name: 'at', type: at, sentence: 'When the forecast was made.' },
    { name: 'revision', type: label, sentence: 'Revision of the change it was made for.' },
    { name: 'service', type: label, sentence: 'Service of the change.' },
    { name: 'feature', type: label, sentence: 'Feature of the change.' },
    { name: 'calls', type: count, sentence: 'Recorded calls that the feature would have looked at.' },
    { name: 'affected', type: count, sentence: 'How many of them it would have decided anything about.' },
    { name: 'window_s', type: count, sentence: 'Length of the recorded time, seconds.' },
  ],
  engine: 'MergeTree',
  partition: 'toYYYYMM(at)',
  order: 'at, service, feature',
  sentence: 'What a back-test said of each change of a policy, to be compared with what came.',
}

export const ROLLOUTS: Table = {
  name: 'rollouts',
  columns: [
    { name: 'service', type: 'String', sentence: 'Service whose feature is rolled out.' },
    { name: 'feature', type: 'String', sentence: 'Feature that is rolled out.' },
    { name: 'state', type: 'String CODEC(ZSTD(1))', sentence: 'Where the rollout stands, JSON.' },
    { name: 'at', type: at, sentence: 'When; the newest row of a feature counts.' },
  ],
  engine: 'ReplacingMergeTree(at)',
  partition: 'tuple()',
  order: 'service, feature',
  sentence: 'Rollouts and latches, so that they outlive the process.',
}

/** Small, and nobody's to lose: on the disk before an insert is answered. */
const DURABLE = ['fsync_after_insert = 1', 'fsync_part_directory = 1']

export const CONFIG: Table = {
  name: 'config',
  columns: [
    { name: 'number', type: 'UInt64', sentence: 'Number of the revision, from 1.' },
    { name: 'epoch', type: 'String', sentence: '8 hex digits, made once for a history.' },
    { name: 'at', type: at, sentence: 'When it was made.' },
    { name: 'actor', type: 'String', sentence: 'Who says to have made it; no proof.' },
    { name: 'reason', type: 'String', sentence: 'Why, in the words of who made it.' },
    {
      name: 'document_number',
      type: 'UInt64',
      sentence: 'Revision whose document holds; 0 where there is none yet.',
    },
    {
      name: 'document',
      type: 'String CODEC(ZSTD(3))',
      sentence: 'The policy as it was set; empty where document_number names another revision.',
    },
    { name: 'bypass', type: 'UInt8', sentence: '1 where everything was switched off by hand.' },
    { name: 'entry', type: 'String CODEC(ZSTD(3))', sentence: 'Its entry of the audit as JSON.' },
  ],
  engine: 'MergeTree',
  partition: 'tuple()',
  order: 'number',
  settings: DURABLE,
  sentence: 'Every revision of the policy, and of what is in force of it.',
}

export const AUDIT: Table = {
  name: 'audit',
  columns: [
    { name: 'seq', type: 'UInt64', sentence: 'From 1, without gaps.' },
    { name: 'at', type: at, sentence: 'When it was done.' },
    { name: 'actor', type: 'String', sentence: 'Who says to have done it; no proof.' },
    { name: 'action', type: label, sentence: 'What was done.' },
    { name: 'reason', type: 'String', sentence: 'Why, in the words of who did it.' },
    { name: 'auto', type: 'UInt8', sentence: '1 where control did it by itself.' },
    { name: 'revision', type: 'String', sentence: 'The revision that came of it.' },
    { name: 'before', type: 'String CODEC(ZSTD(3))', sentence: 'What held before, one line a change.' },
    { name: 'after', type: 'String CODEC(ZSTD(3))', sentence: 'What holds since.' },
    {
      name: 'hash',
      type: 'String',
      sentence: 'SHA-256 over the entry, its revision and the hash before, hex.',
    },
  ],
  engine: 'MergeTree',
  partition: 'tuple()',
  order: 'seq',
  settings: DURABLE,
  sentence: 'Who changed what of the policy, when and why; each entry holds the one before by its hash.',
}

export const SCHEMA_VERSION: Table = {
  name: 'schema_version',
  columns: [
    { name: 'version', type: 'UInt32', sentence: 'A migration that is complete.' },
    { name: 'at', type: at, sentence: 'When it was completed.' },
  ],
  engine: 'ReplacingMergeTree(at)',
  partition: 'tuple()',
  order: 'version',
  sentence: 'Migrations that were applied.',
}

/** Tables that `Store.insert` may write to, by name. */
export const INSERT_TABLES: ReadonlyMap<string, Table> = new Map(
  [CALLS, TAPS, QUARANTINE, POSITIONS, CONFIG, AUDIT, FORECASTS, ROLLOUTS].map((table) => [
    table.name,
    table,
  ]),
)

/** The statement that makes a table; running it again changes nothing. */
export function createTable(table: Table, placement: Placement): string {
  const lines = [...table.columns.map((column) => `${column.name} ${column.type}`), ...(table.indexes ?? [])]
  const settings =
    placement.enginePrefix === ''
      ? `non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`
      : `replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`
  return [
    `CREATE TABLE IF NOT EXISTS ${DATABASE}.${table.name}${placement.onCluster} (`,
    `  ${lines.join(',\n  ')}`,
    `) ENGINE = ${placement.enginePrefix}${table.engine}`,
    `PARTITION BY ${table.partition} ORDER BY (${table.order})`,
    `SETTINGS ${['ttl_only_drop_parts = 1', settings, ...(table.settings ?? [])].join(', ')}`,
  ].join('\n')
}
