import * as promql from '../question/promql.ts'
import type { Board, PrometheusTarget, Question } from '../question/question.ts'
import * as sql from '../question/sql.ts'

/** Connections: those of the taps themselves, and traffic that is relayed without being read. */

const each = (expr: string): PrometheusTarget[] => [{ expr, legend: '{{instance}}' }]
const rate = (name: string): string => `sum by (instance) (rate(${name}[${promql.RATE}]))`

const P = `${promql.SERVER},protocol="opaque"`
const C = `${sql.SERVER} AND protocol = 'opaque'`
const EDGE = { source: 'source', destination: 'destination' }

const opaque: readonly Question[] = [
  {
    title: 'Connections that ended',
    description:
      'Opaque connections a second, by caller and service; each is one record. Many short ones want a pool.',
    unit: 'cps',
    look: 'line',
    width: 12,
    page: 'map',
    prometheus: [{ expr: promql.rate('source, destination', P), legend: '{{source}} → {{destination}}' }],
    clickhouse: [{ sql: sql.series(EDGE, { connections: sql.PER_STEP.rate }, C) }],
  },
  {
    title: 'Connections that failed',
    description: 'Share of opaque connections that were reset, timed out or never came to be.',
    unit: 'percentunit',
    look: 'line',
    width: 12,
    page: 'map',
    prometheus: [
      { expr: promql.failedShare('source, destination', P), legend: '{{source}} → {{destination}}' },
    ],
    clickhouse: [{ sql: sql.series(EDGE, { failed: sql.PER_STEP.failedShare }, C) }],
  },
  {
    title: 'How long connections live',
    description: 'Mean life of the opaque connections that ended.',
    unit: 's',
    look: 'line',
    width: 12,
    page: 'map',
    prometheus: [{ expr: promql.mean('source, destination', P), legend: '{{source}} → {{destination}}' }],
    clickhouse: [{ sql: sql.series(EDGE, { mean: sql.PER_STEP.mean }, C) }],
  },
  {
    title: 'Bytes of opaque connections',
    description: 'Bytes both ways a second, counted where a connection ends.',
    unit: 'Bps',
    look: 'line',
    width: 12,
    page: 'map',
    clickhouse: [
      {
        sql: sql.series(
          EDGE,
          {
            sent: 'sum(request_bytes) / $__interval_s',
            received: 'sum(response_bytes) / $__interval_s',
          },
          C,
        ),
      },
    ],
  },
]

const ofTaps: readonly Question[] = [
  {
    title: 'Connections of callers',
    description: 'Open at each tap. Near the limit `connections` of its file further ones are refused.',
    unit: 'short',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: each('sum by (instance) (tapmesh_connections_open)'),
  },
  {
    title: 'Connections taken from callers',
    description:
      'A second. Many for few calls means callers that do not keep connections: each costs a round trip.',
    unit: 'cps',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: each(rate('tapmesh_connections_accepted_total')),
  },
  {
    title: 'Connections to services',
    description: 'Kept or in use, by tap.',
    unit: 'short',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: each('sum by (instance) (tapmesh_upstream_connections)'),
  },
  {
    title: 'Connections opened to services',
    description: 'A second. A service that closes after each answer shows here.',
    unit: 'cps',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: each(rate('tapmesh_upstream_connects_total')),
  },
  {
    title: 'Connections that could not be made, or were refused',
    description:
      'To services that did not answer, and from callers above the limit. Anything above zero wants a look.',
    unit: 'cps',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: [
      { expr: rate('tapmesh_upstream_connect_failures_total'), legend: 'to services {{instance}}' },
      { expr: rate('tapmesh_connections_refused_total'), legend: 'from callers {{instance}}' },
    ],
  },
  {
    title: 'Cut or not decoded',
    description:
      'Connections cut by a deadline while policy acts on calls, and connections relayed without decoding from some point on.',
    unit: 'cps',
    look: 'line',
    width: 12,
    page: 'status',
    prometheus: [
      { expr: rate('tapmesh_deadlines_total'), legend: 'deadline {{instance}}' },
      {
        expr: `sum by (reason) (rate(tapmesh_opaque_total[${promql.RATE}])) or vector(0)`,
        legend: 'not decoded: {{reason}}',
      },
    ],
  },
]

export const TCP: Board = {
  id: 'tcp',
  title: 'TCP',
  description: 'Opaque traffic by edge, and the connections of each tap.',
  choices: [],
  questions: [...opaque, ...ofTaps],
}
