import * as promql from '../question/promql.ts'
import type { Board, Question } from '../question/question.ts'
import * as sql from '../question/sql.ts'

/** One service: what it answers, for whom, how fast, and what it asks of others. */

const P = `${promql.SERVER},destination="$service"`
const C = `${sql.SERVER} AND destination = ${sql.chosen('service')}`

const answered: readonly Question[] = [
  {
    title: 'Calls',
    description: 'Calls a second that the service answered.',
    unit: 'reqps',
    look: 'stat',
    width: 6,
    page: 'service',
    prometheus: [{ expr: promql.rate('', P), legend: 'calls' }],
    clickhouse: [{ sql: sql.series({}, { calls: sql.PER_STEP.rate }, C) }],
  },
  {
    title: 'Failed calls',
    description:
      'Share of its calls that failed. The page of the service lists statuses, routes and traces of them.',
    unit: 'percentunit',
    look: 'stat',
    width: 6,
    page: 'service',
    prometheus: [{ expr: promql.failedShare('', P), legend: 'failed' }],
    clickhouse: [{ sql: sql.series({}, { failed: sql.PER_STEP.failedShare }, C) }],
  },
  {
    title: 'Mean duration',
    description:
      'Mean time of a call. Below p50 where a few are very quick, above it where a few are very slow.',
    unit: 's',
    look: 'stat',
    width: 6,
    page: 'service',
    prometheus: [{ expr: promql.mean('', P), legend: 'mean' }],
    clickhouse: [{ sql: sql.series({}, { mean: sql.PER_STEP.mean }, C) }],
  },
  {
    title: 'Calls in flight',
    description:
      'Calls being worked on at a time, on average: durations summed a second (Little). A rise with a steady rate means that the service, or what it waits for, has slowed down.',
    unit: 'short',
    look: 'stat',
    width: 6,
    page: 'service',
    prometheus: [{ expr: promql.inFlight('', P), legend: 'in flight' }],
    clickhouse: [{ sql: sql.series({}, { in_flight: sql.PER_STEP.inFlight }, C) }],
  },
  {
    title: 'Calls by caller',
    description: 'Who calls how often. A caller that jumps may be retrying: compare with its failures.',
    unit: 'reqps',
    look: 'stack',
    width: 12,
    page: 'service',
    prometheus: [{ expr: promql.rate('source', P), legend: '{{source}}' }],
    clickhouse: [{ sql: sql.series({ source: 'source' }, { calls: sql.PER_STEP.rate }, C) }],
  },
  {
    title: 'Failed calls by caller',
    description:
      'Share of each caller that failed. One caller alone points at its requests, all of them at the service.',
    unit: 'percentunit',
    look: 'line',
    width: 12,
    page: 'service',
    prometheus: [{ expr: promql.failedShare('source', P), legend: '{{source}}' }],
    clickhouse: [{ sql: sql.series({ source: 'source' }, { failed: sql.PER_STEP.failedShare }, C) }],
  },
]

