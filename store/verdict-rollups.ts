import { BUCKETS_PER_OCTAVE } from '../model/histogram.ts'
import { FAILED, histogram, key, type RollupColumn, rollup, total } from './rollup-table.ts'

/**
 * What policies said of calls, by edge and feature: verdict_10s from calls, verdict_1h from it. A call
 * adds one row for each of its verdicts (model/verdict.ts), and one with an empty feature where it ran
 * under a configuration: the calls that were looked at. Other calls add nothing and cost nothing.
 */
const SPREAD =
  " ARRAY JOIN CAST(if(config_version = '', verdicts, arrayPushFront(verdicts, '')), 'Array(LowCardinality(String))') AS verdict"

/** Condition over `calls`: those that ended well. */
export const GOOD = `NOT ${FAILED} AND outcome != 'denied'`

const part = (name: string, pattern: string, sentence: string): RollupColumn => ({
  ...key(name, sentence),
  first: `extract(verdict, '${pattern}')`,
})

const KEYS: readonly RollupColumn[] = [
  key('destination', 'Called service.'),
  part('feature', '^([A-Za-z]+)=', 'Feature; empty for all calls that ran under a configuration.'),
  key('source', 'Calling service.'),
  key('reporter', 'Whose tap judged; read one reporter an edge and feature.'),
  key('protocol', 'Protocol.'),
  part('decision', '=(?:would_)?([a-z_]+)', 'What was decided (model/verdict.ts).'),
  {
    ...key('acted', '1 where it was done, 0 where it was only said.'),
    type: 'UInt8 CODEC(ZSTD(1))',
    first: "toUInt8(feature != '' AND decision != 'pass' AND position(verdict, '=would_') = 0)",
  },
  part('rule', ';rule=([^;]*)', 'Rule or parameter that decided.'),
  part('cohort', ';cohort=([^;]*)', 'treated or control, where calls are split.'),
  key('config_version', 'Revision of the configuration.'),
]

const SIGNALS: readonly RollupColumn[] = [
  total('calls', 'count()', 'Calls.'),
  total('errors', `countIf(${FAILED})`, 'Calls that failed, by model/outcome.ts.'),
  total('good', `countIf(${GOOD})`, 'Calls that ended well.'),
  {
    name: 'first_us',
    type: 'SimpleAggregateFunction(min, Int64) CODEC(ZSTD(1))',
    first: 'min(toUnixTimestamp64Micro(ts))',
    next: 'min(first_us)',
    sentence: 'Start of the first call, microseconds.',
  },
  {
    name: 'last_us',
    type: 'SimpleAggregateFunction(max, Int64) CODEC(ZSTD(1))',
    first: 'max(toUnixTimestamp64Micro(ts))',
    next: 'max(last_us)',
    sentence: 'Start of the last call, microseconds.',
  },
  histogram(
    'duration_buckets',
    'duration_us',
    BUCKETS_PER_OCTAVE,
    "cohort != ''",
    'Durations by bucket of model/histogram.ts, where calls are split.',
  ),
]

export const VERDICT_ROLLUPS = [
  rollup('verdict_10s', 'calls', '10 SECOND', KEYS, SIGNALS, 'toDate(t)', SPREAD),
  rollup('verdict_1h', 'verdict_10s', '1 HOUR', KEYS, SIGNALS, 'toYYYYMM(t)'),
] as const
