CREATE TABLE IF NOT EXISTS tapmesh.calls{on_cluster} (
  ts DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
  duration_us UInt64 CODEC(T64, ZSTD(1)),
  ttfb_us UInt64 CODEC(T64, ZSTD(1)),
  trace_id String CODEC(ZSTD(1)),
  span_id String CODEC(ZSTD(1)),
  parent_span_id String CODEC(ZSTD(1)),
  reporter LowCardinality(String) CODEC(ZSTD(1)),
  source LowCardinality(String) CODEC(ZSTD(1)),
  source_instance LowCardinality(String) CODEC(ZSTD(1)),
  source_zone LowCardinality(String) CODEC(ZSTD(1)),
  source_identity LowCardinality(String) CODEC(ZSTD(1)),
  source_evidence LowCardinality(String) CODEC(ZSTD(1)),
  destination LowCardinality(String) CODEC(ZSTD(1)),
  destination_instance LowCardinality(String) CODEC(ZSTD(1)),
  destination_zone LowCardinality(String) CODEC(ZSTD(1)),
  destination_version LowCardinality(String) CODEC(ZSTD(1)),
  protocol LowCardinality(String) CODEC(ZSTD(1)),
  method LowCardinality(String) CODEC(ZSTD(1)),
  route LowCardinality(String) CODEC(ZSTD(1)),
  path String CODEC(ZSTD(1)),
  status LowCardinality(String) CODEC(ZSTD(1)),
  outcome LowCardinality(String) CODEC(ZSTD(1)),
  response_flags LowCardinality(String) CODEC(ZSTD(1)),
  request_bytes UInt64 CODEC(T64, ZSTD(1)),
  response_bytes UInt64 CODEC(T64, ZSTD(1)),
  attempt UInt8,
  security LowCardinality(String) CODEC(ZSTD(1)),
  verdicts Array(LowCardinality(String)) CODEC(ZSTD(1)),
  config_version LowCardinality(String) CODEC(ZSTD(1)),
  tap LowCardinality(String) CODEC(ZSTD(1)),
  tap_us UInt32 CODEC(T64, ZSTD(1)),
  attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
  INDEX by_trace trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX by_time ts TYPE minmax GRANULARITY 1
) ENGINE = {replicated}MergeTree
PARTITION BY toDate(ts) ORDER BY (toStartOfHour(ts), destination, source, ts)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS tapmesh.taps{on_cluster} (
  at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  tap LowCardinality(String) CODEC(ZSTD(1)),
  service LowCardinality(String) CODEC(ZSTD(1)),
  version LowCardinality(String) CODEC(ZSTD(1)),
  boot LowCardinality(String) CODEC(ZSTD(1)),
  seq UInt64 CODEC(T64, ZSTD(1)),
  rows UInt64 CODEC(T64, ZSTD(1)),
  lost UInt64 CODEC(T64, ZSTD(1)),
  dropped Map(LowCardinality(String), UInt64) CODEC(ZSTD(1)),
  gaps UInt64 CODEC(T64, ZSTD(1)),
  clock_skew_ms Int64 CODEC(ZSTD(1))
) ENGINE = {replicated}MergeTree
PARTITION BY toYYYYMM(at) ORDER BY (at, tap)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS tapmesh.quarantine{on_cluster} (
  at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
  tap LowCardinality(String) CODEC(ZSTD(1)),
  reason LowCardinality(String) CODEC(ZSTD(1)),
  rows UInt64 CODEC(T64, ZSTD(1)),
  line String CODEC(ZSTD(1))
) ENGINE = {replicated}MergeTree
PARTITION BY toYYYYMM(at) ORDER BY (at, tap)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS tapmesh.positions{on_cluster} (
  view String,
  node String,
  x Float64,
  y Float64,
  at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))
) ENGINE = {replicated}ReplacingMergeTree(at)
PARTITION BY tuple() ORDER BY (view, node)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS tapmesh.edge_10s{on_cluster} (
  t DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
  destination LowCardinality(String) CODEC(ZSTD(1)),
  source LowCardinality(String) CODEC(ZSTD(1)),
  reporter LowCardinality(String) CODEC(ZSTD(1)),
  protocol LowCardinality(String) CODEC(ZSTD(1)),
  source_zone LowCardinality(String) CODEC(ZSTD(1)),
  destination_zone LowCardinality(String) CODEC(ZSTD(1)),
  destination_version LowCardinality(String) CODEC(ZSTD(1)),
  calls SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  client_errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  duration_sum_us SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  duration_max_us SimpleAggregateFunction(max, UInt64) CODEC(T64, ZSTD(1)),
  duration_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1)),
  server_errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  timeouts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  resets SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  denied SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  unfinished SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  request_bytes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  response_bytes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  retries SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  traced SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  named SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  tap_sum_us SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  evidence SimpleAggregateFunction(min, UInt8) CODEC(ZSTD(1)),
  ttfb_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
) ENGINE = {replicated}AggregatingMergeTree
PARTITION BY toDate(t) ORDER BY (t, destination, source, reporter, protocol, source_zone, destination_zone, destination_version)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS tapmesh.edge_1m{on_cluster} (
  t DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
  destination LowCardinality(String) CODEC(ZSTD(1)),
  source LowCardinality(String) CODEC(ZSTD(1)),
  reporter LowCardinality(String) CODEC(ZSTD(1)),
  protocol LowCardinality(String) CODEC(ZSTD(1)),
  source_zone LowCardinality(String) CODEC(ZSTD(1)),
  destination_zone LowCardinality(String) CODEC(ZSTD(1)),
  destination_version LowCardinality(String) CODEC(ZSTD(1)),
  calls SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  client_errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  duration_sum_us SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  duration_max_us SimpleAggregateFunction(max, UInt64) CODEC(T64, ZSTD(1)),
  duration_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1)),
  server_errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  timeouts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  resets SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  denied SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  unfinished SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  request_bytes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  response_bytes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  retries SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  traced SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  named SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  tap_sum_us SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  evidence SimpleAggregateFunction(min, UInt8) CODEC(ZSTD(1)),
  ttfb_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
) ENGINE = {replicated}AggregatingMergeTree
PARTITION BY toDate(t) ORDER BY (t, destination, source, reporter, protocol, source_zone, destination_zone, destination_version)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS tapmesh.edge_1h{on_cluster} (
  t DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
  destination LowCardinality(String) CODEC(ZSTD(1)),
  source LowCardinality(String) CODEC(ZSTD(1)),
  reporter LowCardinality(String) CODEC(ZSTD(1)),
  protocol LowCardinality(String) CODEC(ZSTD(1)),
  source_zone LowCardinality(String) CODEC(ZSTD(1)),
  destination_zone LowCardinality(String) CODEC(ZSTD(1)),
  destination_version LowCardinality(String) CODEC(ZSTD(1)),
  calls SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  client_errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  duration_sum_us SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  duration_max_us SimpleAggregateFunction(max, UInt64) CODEC(T64, ZSTD(1)),
  duration_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1)),
  server_errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  timeouts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  resets SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  denied SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  unfinished SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  request_bytes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  response_bytes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  retries SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  traced SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  named SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  tap_sum_us SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  evidence SimpleAggregateFunction(min, UInt8) CODEC(ZSTD(1)),
  ttfb_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
) ENGINE = {replicated}AggregatingMergeTree
PARTITION BY toYYYYMM(t) ORDER BY (t, destination, source, reporter, protocol, source_zone, destination_zone, destination_version)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS tapmesh.edge_1d{on_cluster} (
  t DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
  destination LowCardinality(String) CODEC(ZSTD(1)),
  source LowCardinality(String) CODEC(ZSTD(1)),
  reporter LowCardinality(String) CODEC(ZSTD(1)),
  protocol LowCardinality(String) CODEC(ZSTD(1)),
  source_zone LowCardinality(String) CODEC(ZSTD(1)),
  destination_zone LowCardinality(String) CODEC(ZSTD(1)),
  destination_version LowCardinality(String) CODEC(ZSTD(1)),
  calls SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  client_errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  duration_sum_us SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  duration_max_us SimpleAggregateFunction(max, UInt64) CODEC(T64, ZSTD(1)),
  duration_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1)),
  server_errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  timeouts SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  resets SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  denied SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  unfinished SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  request_bytes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  response_bytes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  retries SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  traced SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  named SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  tap_sum_us SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  evidence SimpleAggregateFunction(min, UInt8) CODEC(ZSTD(1)),
  ttfb_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
) ENGINE = {replicated}AggregatingMergeTree
PARTITION BY toYYYYMM(t) ORDER BY (t, destination, source, reporter, protocol, source_zone, destination_zone, destination_version)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS tapmesh.route_1m{on_cluster} (
  t DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
  destination LowCardinality(String) CODEC(ZSTD(1)),
  source LowCardinality(String) CODEC(ZSTD(1)),
  reporter LowCardinality(String) CODEC(ZSTD(1)),
  method LowCardinality(String) CODEC(ZSTD(1)),
  route LowCardinality(String) CODEC(ZSTD(1)),
  calls SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  client_errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  duration_sum_us SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  duration_max_us SimpleAggregateFunction(max, UInt64) CODEC(T64, ZSTD(1)),
  duration_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
) ENGINE = {replicated}AggregatingMergeTree
PARTITION BY toDate(t) ORDER BY (t, destination, source, reporter, method, route)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE TABLE IF NOT EXISTS tapmesh.route_1h{on_cluster} (
  t DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
  destination LowCardinality(String) CODEC(ZSTD(1)),
  source LowCardinality(String) CODEC(ZSTD(1)),
  reporter LowCardinality(String) CODEC(ZSTD(1)),
  method LowCardinality(String) CODEC(ZSTD(1)),
  route LowCardinality(String) CODEC(ZSTD(1)),
  calls SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  client_errors SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  duration_sum_us SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
  duration_max_us SimpleAggregateFunction(max, UInt64) CODEC(T64, ZSTD(1)),
  duration_buckets SimpleAggregateFunction(sumMap, Map(UInt16, UInt64)) CODEC(ZSTD(1))
) ENGINE = {replicated}AggregatingMergeTree
PARTITION BY toYYYYMM(t) ORDER BY (t, destination, source, reporter, method, route)
SETTINGS ttl_only_drop_parts = 1, {deduplication_window} = 10000;

