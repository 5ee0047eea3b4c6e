import * as promql from '../question/promql.ts'
import type { Board, Question } from '../question/question.ts'
import * as sql from '../question/sql.ts'

/** Calls from one service to another, as both of their taps saw them. */

const PARTIES = 'source="$source",destination="$destination"'
const P = { client: `${promql.CLIENT},${PARTIES}`, server: `${promql.SERVER},${PARTIES}` }
const BETWEEN = `source = ${sql.chosen('source')} AND destination = ${sql.chosen('destination')}`
const C = { client: `${sql.CLIENT} AND ${BETWEEN}`, server: `${sql.SERVER} AND ${BETWEEN}` }

/** The same question to both sides: one target each, so that each fixes its reporter. */
function bothSides(
  expr: (selector: string) => string,
  number: string,
): Pick<Question, 'prometheus' | 'clickhouse'> {
  return {
    prometheus: [
      { expr: expr(P.client), legend: 'caller' },
      { expr: expr(P.server), legend: 'service' },
    ],
    clickhouse: [
      { sql: sql.series({}, { caller: number }, C.client) },
      { sql: sql.series({}, { service: number }, C.server) },
    ],
  }
}

const sides: readonly Question[] = [
  {
    title: 'Calls',
    description: 'As the caller and as the service saw them. Calls that only the caller sees never arrived.',
    unit: 'reqps',
    look: 'line',
    width: 12,
    page: 'edge',
    ...bothSides((selector) => promql.rate('', selector), sql.PER_STEP.rate),
  },
  {
    title: 'Failed calls',
    description: 'Share that failed on each side. Failures of the caller alone happen between the two.',
    unit: 'percentunit',
    look: 'line',
    width: 12,
    page: 'edge',
    ...bothSides((selector) => promql.failedShare('', selector), sql.PER_STEP.failedShare),
  },
  {
    title: 'Mean duration',
    description: "The distance between the two lines is the network's share, connecting included.",
    unit: 's',
    look: 'line',
    width: 12,
    page: 'edge',
    ...bothSides((selector) => promql.mean('', selector), sql.PER_STEP.mean),
  },
  {
    title: 'p95',
    description: '95 of 100 calls are faster, as each side saw it.',
    unit: 's',
    look: 'line',
    width: 12,
    page: 'edge',
    ...bothSides((selector) => promql.quantile(0.95, '', selector), sql.quantile(0.95)),
  },
  {
    title: 'Answers by class of status',
    description: 'What the service answered, by the first digit of the status; `none` had no answer.',
    unit: 'reqps',
    look: 'stack',
    width: 12,
    page: 'edge',
    prometheus: [{ expr: promql.rate('status_class', P.server), legend: '{{status_class}}' }],
    clickhouse: [
      { sql: sql.series({ status_class: sql.STATUS_CLASS }, { calls: sql.PER_STEP.rate }, C.server) },
    ],
  },
]

const details: readonly Question[] = [
  {
    title: 'Bytes',
    description: 'Bytes of requests and of answers a second. Answers that grow slow both sides down.',
    unit: 'Bps',
    look: 'line',
    width: 12,
    page: 'edge',
    clickhouse: [
      {
        sql: sql.series(
          {},
          {
            requests: 'sum(request_bytes) / $__interval_s',
            answers: 'sum(response_bytes) / $__interval_s',
          },
          C.server,
        ),
      },
    ],
  },
  {
    title: 'Second and later attempts',
    description: 'Share of calls that are retries. Above a few percent retries make an incident worse.',
    unit: 'percentunit',
    look: 'line',
    width: 12,
    page: 'edge',
    clickhouse: [{ sql: sql.series({}, { retries: 'countIf(attempt > 1) / count()' }, C.server) }],
  },
  {
    title: 'How the caller is known',
    description:
      'Evidence of who called. `address` alone means a caller without a tap: give it one, or a name.',
    unit: 'reqps',
    look: 'stack',
    width: 12,
    page: 'edge',
    clickhouse: [
      { sql: sql.series({ evidence: 'source_evidence' }, { calls: sql.PER_STEP.rate }, C.server) },
    ],
  },
  {
    title: 'How calls are protected',
    description: 'Plaintext, TLS or mutual TLS.',
    unit: 'reqps',
    look: 'stack',
    width: 12,
    page: 'edge',
    clickhouse: [{ sql: sql.series({ security: 'security' }, { calls: sql.PER_STEP.rate }, C.server) }],
  },
  {
    title: 'Newest failed calls',
    description:
      'Single calls that failed. Open the trace id in tapmesh to see where in the request it happened.',
    unit: 's',
    look: 'table',
    width: 24,
    page: 'edge',
    clickhouse: [
      {
        sql: sql.calls(
          {
            time: 'ts',
            method: 'method',
            route: 'route',
            status: 'status',
            outcome: 'outcome',
            response_flags: 'response_flags',
            duration: 'duration_us / 1e6',
            trace_id: 'trace_id',
          },
          `${C.server} AND ${sql.IS_FAILED}`,
          'time DESC',
        ),
      },
    ],
  },
]

export const EDGE: Board = {
  id: 'edge',
  title: 'Edge',
  description:
    'Calls from one service to another, as the tap of the caller and the tap of the service saw them.',
  choices: [
    {
      name: 'source',
      label: 'From',
      prometheus: 'label_values(tapmesh_requests_total{reporter="server"}, source)',
      clickhouse: "SELECT DISTINCT source FROM tapmesh.edge_1h WHERE reporter = 'server' ORDER BY source",
    },
    {
      name: 'destination',
      label: 'To',
      prometheus: 'label_values(tapmesh_requests_total{reporter="server",source="$source"}, destination)',
      clickhouse: `SELECT DISTINCT destination FROM tapmesh.edge_1h WHERE reporter = 'server' AND source = ${sql.chosen('source')} ORDER BY destination`,
    },
  ],
  questions: [...sides, ...details],
}
