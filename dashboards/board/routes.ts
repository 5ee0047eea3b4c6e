import type { Board, Question } from '../question/question.ts'
import * as sql from '../question/sql.ts'

/** Routes and single calls: what only the rows of calls can tell, so there is no Prometheus variant. */

const C = `${sql.SERVER} AND destination = ${sql.chosen('service')}`
const ROUTE = { method: 'method', route: 'route' }
const TOP_ROUTES = `SELECT route FROM tapmesh.calls WHERE $__timeFilter(ts) AND ${C} GROUP BY route ORDER BY count() DESC LIMIT 10`

const routes: readonly Question[] = [
  {
    title: 'Routes, busiest first',
    description:
      'Calls, failures, p50 and p99 by method and template of the path. `__other__` gathers what is past the cap.',
    unit: 'short',
    look: 'table',
    width: 24,
    page: 'service',
    units: { calls: 'short', failed: 'percentunit', p50: 's', p99: 's' },
    clickhouse: [
      {
        sql: sql.table(
          ROUTE,
          {
            calls: 'count()',
            failed: sql.PER_STEP.failedShare,
            p50: sql.quantile(0.5),
            p99: sql.quantile(0.99),
          },
          C,
          'calls DESC',
          50,
        ),
      },
    ],
  },
  {
    title: 'p99 by route',
    description:
      'The ten busiest routes. One line that leaves the others is one handler, all together are what they share.',
    unit: 's',
    look: 'line',
    width: 12,
    page: 'service',
    clickhouse: [
      {
        sql: sql.series({ route: 'route' }, { p99: sql.quantile(0.99) }, `${C} AND route IN (${TOP_ROUTES})`),
      },
    ],
  },
  {
    title: 'Answers by status',
    description: 'Calls a second by whole status; empty where no answer came.',
    unit: 'reqps',
    look: 'stack',
    width: 12,
    page: 'calls',
    clickhouse: [{ sql: sql.series({ status: 'status' }, { calls: sql.PER_STEP.rate }, C) }],
  },
  {
    title: 'Who uses the service',
    description:
      'Callers with the number of routes they use, and when they were first and last seen. Ask them before a route goes.',
    unit: 'short',
    look: 'table',
    width: 12,
    page: 'service',
    clickhouse: [
      {
        sql: sql.table(
          { source: 'source' },
          { routes: 'uniqExact(route)', calls: 'count()', first_seen: 'min(ts)', last_seen: 'max(ts)' },
          C,
          'calls DESC',
          50,
        ),
      },
    ],
  },
  {
    title: 'New callers and routes',
    description:
      'Pairs of caller and route first seen in the last day of the window. Each is a dependency somebody just made.',
    unit: 'short',
    look: 'table',
    width: 12,
    page: 'service',
    clickhouse: [
      {
        sql: `SELECT source, route, min(ts) AS first_seen, count() AS calls
FROM tapmesh.calls WHERE $__timeFilter(ts) AND ${C}
GROUP BY source, route HAVING first_seen > $__toTime - INTERVAL 1 DAY
ORDER BY first_seen DESC LIMIT 50`,
      },
    ],
  },
]

const single = {
  time: 'ts',
  source: 'source',
  method: 'method',
  path: 'path',
  status: 'status',
  outcome: 'outcome',
  duration: 'duration_us / 1e6',
  trace_id: 'trace_id',
}

const log: readonly Question[] = [
  {
    title: 'Slowest calls',
    description: 'Single calls by duration. The trace id opens in tapmesh, with where the time went.',
    unit: 's',
    look: 'table',
    width: 24,
    page: 'calls',
    clickhouse: [{ sql: sql.calls(single, C, 'duration DESC', 50) }],
  },
  {
    title: 'Calls that change something',
    description: 'POST, PUT, PATCH and DELETE, newest first: who changed what, and with what result.',
    unit: 's',
    look: 'table',
    width: 24,
    page: 'calls',
    clickhouse: [
      { sql: sql.calls(single, `${C} AND method IN ('POST', 'PUT', 'PATCH', 'DELETE')`, 'time DESC') },
    ],
  },
  {
    title: 'Access log',
    description: 'Every call as a line, newest first. Headers, bodies and query strings are not recorded.',
    unit: 'short',
    look: 'logs',
    width: 24,
    page: 'calls',
    clickhouse: [
      {
        sql: sql.calls(
          {
            timestamp: 'ts',
            body: "concat(source, ' ', method, ' ', path, ' ', if(status = '', outcome, status), ' ', toString(duration_us), ' us ', trace_id)",
            level: `multiIf(${sql.IS_FAILED}, 'error', outcome = 'ok', 'info', 'warning')`,
          },
          C,
          'timestamp DESC',
          1000,
        ),
      },
    ],
  },
]

export const ROUTES: Board = {
  id: 'routes',
  title: 'Routes and access log',
  description: 'Routes of one service, who uses them, and single calls.',
  choices: [
    {
      name: 'service',
      label: 'Service',
      clickhouse:
        "SELECT DISTINCT destination FROM tapmesh.edge_1h WHERE reporter = 'server' ORDER BY destination",
    },
  ],
  questions: [...routes, ...log],
}