CREATE MATERIALIZED VIEW IF NOT EXISTS tapmesh.edge_10s_view{on_cluster}
TO tapmesh.edge_10s AS
SELECT toStartOfInterval(toDateTime(ts), INTERVAL 10 SECOND) AS t,
  destination,
  source,
  reporter,
  protocol,
  source_zone,
  destination_zone,
  destination_version,
  count() AS calls,
  countIf(outcome IN ('server_error', 'timeout', 'reset', 'unfinished')) AS errors,
  countIf(outcome = 'client_error') AS client_errors,
  sum(duration_us) AS duration_sum_us,
  max(duration_us) AS duration_max_us,
  sumMap(map(toUInt16(floor(log2(greatest(duration_us, 1)) * 16)), toUInt64(1))) AS duration_buckets,
  countIf(outcome = 'server_error') AS server_errors,
  countIf(outcome = 'timeout') AS timeouts,
  countIf(outcome = 'reset') AS resets,
  countIf(outcome = 'denied') AS denied,
  countIf(outcome = 'unfinished') AS unfinished,
  sum(request_bytes) AS request_bytes,
  sum(response_bytes) AS response_bytes,
  countIf(attempt > 1) AS retries,
  countIf(parent_span_id != '') AS traced,
  countIf(source_evidence NOT IN ('address', 'none')) AS named,
  sum(tap_us) AS tap_sum_us,
  min(toUInt8(indexOf(['mtls', 'trace', 'config', 'socket', 'dns', 'address', 'none'], toString(source_evidence)))) AS evidence,
  sumMapIf(map(toUInt16(floor(log2(greatest(ttfb_us, 1)) * 4)), toUInt64(1)), ttfb_us > 0) AS ttfb_buckets
