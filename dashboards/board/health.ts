import * as promql from '../question/promql.ts'
import type { Board, PrometheusTarget, Question } from '../question/question.ts'
import * as sql from '../question/sql.ts'

/** tapmesh itself: what it costs, whether it keeps up, and what it lost. */

const each = (expr: string): PrometheusTarget[] => [{ expr, legend: '{{instance}}' }]
const rate = (name: string): string => `sum by (instance) (rate(${name}[${promql.RATE}]))`

const cost: readonly Question[] = [
  {
    title: 'Time inside taps',
    description: 'Mean time a call spends inside a tap. The cost of watching, for each call.',
    unit: 's',
    look: 'stat',
    width: 6,
    page: 'status',
    prometheus: [
      {
        expr: `sum(rate(tapmesh_tap_seconds_sum[${promql.RATE}])) / (sum(rate(tapmesh_tap_seconds_count[${promql.RATE}])) > 0)`,
        legend: 'mean',
      },
    ],
    clickhouse: [{ sql: sql.series({}, { mean: 'avg(tap_us) / 1e6' }, sql.EACH_TAP) }],
  },
  {
    title: 'Calls that taps saw',
    description: 'Calls a second over all taps; a call between two taps is seen twice and counts twice here.',
    unit: 'reqps',
    look: 'stat',
    width: 6,
    page: 'status',
    prometheus: [{ expr: `sum(rate(tapmesh_tap_seconds_count[${promql.RATE}]))`, legend: 'calls' }],
    clickhouse: [{ sql: sql.series({}, { calls: sql.PER_STEP.rate }, sql.EACH_TAP) }],
  },
  {
    title: 'CPU of taps',
    description: 'Cores in use, by tap. Against the calls of the tap it says what a call costs.',
    unit: 'none',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: each(rate('process_cpu_seconds_total{job="tapmesh-taps"}')),
  },
  {
    title: 'Memory of taps and collector',
    description: 'Resident memory. A tap that keeps growing holds records its collector does not take.',
    unit: 'bytes',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: [
      {
        expr: 'sum by (instance) (process_resident_memory_bytes{job="tapmesh-taps"})',
        legend: '{{instance}}',
      },
      {
        expr: 'sum by (instance) (tapmesh_collector_resident_memory_bytes)',
        legend: 'collector {{instance}}',
      },
    ],
  },
  {
    title: 'Time inside taps, p99',
    description: '99 of 100 calls spend less inside their tap. Milliseconds here mean a tap short of CPU.',
    unit: 's',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: [
      {
        expr: `histogram_quantile(0.99, sum by (le, tap) (rate(tapmesh_tap_seconds_bucket[${promql.RATE}]) * on (instance) group_left (tap) tapmesh_info))`,
        legend: '{{tap}}',
      },
    ],
    clickhouse: [
      { sql: sql.series({ tap: 'tap' }, { p99: 'quantileExact(0.99)(tap_us) / 1e6' }, sql.EACH_TAP) },
    ],
  },
  {
    title: 'Taps',
    description:
      'Whose tap each is, in which zone and version. A service that is missing here is not watched.',
    unit: 'none',
    look: 'table',
    width: 24,
    page: 'status',
    prometheus: [{ expr: 'tapmesh_info', legend: 'tap' }],
  },
  {
    title: 'Reports of taps',
    description:
      'What each tap said of itself in the window: rows it sent, rows it lost, batches that are missing, and how far its clock is off.',
    unit: 'short',
    look: 'table',
    width: 24,
    page: 'status',
    units: { clock_skew_ms: 'ms' },
    clickhouse: [
      {
        sql: `SELECT tap, argMax(service, at) AS service, argMax(version, at) AS version, max(at) AS last_report,
  sum(r.rows) AS rows, sum(r.lost) AS lost, sum(r.gaps) AS gaps, argMax(clock_skew_ms, at) AS clock_skew_ms
FROM tapmesh.taps AS r WHERE $__timeFilter(at) GROUP BY tap ORDER BY tap`,
      },
    ],
  },
]

