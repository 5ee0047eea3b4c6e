import type {
  EdgeAnswer,
  GoldenSignals,
  GraphEdge,
  RouteRow,
  ServiceAnswer,
  StatusRow,
} from '../../graph-api/contract.ts'
import type { NodeSlo } from '../../model/graph.ts'
import { isFailed } from '../../model/outcome.ts'
import type { Style } from '../terminal/style.ts'
import { paintOutcome } from './call-line.ts'
import { bytes, count, duration, rate, share } from './quantity.ts'
import { plain, type TableColumn, table } from './table.ts'

/** One service or one edge as text: golden signals first, then a table for each question. */

const ROUTES_MAX = 15
const right = 'right' as const

/** `2.1/s · 3.0 % failing · p50 4.0 ms · p95 90.0 ms · p99 1.2 s`, failures in red. */
function signalsLine(signals: GoldenSignals, style: Style): string {
  const failing = `${share(signals.error_rate)} failing`
  return [
    `${count(signals.calls)} calls`,
    rate(signals.rate),
    signals.errors > 0 ? style.red(failing) : failing,
    `p50 ${duration(signals.p50_us)}`,
    `p95 ${duration(signals.p95_us)}`,
    `p99 ${duration(signals.p99_us)}`,
  ].join(' · ')
}

function section(title: string, lines: readonly string[], style: Style): string[] {
  return lines.length === 0 ? [] : ['', style.bold(title), ...lines]
}

function failing(style: Style): (cell: string) => string {
  return (cell) => (cell.trim() === '0 %' ? style.dim(cell) : style.red(cell))
}

const SIGNAL_TITLES = ['rate', 'errors', 'p50', 'p95', 'p99']

function signalColumns(style: Style): TableColumn[] {
  return SIGNAL_TITLES.map((title) => ({
    title,
    align: right,
    ...(title === 'errors' ? { paint: failing(style) } : {}),
  }))
}

const signalCells = (
  row: Pick<GoldenSignals, 'rate' | 'error_rate' | 'p50_us' | 'p95_us' | 'p99_us'>,
): string[] => [
  rate(row.rate),
  share(row.error_rate),
  duration(row.p50_us),
  duration(row.p95_us),
  duration(row.p99_us),
]

function edgeLines(
  edges: readonly GraphEdge[],
  name: (edge: GraphEdge) => string,
  style: Style,
  width: number,
): string[] {
  if (edges.length === 0) return [style.dim('  none in this window')]
  const rows = edges.toSorted((a, b) => b.calls - a.calls)
  return table(
    [{ title: 'service', flexible: true }, { title: 'protocol' }, ...signalColumns(style)],
    rows.map((edge) => [name(edge), edge.protocol, ...signalCells(edge)]),
    width,
    style.dim,
  )
}

function routeLines(routes: readonly RouteRow[], style: Style, width: number): string[] {
  if (routes.length === 0) return []
  const shown = routes.slice(0, ROUTES_MAX)
  const lines = table(
    [{ title: 'method' }, { title: 'route', flexible: true }, ...signalColumns(style)],
    shown.map((row) => [row.method, row.route, ...signalCells(row)]),
    width,
    style.dim,
  )
  return routes.length > shown.length
    ? [...lines, style.dim(`and ${routes.length - shown.length} more; --json has them all`)]
    : lines
}

function statusLines(statuses: readonly StatusRow[], style: Style, width: number): string[] {
  if (statuses.length === 0) return []
  const whole = statuses.reduce((sum, row) => sum + row.calls, 0)
  const paint = (cell: string, row: readonly string[]) => paintOutcome(style, row[2]!)(cell)
  return table(
    [
      { title: 'status', paint },
      { title: 'flags' },
      { title: 'outcome' },
      { title: 'calls', align: right },
      { title: 'share', align: right },
    ],
    statuses.map((row) => [
      row.status || '-',
      row.response_flags,
      row.outcome,
      count(row.calls),
      share(row.calls / whole),
    ]),
    width,
    style.dim,
  )
}

