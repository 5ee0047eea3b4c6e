import * as promql from '../question/promql.ts'
import type { Board, Question } from '../question/question.ts'
import * as sql from '../question/sql.ts'

/** How the whole mesh is doing: the first page to open. */

const whole: readonly Question[] = [
  {
    title: 'Calls',
    description:
      'Calls a second that services answered. A sudden drop is as much an incident as a rise of errors.',
    unit: 'reqps',
    look: 'stat',
    width: 5,
    page: 'map',
    prometheus: [{ expr: promql.rate('', promql.SERVER), legend: 'calls' }],
    clickhouse: [{ sql: sql.series({}, { calls: sql.PER_STEP.rate }, sql.SERVER) }],
  },
  {
    title: 'Failed calls',
    description:
      'Share of calls that ended in a server error, a timeout, a reset or unfinished. A refused request (4xx) is the mistake of its caller and not counted. Look below for the service it comes from.',
    unit: 'percentunit',
    look: 'stat',
    width: 5,
    page: 'map',
    prometheus: [{ expr: promql.failedShare('', promql.SERVER), legend: 'failed' }],
    clickhouse: [{ sql: sql.series({}, { failed: sql.PER_STEP.failedShare }, sql.SERVER) }],
  },
  {
    title: '95 of 100 calls are faster than',
    description:
      'The p95 of all calls. It moves with the mix of services; judge a service by its own dashboard.',
    unit: 's',
    look: 'stat',
    width: 5,
    page: 'map',
    prometheus: [{ expr: promql.quantile(0.95, '', promql.SERVER), legend: 'p95' }],
    clickhouse: [{ sql: sql.series({}, { p95: sql.quantile(0.95) }, sql.SERVER) }],
  },
  {
    title: 'Services called',
    description:
      'Services that answered calls. One that is missing here answers nobody: look for it on the map.',
    unit: 'short',
    look: 'stat',
    width: 5,
    page: 'map',
    prometheus: [{ expr: `count(${promql.rate('destination', promql.SERVER)} > 0)`, legend: 'services' }],
    clickhouse: [{ sql: sql.series({}, { services: 'uniqExact(destination)' }, sql.SERVER) }],
  },
  {
    title: 'Edges',
    description: 'Pairs of caller and service with calls. A new pair is a new dependency.',
    unit: 'short',
    look: 'stat',
    width: 4,
    page: 'map',
    prometheus: [
      { expr: `count(${promql.rate('source, destination', promql.SERVER)} > 0)`, legend: 'edges' },
    ],
    clickhouse: [{ sql: sql.series({}, { edges: 'uniqExact(source, destination)' }, sql.SERVER) }],
  },
]

const byService: readonly Question[] = [
  {
    title: 'Calls by service',
    description: 'Calls a second that each service answered.',
    unit: 'reqps',
    look: 'line',
    width: 12,
    page: 'map',
    prometheus: [{ expr: promql.rate('destination', promql.SERVER), legend: '{{destination}}' }],
    clickhouse: [
      { sql: sql.series({ destination: 'destination' }, { calls: sql.PER_STEP.rate }, sql.SERVER) },
    ],
  },
  {
    title: 'Failed calls by service',
    description:
      'Share of the calls of each service that failed. Where several rise together, the deepest one on the map is where to begin.',
    unit: 'percentunit',
    look: 'line',
    width: 12,
    page: 'map',
    prometheus: [{ expr: promql.failedShare('destination', promql.SERVER), legend: '{{destination}}' }],
    clickhouse: [
      { sql: sql.series({ destination: 'destination' }, { failed: sql.PER_STEP.failedShare }, sql.SERVER) },
    ],
  },
  {
    title: 'p95 by service',
    description: '95 of 100 calls of the service are faster. Open the service for its routes and callers.',
    unit: 's',
    look: 'line',
    width: 12,
    page: 'map',
    prometheus: [{ expr: promql.quantile(0.95, 'destination', promql.SERVER), legend: '{{destination}}' }],
    clickhouse: [
      { sql: sql.series({ destination: 'destination' }, { p95: sql.quantile(0.95) }, sql.SERVER) },
    ],
  },
  {
    title: 'Calls by class of status',
    description:
      'Answers by the first digit of their status; `none` had no answer. 4xx that rise are callers gone wrong.',
    unit: 'reqps',
    look: 'stack',
    width: 12,
    page: 'calls',
    prometheus: [{ expr: promql.rate('status_class', promql.SERVER), legend: '{{status_class}}' }],
    clickhouse: [
      { sql: sql.series({ status_class: sql.STATUS_CLASS }, { calls: sql.PER_STEP.rate }, sql.SERVER) },
    ],
  },
  {
    title: 'Services, busiest first',
    description: 'Rate, share of failures and p95 over the whole window. Sort by a column to find the worst.',
    unit: 'reqps',
    look: 'table',
    width: 24,
    page: 'map',
    units: { calls: 'reqps', failed: 'percentunit', p95: 's' },
    prometheus: [
      {
        expr: `topk(20, ${promql.rate('destination', promql.SERVER, promql.RANGE)})`,
        legend: 'calls',
      },
      { expr: promql.failedShare('destination', promql.SERVER, promql.RANGE), legend: 'failed' },
      { expr: promql.quantile(0.95, 'destination', promql.SERVER, promql.RANGE), legend: 'p95' },
    ],
    clickhouse: [
      {
        sql: sql.table(
          { destination: 'destination' },
          {
            calls: `count() / ${sql.WINDOW_SECONDS}`,
            failed: sql.PER_STEP.failedShare,
            p95: sql.quantile(0.95),
          },
          sql.SERVER,
          'calls DESC',
        ),
      },
    ],
  },
]

const graph: Question = {
  title: 'Service graph',
  description:
    'Who calls whom: calls a second and the share that failed. The map of tapmesh shows the same live.',
  unit: 'reqps',
  look: 'nodes',
  width: 24,
  page: 'map',
  clickhouse: [
    {
      sql: `SELECT name AS id, name AS title, sum(n) / ${sql.WINDOW_SECONDS} AS mainstat,
  sum(bad) / greatest(sum(n), 1) AS arc__failed, 1 - arc__failed AS arc__ok
FROM (
  SELECT destination AS name, count() AS n, ${sql.FAILED} AS bad
  FROM tapmesh.calls WHERE $__timeFilter(ts) AND ${sql.SERVER} GROUP BY name
  UNION ALL
  SELECT DISTINCT source AS name, 0 AS n, 0 AS bad
  FROM tapmesh.calls WHERE $__timeFilter(ts) AND ${sql.SERVER}
)
GROUP BY name ORDER BY name LIMIT 500`,
    },
    {
      sql: sql.table(
        { id: "concat(source, ' ', destination)", source: 'source', target: 'destination' },
        { mainstat: `count() / ${sql.WINDOW_SECONDS}`, secondarystat: sql.PER_STEP.failedShare },
        sql.SERVER,
        'mainstat DESC',
        1000,
      ),
    },
  ],
}

export const OVERVIEW: Board = {
  id: 'overview',
  title: 'Overview',
  description: 'Rate, failures and durations of the whole mesh and of each service.',
  choices: [],
  questions: [...whole, ...byService, graph],
}
