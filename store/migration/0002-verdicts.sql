CREATE TABLE IF NOT EXISTS tapmesh.verdict_10s{on_cluster} (
  t DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
  destination LowCardinality(String) CODEC(ZSTD(1)),
  feature LowCardinality(String) CODEC(ZSTD(1)),
  source LowCardinality(String) CODEC(ZSTD(1)),
  reporter LowCardinality(String) CODEC(ZSTD(1)),
  protocol LowCardinality(String) CODEC(ZSTD(1)),
  decision LowCardinality(String) CODEC(ZSTD(1)),
  acted UInt8 CODEC(ZSTD(1)),
  rule LowCardinality(String) CODEC(ZSTD(1)),
  cohort LowCardinality(String) CODEC(ZSTD(1)),
  config_version LowCardinality(String) CODEC(ZSTD(1)),
  calls SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  good SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  first_us SimpleAggregateFunction(min, Int64) CODEC(ZSTD(1)),
  last_us SimpleAggregateFunction(max, Int64) CODEC(ZSTD(1)),
  duration_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
) ENGINE = {replicated}AggregatingMergeTree
PARTITION BY toDate(t) ORDER BY (t, destination, feature, source, reporter, protocol, decision, acted, rule, cohort, config_version)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS tapmesh.verdict_1h{on_cluster} (
  t DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
  destination LowCardinality(String) CODEC(ZSTD(1)),
  feature LowCardinality(String) CODEC(ZSTD(1)),
  source LowCardinality(String) CODEC(ZSTD(1)),
  reporter LowCardinality(String) CODEC(ZSTD(1)),
  protocol LowCardinality(String) CODEC(ZSTD(1)),
  decision LowCardinality(String) CODEC(ZSTD(1)),
  acted UInt8 CODEC(ZSTD(1)),
  rule LowCardinality(String) CODEC(ZSTD(1)),
  cohort LowCardinality(String) CODEC(ZSTD(1)),
  config_version LowCardinality(String) CODEC(ZSTD(1)),
  calls SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  good SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  first_us SimpleAggregateFunction(min, Int64) CODEC(ZSTD(1)),
  last_us SimpleAggregateFunction(max, Int64) CODEC(ZSTD(1)),
  duration_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
) ENGINE = {replicated}AggregatingMergeTree
PARTITION BY toYYYYMM(t) ORDER BY (t, destination, feature, source, reporter, protocol, decision, acted, rule, cohort, config_version)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS tapmesh.forecasts{on_cluster} (
  at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  revision LowCardinality(String) CODEC(ZSTD(1)),
  service LowCardinality(String) CODEC(ZSTD(1)),
  feature LowCardinality(String) CODEC(ZSTD(1)),
  calls UInt64 CODEC(T64, ZSTD(1)),
  affected UInt64 CODEC(T64, ZSTD(1)),
  window_s UInt64 CODEC(T64, ZSTD(1))
) ENGINE = {replicated}MergeTree
PARTITION BY toYYYYMM(at) ORDER BY (at, service, feature)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS tapmesh.rollouts{on_cluster} (
  service String,
  feature String,
  state String CODEC(ZSTD(1)),
  at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
) ENGINE = {replicated}ReplacingMergeTree(at)
PARTITION BY tuple() ORDER BY (service, feature)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS tapmesh.verdict_10s_view{on_cluster}
TO tapmesh.verdict_10s AS
SELECT toStartOfInterval(toDateTime(ts), INTERVAL 10 SECOND) AS t,
  destination,
  extract(verdict, '^([A-Za-z]+)=') AS feature,
  source,
  reporter,
  protocol,
  extract(verdict, '=(?:would_)?([a-z_]+)') AS decision,
  toUInt8(feature != '' AND decision != 'pass' AND position(verdict, '=would_') = 0) AS acted,
  extract(verdict, ';rule=([^;]*)') AS rule,
  extract(verdict, ';cohort=([^;]*)') AS cohort,
  config_version,
  count() AS calls,
  countIf(outcome IN ('server_error', 'timeout', 'reset', 'unfinished')) AS errors,
  countIf(NOT outcome IN ('server_error', 'timeout', 'reset', 'unfinished') AND outcome != 'denied') AS good,
  min(toUnixTimestamp64Micro(ts)) AS first_us,
  max(toUnixTimestamp64Micro(ts)) AS last_us,
  sumMapIf(map(toUInt16(floor(log2(greatest(duration_us, 1)) * 16)), toUInt64(1)), cohort != '') AS duration_buckets
FROM tapmesh.calls ARRAY JOIN CAST(if(config_version = '', verdicts, arrayPushFront(verdicts, '')), 'Array(LowCardinality(String))') AS verdict GROUP BY t, destination, feature, source, reporter, protocol, decision, acted, rule, cohort, config_version;

CREATE MATERIALIZED VIEW IF NOT EXISTS tapmesh.verdict_1h_view{on_cluster}
TO tapmesh.verdict_1h AS
SELECT step AS t, * EXCEPT step FROM (SELECT toStartOfInterval(t, INTERVAL 1 HOUR) AS step,
  destination,
  feature,
  source,
  reporter,
  protocol,
  decision,
  acted,
  rule,
  cohort,
  config_version,
  sum(calls) AS calls,
  sum(errors) AS errors,
  sum(good) AS good,
  min(first_us) AS first_us,
  max(last_us) AS last_us,
  sumMap(duration_buckets) AS duration_buckets
FROM tapmesh.verdict_10s GROUP BY step, destination, feature, source, reporter, protocol, decision, acted, rule, cohort, config_version);
