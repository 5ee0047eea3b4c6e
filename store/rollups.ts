import { SOURCE_EVIDENCE } from '../model/call.ts'
import { BUCKETS_PER_OCTAVE, TTFB_BUCKETS_PER_OCTAVE } from '../model/histogram.ts'
import { FAILED, histogram, key, type Rollup, type RollupColumn, rollup, total } from './rollup-table.ts'

/**
 * Rollups, filled by cascading materialized views: edge_10s from calls, edge_1m from edge_10s,
 * edge_1h from edge_1m, edge_1d from edge_1h; route_1m from calls, route_1h from route_1m. A rollup's size goes with
 * edges x time steps, never with the number of calls.
 *
 * Read them with the same functions that `next` names: sum(calls), max(duration_max_us),
 * sumMap(duration_buckets), min(evidence).
 */
const SIGNALS: readonly RollupColumn[] = [
  total('calls', 'count()', 'Calls.'),
  total('errors', `countIf(${FAILED})`, 'Calls that failed, by model/outcome.ts.'),
  total('client_errors', "countIf(outcome = 'client_error')", 'Calls refused as the mistake of the caller.'),
  total('duration_sum_us', 'sum(duration_us)', 'Sum of durations, microseconds.'),
  {
    name: 'duration_max_us',
    type: 'SimpleAggregateFunction(max, UInt64) CODEC(T64, ZSTD(1))',
    first: 'max(duration_us)',
    next: 'max(duration_max_us)',
    sentence: 'Longest duration, microseconds.',
  },
  histogram(
    'duration_buckets',
    'duration_us',
    BUCKETS_PER_OCTAVE,
    '',
    'Durations by bucket of model/histogram.ts.',
  ),
]

const EDGE_KEYS: readonly RollupColumn[] = [
  key('destination', 'Called service.'),
  key('source', 'Calling service.'),
  key('reporter', 'Who saw the calls; read one reporter an edge, or calls count twice.'),
  key('protocol', 'Protocol.'),
  key('source_zone', 'Zone of the caller.'),
  key('destination_zone', 'Zone of the called service.'),
  key('destination_version', 'Version of the called service.'),
]

/** Rank of the evidence in model/call.ts SOURCE_EVIDENCE, 1 is the strongest; past the list is unknown. */
const evidenceRank = `toUInt8(indexOf([${SOURCE_EVIDENCE.map((word) => `'${word}'`).join(', ')}], toString(source_evidence)))`

const EDGE_SIGNALS: readonly RollupColumn[] = [
  ...SIGNALS,
  total('server_errors', "countIf(outcome = 'server_error')", 'Calls by outcome server_error.'),
  total('timeouts', "countIf(outcome = 'timeout')", 'Calls by outcome timeout.'),
  total('resets', "countIf(outcome = 'reset')", 'Calls by outcome reset.'),
  total('denied', "countIf(outcome = 'denied')", 'Calls by outcome denied.'),
  total('unfinished', "countIf(outcome = 'unfinished')", 'Calls by outcome unfinished.'),
  total('request_bytes', 'sum(request_bytes)', 'Bytes of requests.'),
  total('response_bytes', 'sum(response_bytes)', 'Bytes of answers.'),
  total('retries', 'countIf(attempt > 1)', 'Calls that were a second or later attempt.'),
  total('traced', "countIf(parent_span_id != '')", 'Calls whose trace was continued, not started here.'),
  total(
    'named',
    "countIf(source_evidence NOT IN ('address', 'none'))",
    'Calls whose caller is known by more than its address.',
  ),
  total('tap_sum_us', 'sum(tap_us)', 'Time spent inside taps, microseconds.'),
  {
    name: 'evidence',
    type: 'SimpleAggregateFunction(min, UInt8) CODEC(ZSTD(1))',
    first: `min(${evidenceRank})`,
    next: 'min(evidence)',
    sentence: 'Strongest evidence of the caller: place in SOURCE_EVIDENCE, counted from 1.',
  },
  // Only its median is shown, so coarse buckets do, and cost a quarter of the room and of the merging.
  histogram(
    'ttfb_buckets',
    'ttfb_us',
    TTFB_BUCKETS_PER_OCTAVE,
    'ttfb_us > 0',
    'Times to first byte, where an answer came, by coarse bucket: 4 an octave.',
  ),
]

const ROUTE_KEYS: readonly RollupColumn[] = [
  key('destination', 'Called service.'),
  key('source', 'Calling service.'),
  key('reporter', 'Who saw the calls.'),
  key('method', 'Method.'),
  key('route', 'Template of the path, table, topic or service.'),
  key('protocol', 'Protocol; empty in rows from before it was a key.'),
]

export const ROLLUPS: readonly Rollup[] = [
  rollup('edge_10s', 'calls', '10 SECOND', EDGE_KEYS, EDGE_SIGNALS, 'toDate(t)'),
  rollup('edge_1m', 'edge_10s', '1 MINUTE', EDGE_KEYS, EDGE_SIGNALS, 'toDate(t)'),
  rollup('edge_1h', 'edge_1m', '1 HOUR', EDGE_KEYS, EDGE_SIGNALS, 'toYYYYMM(t)'),
  // A week of hours times edges is what a graph query pays for; by the day it stays a few thousand rows.
  rollup('edge_1d', 'edge_1h', '1 DAY', EDGE_KEYS, EDGE_SIGNALS, 'toYYYYMM(t)'),
  rollup('route_1m', 'calls', '1 MINUTE', ROUTE_KEYS, SIGNALS, 'toDate(t)'),
  rollup('route_1h', 'route_1m', '1 HOUR', ROUTE_KEYS, SIGNALS, 'toYYYYMM(t)'),
]
