import { type Command, Option } from 'commander'
import type { GraphAnswer, GraphEdge } from '../../graph-api/contract.ts'
import { count, duration, rate, share } from '../print/quantity.ts'
import type { TableColumn } from '../print/table.ts'
import { plain, table } from '../print/table.ts'
import type { Style } from '../terminal/style.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { apiOf } from '../terminal/terminal.ts'
import type { ApiOptions, WindowOptions } from './shared-option.ts'
import { apiCommand, withWindow } from './shared-option.ts'

/** What is left of the graph, in the words of the map. */
interface ViewOptions {
  find?: string
  hide?: string
  group?: string
  open?: string
}

type Format = 'table' | 'json' | 'dot' | 'mermaid' | 'svg' | 'csv'

/** Formats that the API itself renders, by the ending it knows them under. */
const RENDERED: Partial<Record<Format, string>> = { dot: 'dot', mermaid: 'mmd', svg: 'svg', csv: 'csv' }

const HEALTH_WORD = { ok: 'ok', warn: 'warn', bad: 'BAD', unknown: 'few', idle: 'idle' } as const

function painter(style: Style): (cell: string) => string {
  return (cell) => {
    const word = cell.trim()
    if (word === HEALTH_WORD.bad) return style.red(cell)
    if (word === HEALTH_WORD.warn) return style.yellow(cell)
    if (word === HEALTH_WORD.ok) return style.green(cell)
    return style.dim(cell)
  }
}

export function edgeColumns(style: Style): TableColumn[] {
  return [
    { title: 'source', flexible: true },
    { title: 'destination', flexible: true },
    { title: 'protocol' },
    { title: 'health', paint: painter(style) },
    { title: 'calls', align: 'right' },
    { title: 'rate', align: 'right' },
    { title: 'errors', align: 'right' },
    { title: 'p50', align: 'right' },
    { title: 'p95', align: 'right' },
    { title: 'p99', align: 'right' },
    { title: 'seen by' },
    { title: 'caller by' },
  ]
}

export function edgeRow(edge: GraphEdge): string[] {
  return [
    edge.source,
    edge.destination,
    edge.protocol,
    HEALTH_WORD[edge.health],
    count(edge.calls),
    rate(edge.rate),
    share(edge.error_rate),
    duration(edge.p50_us),
    duration(edge.p95_us),
    duration(edge.p99_us),
    edge.other_side_calls > 0 ? 'both sides' : edge.reporter,
    edge.source_evidence,
  ]
}

/** What the table rests on, in one line. */
function coverageLine({ coverage, window }: GraphAnswer): string {
  const parts = [
    `${window.from} to ${window.to}`,
    `${count(coverage.calls)} calls`,
    `${coverage.taps} taps`,
    `callers named: ${share(coverage.named_callers)}`,
    coverage.lost === 0 ? 'nothing lost' : `LOST: ${count(coverage.lost)} rows`,
  ]
  if (coverage.quarantined > 0) parts.push(`unreadable: ${count(coverage.quarantined)} rows`)
  return parts.join(' · ')
}

export function graphLines(graph: GraphAnswer, terminal: Pick<Terminal, 'style' | 'width'>): string[] {
  const { style } = terminal
  if (graph.edges.length === 0) {
    return [
      'No calls in this window.',
      style.dim('Look further back with --from now-24h, or see with "tapmesh doctor" whether a tap reports.'),
    ]
  }
  const edges = [...graph.edges].sort((a, b) => b.calls - a.calls)
  return [
    ...table(edgeColumns(style), edges.map(edgeRow), terminal.width(), style.bold),
    style.dim(plain(coverageLine(graph))),
  ]
}

export function graphCommand(terminal: Terminal): Command {
  return withWindow(apiCommand('graph', 'the service graph: every edge with its golden signals'), 'now-15m')
    .addOption(
      new Option('--format <format>', 'how to write it')
        .choices(['table', 'json', 'dot', 'mermaid', 'svg', 'csv'])
        .default('table'),
    )
    .option('--find <text>', 'only what this says, as in the map: a part of a name, slow, "p95 > 200ms"')
    .option('--hide <text>', 'without what this says')
    .addOption(
      new Option('--group <by>', 'draw the services of a namespace or zone as one box').choices([
        'namespace',
        'zone',
      ]),
    )
    .option('--open <names>', 'groups not drawn as one box, by commas')
    .addHelpText(
      'after',
      `
Examples:
  tapmesh graph
  tapmesh graph --from now-24h --format svg > map.svg
  tapmesh graph --format dot | dot -Tpng > map.png
  tapmesh graph --find 'failing or p95 > 500ms' --hide idle
  tapmesh graph --from now-1h --group namespace --format mermaid
  tapmesh graph --json | jq '.edges[] | select(.error_rate > 0.01)'`,
    )
    .action(async (options: ApiOptions & WindowOptions & ViewOptions & { format: Format }) => {
      const api = apiOf(terminal, options.api)
      const { from, to, find, hide, group, open } = options
      const asked = { from, to, find, hide, group, open }
      const ending = RENDERED[options.format]
      if (ending !== undefined && options.json !== true) {
        terminal.out((await api.text(`/api/v1/graph.${ending}`, asked)).trimEnd())
        return
      }
      const graph = await api.get<GraphAnswer>('/api/v1/graph', asked)
      if (options.json === true || options.format === 'json') terminal.out(JSON.stringify(graph, null, 2))
      else terminal.out(graphLines(graph, terminal).join('\n'))
    })
}