FROM tapmesh.calls GROUP BY t, destination, source, reporter, protocol, source_zone, destination_zone, destination_version;

CREATE MATERIALIZED VIEW IF NOT EXISTS tapmesh.edge_1m_view{on_cluster}
TO tapmesh.edge_1m AS
SELECT step AS t, * EXCEPT step FROM (SELECT toStartOfInterval(t, INTERVAL 1 MINUTE) AS step,
  destination,
  source,
  reporter,
  protocol,
  source_zone,
  destination_zone,
  destination_version,
  sum(calls) AS calls,
  sum(errors) AS errors,
  sum(client_errors) AS client_errors,
  sum(duration_sum_us) AS duration_sum_us,
  max(duration_max_us) AS duration_max_us,
  sumMap(duration_buckets) AS duration_buckets,
  sum(server_errors) AS server_errors,
  sum(timeouts) AS timeouts,
  sum(resets) AS resets,
  sum(denied) AS denied,
  sum(unfinished) AS unfinished,
  sum(request_bytes) AS request_bytes,
  sum(response_bytes) AS response_bytes,
  sum(retries) AS retries,
  sum(traced) AS traced,
  sum(named) AS named,
  sum(tap_sum_us) AS tap_sum_us,
  min(evidence) AS evidence,
  sumMap(ttfb_buckets) AS ttfb_buckets
FROM tapmesh.edge_10s GROUP BY step, destination, source, reporter, protocol, source_zone, destination_zone, destination_version);

