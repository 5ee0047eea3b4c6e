-- Folders of early versions lack the rollup by the day.
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

-- Routes of two protocols on one edge no longer add up. The views are made again: after MODIFY QUERY the
-- engine derives other deduplication tokens until its next start, so a segment would count twice.
ALTER TABLE tapmesh.route_1m{on_cluster}
  ADD COLUMN IF NOT EXISTS protocol LowCardinality(String) CODEC(ZSTD(1)) AFTER route,
  MODIFY ORDER BY (t, destination, source, reporter, method, route, protocol);

DROP TABLE IF EXISTS tapmesh.route_1m_view{on_cluster} SYNC;

CREATE MATERIALIZED VIEW IF NOT EXISTS tapmesh.route_1m_view{on_cluster}
TO tapmesh.route_1m AS
SELECT toStartOfInterval(toDateTime(ts), INTERVAL 1 MINUTE) AS t,
  destination,
  source,
  reporter,
  method,
  route,
  protocol,
  count() AS calls,
  countIf(outcome IN ('server_error', 'timeout', 'reset', 'unfinished')) AS errors,
  countIf(outcome = 'client_error') AS client_errors,
  sum(duration_us) AS duration_sum_us,
  max(duration_us) AS duration_max_us,
  sumMap(map(toUInt16(floor(log2(greatest(duration_us, 1)) * 16)), toUInt64(1))) AS duration_buckets
FROM tapmesh.calls GROUP BY t, destination, source, reporter, method, route, protocol;

ALTER TABLE tapmesh.route_1h{on_cluster}
  ADD COLUMN IF NOT EXISTS protocol LowCardinality(String) CODEC(ZSTD(1)) AFTER route,
  MODIFY ORDER BY (t, destination, source, reporter, method, route, protocol);

DROP TABLE IF EXISTS tapmesh.route_1h_view{on_cluster} SYNC;

CREATE MATERIALIZED VIEW IF NOT EXISTS tapmesh.route_1h_view{on_cluster}
TO tapmesh.route_1h AS
SELECT step AS t, * EXCEPT step FROM (SELECT toStartOfInterval(t, INTERVAL 1 HOUR) AS step,
  destination,
  source,
  reporter,
  method,
  route,
  protocol,
  sum(calls) AS calls,
  sum(errors) AS errors,
  sum(client_errors) AS client_errors,
  sum(duration_sum_us) AS duration_sum_us,
  max(duration_max_us) AS duration_max_us,
  sumMap(duration_buckets) AS duration_buckets
FROM tapmesh.route_1m GROUP BY step, destination, source, reporter, method, route, protocol);
