import { BURN_ALERTS } from '../../model/slo.ts'
import type { Board, Question } from '../question/question.ts'
import * as sql from '../question/sql.ts'

/**
 * Objectives. The Prometheus variant reads what the rules in rules/ record for the objectives of the
 * mesh's file; the ClickHouse variant takes one objective for all services from the choices.
 */

const [fast, slow] = BURN_ALERTS
const ALLOWED = '(1 - $objective / 100)'

/** Minutes of calls with what was bad in them, from the rollup or, for a threshold, from the calls. */
const MINUTES = {
  availability: (hours: number) => `SELECT t AS minute, destination, sum(r.calls) AS n, sum(r.errors) AS bad
  FROM tapmesh.edge_1m AS r
  WHERE ${sql.SERVER} AND t >= $__fromTime - INTERVAL ${hours} HOUR AND t <= $__toTime
  GROUP BY minute, destination`,
  latency: (
    hours: number,
  ) => `SELECT toStartOfMinute(toDateTime(ts)) AS minute, destination, count() AS n, countIf(duration_us > $threshold_ms * 1000) AS bad
  FROM tapmesh.calls
  WHERE ${sql.SERVER} AND ts >= $__fromTime - INTERVAL ${hours} HOUR AND ts <= $__toTime
  GROUP BY minute, destination`,
} as const

/** Burn of the hours before each minute. */
function burnSql(sli: keyof typeof MINUTES, hours: number): string {
  return `SELECT minute AS time, destination, bad_before / n_before / ${ALLOWED} AS burn
FROM (
  SELECT minute, destination, sum(n) OVER before AS n_before, sum(bad) OVER before AS bad_before
  FROM (${MINUTES[sli](hours)})
  WINDOW before AS (PARTITION BY destination ORDER BY toUnixTimestamp(minute) RANGE BETWEEN ${hours * 3600 - 60} PRECEDING AND CURRENT ROW)
)
WHERE minute >= toStartOfMinute($__fromTime) ORDER BY time, destination`
}

function burnPrometheus(sli: keyof typeof MINUTES, window: string) {
  return [
    {
      expr: `max by (destination) (tapmesh:slo_burn:rate${window}{sli="${sli}"})`,
      legend: '{{destination}}',
    },
  ]
}

const burns: readonly Question[] = (['availability', 'latency'] as const).flatMap((sli) => [
  {
    title: `Burn of one hour, ${sli}`,
    description: `Multiple of what the budget allows; 1 spends it in exactly its window. Above ${fast.rate} a 30-day budget loses 2 % an hour: somebody should look now.`,
    unit: 'none',
    look: 'line' as const,
    width: 12,
    page: 'map' as const,
    prometheus: burnPrometheus(sli, '1h'),
    clickhouse: [{ sql: burnSql(sli, 1) }],
  },
  {
    title: `Burn of six hours, ${sli}`,
    description: `The slower fire. Above ${slow.rate} a 30-day budget loses 5 % in six hours: look today.`,
    unit: 'none',
    look: 'line' as const,
    width: 12,
    page: 'map' as const,
    prometheus: burnPrometheus(sli, '6h'),
    clickhouse: [{ sql: burnSql(sli, 6) }],
  },
])

const budgets: readonly Question[] = [
  {
    title: 'Budget left, availability',
    description:
      'Share of the budget that is left: 100 % untouched, 0 spent, below 0 overspent. Where nothing is left, put changes off.',
    unit: 'percentunit',
    look: 'table',
    width: 12,
    page: 'map',
    prometheus: [
      { expr: 'max by (destination) (tapmesh:slo_budget_left{sli="availability"})', legend: 'left' },
    ],
    clickhouse: [
      {
        sql: `SELECT destination, 1 - sum(r.errors) / sum(r.calls) / ${ALLOWED} AS left
FROM tapmesh.edge_1h AS r
WHERE ${sql.SERVER} AND t >= $__toTime - INTERVAL 30 DAY AND t <= $__toTime
GROUP BY destination ORDER BY left`,
      },
    ],
  },
  {
    title: 'Budget left, latency',
    description:
      'The same for calls that were slower than promised. Find the slow route on the dashboard of routes.',
    unit: 'percentunit',
    look: 'table',
    width: 12,
    page: 'map',
    prometheus: [{ expr: 'max by (destination) (tapmesh:slo_budget_left{sli="latency"})', legend: 'left' }],
    clickhouse: [
      {
        sql: `SELECT destination, 1 - countIf(duration_us > $threshold_ms * 1000) / count() / ${ALLOWED} AS left
FROM tapmesh.calls
WHERE ${sql.SERVER} AND ts >= $__toTime - INTERVAL 30 DAY AND ts <= $__toTime
GROUP BY destination ORDER BY left`,
      },
    ],
  },
]

const state: readonly Question[] = [
  {
    title: 'Alerts',
    description: 'Alerts on burn that are pending or firing. Each names its service and how to begin.',
    unit: 'none',
    look: 'table',
    width: 12,
    page: 'map',
    prometheus: [{ expr: 'ALERTS{alertname=~"TapmeshBudget.*"}', legend: 'active' }],
  },
  {
    title: 'Objectives',
    description: 'What is promised of each service, from the file given to `tapmesh export rules`.',
    unit: 'percentunit',
    look: 'table',
    width: 12,
    page: 'map',
    prometheus: [{ expr: 'max by (destination, sli) (tapmesh:slo_objective)', legend: 'objective' }],
  },
  {
    title: 'Bad calls in the window, by service',
    description:
      'How many failed and how many were slow: who spends the most of what its callers were promised.',
    unit: 'short',
    look: 'table',
    width: 24,
    page: 'calls',
    clickhouse: [
      {
        sql: sql.table(
          { destination: 'destination' },
          {
            calls: 'count()',
            failed: sql.FAILED,
            slow: 'countIf(duration_us > $threshold_ms * 1000)',
          },
          sql.SERVER,
          'failed DESC',
        ),
      },
    ],
  },
]

export const SLO: Board = {
  id: 'slo',
  title: 'SLO',
  description: 'How fast the error budgets of services are being spent, and what is left of them.',
  choices: [
    {
      name: 'objective',
      label: 'Objective, percent',
      clickhouse: ['99.9', '99', '99.5', '99.95', '95', '90'],
    },
    { name: 'threshold_ms', label: 'Slow from, ms', clickhouse: ['250', '100', '500', '1000', '2500'] },
  ],
  questions: [...burns, ...budgets, ...state],
}