/** What was promised of the service and what is left of the budget, where an objective is set. */
function objectiveLines(slo: NodeSlo | undefined, style: Style): string[] {
  if (slo === undefined) return []
  const spent = slo.budget_left <= 0
  const left = spent ? style.red('budget spent') : `${share(slo.budget_left)} of the budget left`
  const burn = `burns ${slo.burn_1h.toFixed(1)} times the budget over an hour, ${slo.burn_6h.toFixed(1)} over six`
  return [`objective ${share(slo.objective)} · ${left} · ${burn}`]
}

export function serviceLines(answer: ServiceAnswer, style: Style, width: number): string[] {
  const { service, changes, window } = answer
  const tags = [service.kind, ...service.zones, ...service.versions]
  if (!service.tapped) tags.push('no tap in front')
  const versions = table(
    [{ title: 'version', flexible: true }, ...signalColumns(style)],
    answer.versions.map((row) => [row.version || '(not configured)', ...signalCells(row)]),
    width,
    style.dim,
  )
  const changed = changes.rows.map((row) =>
    plain(`${row.kind === 'new' ? '+' : '-'} ${row.what} ${row.name}  ${row.at}`),
  )
  return [
    `${style.bold(plain(service.id))}  ${style.dim(plain(tags.join(' · ')))}`,
    signalsLine(service, style),
    ...objectiveLines(service.slo, style),
    ...section(
      'callers',
      edgeLines(answer.callers, (edge) => edge.source, style, width),
      style,
    ),
    ...section(
      'calls',
      edgeLines(answer.dependencies, (edge) => edge.destination, style, width),
      style,
    ),
    ...section('routes', routeLines(answer.routes, style, width), style),
    ...section('answers', statusLines(answer.statuses, style, width), style),
    ...section('versions', answer.versions.length > 1 ? versions : [], style),
    ...section('new (+) and gone (-)', changed, style),
    '',
    style.dim(`${window.from} to ${window.to}`),
  ]
}

export function edgeDetailLines(answer: EdgeAnswer, style: Style, width: number): string[] {
  const { edges, sides, window } = answer
  const first = edges[0]!
  const sideLines = table(
    [
      { title: 'side' },
      ...['calls', 'failed', 'p50', 'p95', 'p99'].map((title) => ({ title, align: right })),
    ],
    sides.map((side) => [
      side.reporter,
      count(side.calls),
      count(side.errors),
      duration(side.p50_us),
      duration(side.p95_us),
      duration(side.p99_us),
    ]),
    width,
    style.dim,
  )
  const exemplars = answer.exemplars.map(({ kind, call }) => {
    const paint = isFailed(call.outcome) ? style.red : style.green
    const status = paint((call.status || call.outcome).padEnd(8))
    return `${kind.padEnd(8)} ${status} ${duration(call.duration_us).padStart(8)}  tapmesh trace ${call.trace_id}`
  })
  const both = sides.some(({ reporter }) => reporter === 'client') && sides.length > 1
  return [
    `${style.bold(`${plain(first.source)} -> ${plain(first.destination)}`)}  ${style.dim(edges.map(({ protocol }) => protocol).join(' · '))}`,
    ...edges.map((edge) => signalsLine(edge, style)),
    style.dim(
      `${bytes(first.request_bytes)} in, ${bytes(first.response_bytes)} out · caller known by ${first.source_evidence} · trace continued in ${share(first.traced)}`,
    ),
    ...section('sides', sideLines, style),
    ...(both ? [style.dim(`network and both stacks, median: ${duration(answer.network_p50_us)}`)] : []),
    ...section('routes', routeLines(answer.routes, style, width), style),
    ...section('answers', statusLines(answer.statuses, style, width), style),
    ...section('traces', exemplars, style),
    '',
    style.dim(`${window.from} to ${window.to}`),
  ]
}