const shape: readonly Question[] = [
  {
    title: 'Durations',
    description:
      'The p50, p95 and p99. Where only p99 rises, a few calls wait for something; where p50 rises too, all do.',
    unit: 's',
    look: 'line',
    width: 12,
    page: 'service',
    prometheus: [0.5, 0.95, 0.99].map((q) => ({
      expr: promql.quantile(q, '', P),
      legend: `p${q * 100}`,
    })),
    clickhouse: [
      {
        sql: sql.series({}, { p50: sql.quantile(0.5), p95: sql.quantile(0.95), p99: sql.quantile(0.99) }, C),
      },
    ],
  },
  {
    title: 'How durations are spread',
    description:
      'Calls by duration over time. Two bands are two kinds of calls: look for them among the routes.',
    unit: 's',
    look: 'heatmap',
    width: 12,
    page: 'service',
    prometheus: [
      {
        expr: `sum by (le) (increase(tapmesh_request_duration_seconds_bucket{${P}}[${promql.RATE}]))`,
        legend: '{{le}}',
      },
    ],
  },
  {
    title: 'Answers by class of status',
    description: 'Answers by the first digit of their status; `none` had no answer.',
    unit: 'reqps',
    look: 'stack',
    width: 12,
    page: 'service',
    prometheus: [{ expr: promql.rate('status_class', P), legend: '{{status_class}}' }],
    clickhouse: [{ sql: sql.series({ status_class: sql.STATUS_CLASS }, { calls: sql.PER_STEP.rate }, C) }],
  },
  {
    title: 'Calls by method',
    description:
      'Reads and writes apart: a rise of writes alone is work, of reads alone often a cache that is gone.',
    unit: 'reqps',
    look: 'stack',
    width: 12,
    page: 'service',
    prometheus: [{ expr: promql.rate('method', P), legend: '{{method}}' }],
    clickhouse: [{ sql: sql.series({ method: sql.METHOD }, { calls: sql.PER_STEP.rate }, C) }],
  },
  {
    title: 'How calls end',
    description:
      'Calls by outcome. Timeouts and resets are the network or a service that hangs, server errors its code.',
    unit: 'reqps',
    look: 'stack',
    width: 12,
    page: 'service',
    clickhouse: [{ sql: sql.series({ outcome: 'outcome' }, { calls: sql.PER_STEP.rate }, C) }],
  },
  {
    title: 'Calls by version',
    description:
      'Versions that answer, as configured at the taps. A roll-out shows as one line taking over from another.',
    unit: 'reqps',
    look: 'stack',
    width: 12,
    page: 'service',
    clickhouse: [{ sql: sql.series({ version: 'destination_version' }, { calls: sql.PER_STEP.rate }, C) }],
  },
]

const asked: readonly Question[] = [
  {
    title: 'What it calls',
    description: 'Calls a second that the service makes, as its own tap saw them.',
    unit: 'reqps',
    look: 'line',
    width: 12,
    page: 'service',
    prometheus: [
      {
        expr: promql.rate('destination', `${promql.CLIENT},source="$service"`),
        legend: '{{destination}}',
      },
    ],
    clickhouse: [
      {
        sql: sql.series(
          { destination: 'destination' },
          { calls: sql.PER_STEP.rate },
          `${sql.CLIENT} AND source = ${sql.chosen('service')}`,
        ),
      },
    ],
  },
  {
    title: 'Failures of what it calls',
    description: 'Share of its own calls that failed: begin there before its own code is blamed.',
    unit: 'percentunit',
    look: 'line',
    width: 12,
    page: 'service',
    prometheus: [
      {
        expr: promql.failedShare('destination', `${promql.CLIENT},source="$service"`),
        legend: '{{destination}}',
      },
    ],
    clickhouse: [
      {
        sql: sql.series(
          { destination: 'destination' },
          { failed: sql.PER_STEP.failedShare },
          `${sql.CLIENT} AND source = ${sql.chosen('service')}`,
        ),
      },
    ],
  },
  {
    title: 'Instances',
    description:
      'Calls, failures and p95 of each instance. One that differs from the others is the one to look at.',
    unit: 'short',
    look: 'table',
    width: 24,
    page: 'service',
    units: { calls: 'short', failed: 'percentunit', p95: 's' },
    clickhouse: [
      {
        sql: sql.table(
          { instance: 'destination_instance', zone: 'destination_zone', version: 'destination_version' },
          { calls: 'count()', failed: sql.PER_STEP.failedShare, p95: sql.quantile(0.95) },
          C,
          'calls DESC',
          50,
        ),
      },
    ],
  },
]

export const SERVICE: Board = {
  id: 'service',
  title: 'Service',
  description: 'What one service answers, for whom and how fast, and what it asks of others.',
  choices: [
    {
      name: 'service',
      label: 'Service',
      prometheus: 'label_values(tapmesh_requests_total{reporter="server"}, destination)',
      clickhouse:
        "SELECT DISTINCT destination FROM tapmesh.edge_1h WHERE reporter = 'server' ORDER BY destination",
    },
  ],
  questions: [...answered, ...shape, ...asked],
}
