CREATE TABLE IF NOT EXISTS tapmesh.config{on_cluster} (
  number UInt64,
  epoch String,
  at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  actor String,
  reason String,
  document_number UInt64,
  document String CODEC(ZSTD(3)),
  bypass UInt8,
  entry String CODEC(ZSTD(3))
) ENGINE = {replicated}MergeTree
PARTITION BY tuple() ORDER BY (number)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000, fsync_after_insert = 1, fsync_part_directory = 1;

CREATE TABLE IF NOT EXISTS tapmesh.audit{on_cluster} (
  seq UInt64,
  at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  actor String,
  action LowCardinality(String) CODEC(ZSTD(1)),
  reason String,
  auto UInt8,
  revision String,
  before String CODEC(ZSTD(3)),
  after String CODEC(ZSTD(3)),
  hash String
) ENGINE = {replicated}MergeTree
PARTITION BY tuple() ORDER BY (seq)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000, fsync_after_insert = 1, fsync_part_directory = 1;