CREATE MATERIALIZED VIEW IF NOT EXISTS tapmesh.edge_1h_view{on_cluster}
TO tapmesh.edge_1h AS
SELECT step AS t, * EXCEPT step FROM (SELECT toStartOfInterval(t, INTERVAL 1 HOUR) AS step,
  destination,
  source,
  reporter,
  protocol,
  source_zone,
  destination_zone,
  destination_version,
  sum(calls) AS calls,
  sum(errors) AS errors,
  sum(client_errors) AS client_errors,
  sum(duration_sum_us) AS duration_sum_us,
  max(duration_max_us) AS duration_max_us,
  sumMap(duration_buckets) AS duration_buckets,
  sum(server_errors) AS server_errors,
  sum(timeouts) AS timeouts,
  sum(resets) AS resets,
  sum(denied) AS denied,
  sum(unfinished) AS unfinished,
  sum(request_bytes) AS request_bytes,
  sum(response_bytes) AS response_bytes,
  sum(retries) AS retries,
  sum(traced) AS traced,
  sum(named) AS named,
  sum(tap_sum_us) AS tap_sum_us,
  min(evidence) AS evidence,
  sumMap(ttfb_buckets) AS ttfb_buckets
FROM tapmesh.edge_1m GROUP BY step, destination, source, reporter, protocol, source_zone, destination_zone, destination_version);

CREATE MATERIALIZED VIEW IF NOT EXISTS tapmesh.edge_1d_view{on_cluster}
TO tapmesh.edge_1d AS
SELECT step AS t, * EXCEPT step FROM (SELECT toStartOfInterval(t, INTERVAL 1 DAY) AS step,
  destination,
  source,
  reporter,
  protocol,
  source_zone,
  destination_zone,
  destination_version,
  sum(calls) AS calls,
  sum(errors) AS errors,
  sum(client_errors) AS client_errors,
  sum(duration_sum_us) AS duration_sum_us,
  max(duration_max_us) AS duration_max_us,
  sumMap(duration_buckets) AS duration_buckets,
  sum(server_errors) AS server_errors,
  sum(timeouts) AS timeouts,
  sum(resets) AS resets,
  sum(denied) AS denied,
  sum(unfinished) AS unfinished,
  sum(request_bytes) AS request_bytes,
  sum(response_bytes) AS response_bytes,
  sum(retries) AS retries,
  sum(traced) AS traced,
  sum(named) AS named,
  sum(tap_sum_us) AS tap_sum_us,
  min(evidence) AS evidence,
  sumMap(ttfb_buckets) AS ttfb_buckets
FROM tapmesh.edge_1h GROUP BY step, destination, source, reporter, protocol, source_zone, destination_zone, destination_version);

CREATE MATERIALIZED VIEW IF NOT EXISTS tapmesh.route_1m_view{on_cluster}
TO tapmesh.route_1m AS
SELECT toStartOfInterval(toDateTime(ts), INTERVAL 1 MINUTE) AS t,
  destination,
  source,
  reporter,
  method,
  route,
  count() AS calls,
  countIf(outcome IN ('server_error', 'timeout', 'reset', 'unfinished')) AS errors,
  countIf(outcome = 'client_error') AS client_errors,
  sum(duration_us) AS duration_sum_us,
  max(duration_us) AS duration_max_us,
  sumMap(map(toUInt16(floor(log2(greatest(duration_us, 1)) * 16)), toUInt64(1))) AS duration_buckets
FROM tapmesh.calls GROUP BY t, destination, source, reporter, method, route;

CREATE MATERIALIZED VIEW IF NOT EXISTS tapmesh.route_1h_view{on_cluster}
TO tapmesh.route_1h AS
SELECT step AS t, * EXCEPT step FROM (SELECT toStartOfInterval(t, INTERVAL 1 HOUR) AS step,
  destination,
  source,
  reporter,
  method,
  route,
  sum(calls) AS calls,
  sum(errors) AS errors,
  sum(client_errors) AS client_errors,
  sum(duration_sum_us) AS duration_sum_us,
  max(duration_max_us) AS duration_max_us,
  sumMap(duration_buckets) AS duration_buckets
FROM tapmesh.route_1m GROUP BY step, destination, source, reporter, method, route);
