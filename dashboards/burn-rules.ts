import { stringify } from 'yaml'
import { BURN_ALERTS, BURN_WINDOWS, type Slo } from '../model/slo.ts'
import { DURATION_BOUNDS_US } from '../tap-proxy/sink/call-counters.ts'
import { SERVER } from './question/promql.ts'

/**
 * Recording and alerting rules for Prometheus out of the objectives of a mesh's file. The alerts are
 * the same for all: they compare what is recorded with the two thresholds of model/slo.ts.
 */

interface Rule {
  record?: string
  alert?: string
  expr: string
  for?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

/** `burn_5m` -> `5m`: the windows as they are written in PromQL. */
const WINDOWS = Object.keys(BURN_WINDOWS).map((name) => name.replace('burn_', ''))

/** Whole numbers are written `1` by some programs and `1.0` by others. */
function boundMatcher(seconds: number): string {
  return Number.isInteger(seconds) ? `le=~"${seconds}([.]0)?"` : `le="${seconds}"`
}

/**
 * The highest bound of the tap's buckets that is not above the threshold, seconds: between two bounds
 * nothing is known, so Prometheus judges a little harder than the store does.
 */
export function boundBelow(threshold_us: number): number {
  const bounds = DURATION_BOUNDS_US.filter((bound) => bound <= threshold_us)
  return (bounds.at(-1) ?? DURATION_BOUNDS_US[0]) / 1e6
}

/** Share of calls that were bad in a window; nothing while there are no calls. */
function badShare(slo: Slo, window: string): string {
  const calls = `${SERVER},destination="${slo.service}"`
  const sum = (name: string, selector: string) => `sum(rate(${name}{${selector}}[${window}]))`
  if (slo.sli === 'availability') {
    const failed = sum('tapmesh_requests_failed_total', calls)
    return `${failed} / (${sum('tapmesh_requests_total', calls)} > 0)`
  }
  const name = 'tapmesh_request_duration_seconds'
  const quick = sum(`${name}_bucket`, `${calls},${boundMatcher(boundBelow(slo.threshold_us))}`)
  return `1 - ${quick} / (${sum(`${name}_count`, calls)} > 0)`
}

/** Both are written at every rule: two rules of one name must differ by them. */
function labelsOf(slo: Slo): Record<string, string> {
  return { destination: slo.service, sli: slo.sli }
}

function windowOf(slo: Slo): string {
  return slo.window_s % 86_400 === 0 ? `${slo.window_s / 86_400}d` : `${slo.window_s / 3600}h`
}

const MATCH = 'on (destination, sli)'
const ALLOWED = '(1 - tapmesh:slo_objective)'

function burnRecords(slos: readonly Slo[]): Rule[] {
  return [
    ...slos.map((slo) => ({
      record: 'tapmesh:slo_objective',
      expr: `vector(${slo.objective})`,
      labels: labelsOf(slo),
    })),
    ...WINDOWS.flatMap((window) => [
      ...slos.map((slo) => ({
        record: `tapmesh:slo_bad:rate${window}`,
        expr: badShare(slo, window),
        labels: labelsOf(slo),
      })),
      {
        record: `tapmesh:slo_burn:rate${window}`,
        expr: `tapmesh:slo_bad:rate${window} / ${MATCH} ${ALLOWED}`,
      },
    ]),
  ]
}

function budgetRecords(slos: readonly Slo[]): Rule[] {
  return [
    ...slos.map((slo) => ({
      record: 'tapmesh:slo_bad:window',
      expr: badShare(slo, windowOf(slo)),
      labels: labelsOf(slo),
    })),
    { record: 'tapmesh:slo_budget_left', expr: `1 - tapmesh:slo_bad:window / ${MATCH} ${ALLOWED}` },
  ]
}

const PERCENT = '{{ $value | humanizePercentage }}'
const SERVICE = '{{ $labels.destination }} ({{ $labels.sli }})'

function alerts(): Rule[] {
  const words = [
    { alert: 'TapmeshBudgetBurnsFast', wait: '2m', severity: 'page', loss: '2 % of a 30-day budget an hour' },
    {
      alert: 'TapmeshBudgetBurns',
      wait: '15m',
      severity: 'ticket',
      loss: '5 % of a 30-day budget in six hours',
    },
  ] as const
  const burning = BURN_ALERTS.map(({ long, short, rate }, index): Rule => {
    const { alert, wait, severity, loss } = words[index]!
    const [slow, quick] = [long, short].map((name) => `tapmesh:slo_burn:rate${name.replace('burn_', '')}`)
    return {
      alert,
      expr: `${slow} > ${rate} and ${quick} > ${rate}`,
      for: wait,
      labels: { severity },
      annotations: {
        summary: `${SERVICE} spends its error budget {{ $value | humanize }} times as fast as it may`,
        description: `That is more than ${loss}. Open the page of the service in tapmesh: its callers, routes and slowest traces say where it comes from.`,
      },
    }
  })
  return [
    ...burning,
    {
      alert: 'TapmeshBudgetSpent',
      expr: 'tapmesh:slo_budget_left <= 0',
      for: '5m',
      labels: { severity: 'ticket' },
      annotations: {
        summary: `${SERVICE} has spent its error budget (${PERCENT} left)`,
        description: 'Put changes off that can wait, and mend what fails most.',
      },
    },
  ]
}

/** A file of rules for Prometheus, YAML. */
export function burnRules(slos: readonly Slo[]): string {
  const groups = [
    { name: 'tapmesh-slo-burn', interval: '30s', rules: burnRecords(slos) },
    // The long window is costly to read and changes slowly.
    { name: 'tapmesh-slo-budget', interval: '2m', rules: budgetRecords(slos) },
    { name: 'tapmesh-slo-alerts', interval: '30s', rules: alerts() },
  ]
  return stringify({ groups }, { lineWidth: 0 })
}