const records: readonly Question[] = [
  {
    title: 'Records lost, by reason',
    description: 'Records a second that taps dropped. Calls went on; what is shown about them is incomplete.',
    unit: 'cps',
    look: 'stack',
    width: 12,
    page: 'status',
    prometheus: [
      { expr: `sum by (reason) (rate(tapmesh_records_dropped_total[${promql.RATE}]))`, legend: '{{reason}}' },
    ],
  },
  {
    title: 'Waiting for the collector',
    description:
      'Bytes of records that taps hold. It rises while the collector is away and falls when it is back.',
    unit: 'bytes',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: each('sum by (instance) (tapmesh_ship_queue_bytes)'),
  },
  {
    title: 'Taps that reach the collector',
    description: '1 while it takes batches. At 0 look at the log of that tap: address, token, network.',
    unit: 'none',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: each('min by (instance) (tapmesh_ship_connected)'),
  },
  {
    title: 'Rows into the collector and into the store',
    description:
      'Two lines that should lie on each other; a gap that stays is a store that does not keep up.',
    unit: 'cps',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: [
      { expr: `sum(rate(tapmesh_collector_accepted_rows_total[${promql.RATE}]))`, legend: 'accepted' },
      { expr: `sum(rate(tapmesh_collector_stored_rows_total[${promql.RATE}]))`, legend: 'stored' },
    ],
  },
  {
    title: 'Write-ahead log',
    description: 'Segments and bytes that wait for the store. Safe on disk, not yet to be asked for.',
    unit: 'short',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: [
      { expr: 'sum(tapmesh_collector_pending_segments)', legend: 'segments' },
      { expr: 'sum(tapmesh_collector_pending_bytes)', legend: 'bytes' },
    ],
  },
  {
    title: 'Rows and requests refused',
    description:
      'Rows put aside as unreadable, requests refused, calls counted under `__other__`, heads the parser refused.',
    unit: 'cps',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: [
      {
        expr: `sum(rate(tapmesh_collector_quarantined_rows_total[${promql.RATE}]))`,
        legend: 'rows put aside',
      },
      { expr: `sum(rate(tapmesh_collector_refused_requests_total[${promql.RATE}]))`, legend: 'requests' },
      { expr: `sum(rate(tapmesh_label_overflow_total[${promql.RATE}]))`, legend: 'past the cap on labels' },
    ],
  },
  {
    title: 'Spans from programs',
    description:
      'Spans that came in by OTLP and became rows, and those that could not. The sender is told why in the answer (partial success).',
    unit: 'cps',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: [
      { expr: `sum(rate(tapmesh_collector_otlp_spans_total[${promql.RATE}]))`, legend: 'taken' },
      { expr: `sum(rate(tapmesh_collector_otlp_rejected_spans_total[${promql.RATE}]))`, legend: 'rejected' },
    ],
  },
  {
    title: 'Rows stored, by tap',
    description: 'Records a second that are in the store. A tap that falls to zero is gone or cut off.',
    unit: 'cps',
    look: 'stack',
    width: 12,
    page: 'status',
    clickhouse: [{ sql: sql.series({ tap: 'tap' }, { rows: sql.PER_STEP.rate }, sql.EACH_TAP) }],
  },
  {
    title: 'Age of the newest call',
    description:
      'Seconds between the end of the window and the newest call in the store. Seconds are usual, minutes are not.',
    unit: 's',
    look: 'stat',
    width: 6,
    page: 'status',
    clickhouse: [
      {
        sql: `SELECT dateDiff('second', max(ts), now64(6)) AS age FROM tapmesh.calls WHERE $__timeFilter(ts) AND ${sql.EACH_TAP}`,
      },
    ],
  },
  {
    title: 'Room on disk, by table',
    description: 'Rows and bytes on disk. Retention by days and by size is set with `tapmesh up`.',
    unit: 'short',
    look: 'table',
    width: 6,
    page: 'status',
    units: { rows: 'short', bytes: 'bytes', parts: 'short' },
    clickhouse: [
      {
        sql: `SELECT p.table AS table, sum(p.rows) AS rows, sum(p.bytes_on_disk) AS bytes, count() AS parts
FROM system.parts AS p WHERE p.active AND p.database = 'tapmesh' GROUP BY p.table ORDER BY bytes DESC`,
      },
    ],
  },
]

export const HEALTH: Board = {
  id: 'health',
  title: 'Mesh health',
  description: 'What tapmesh itself costs, whether it keeps up, and what it lost.',
  choices: [],
  questions: [...cost, ...records],
}
