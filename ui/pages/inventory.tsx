import type { GoldenSignals, GraphEdge, GraphNode, Health } from '../../graph-api/contract.ts'
import { bytesText, durationText, rateText, shareText, wholeText } from '../../picture/format.ts'
import type { CsvCell } from '../parts/csv.tsx'
import { HealthMark } from '../parts/health.tsx'
import { Link } from '../parts/link.tsx'
import type { TableColumn } from '../parts/table.tsx'
import { edgeAddress, serviceAddress } from '../state/location.ts'

/** Columns of the tables of services and edges, and their cells as a file. */

export interface ServiceRow extends GraphNode {
  callers: number
  dependencies: number
}

const SEVERITY: Record<Health, number> = { bad: 4, warn: 3, ok: 2, unknown: 1, idle: 0 }

type Signals = GoldenSignals & { health: Health }

const duration = (row: GoldenSignals, us: number): string => (row.calls > 0 ? durationText(us) : '–')

/** Name of a service, which leads to its page. */
function nameColumn<Row>(
  id: string,
  title: string,
  name: (row: Row) => string,
  look = 'name-cell',
): TableColumn<Row> {
  return {
    id,
    title,
    value: name,
    cell: (row) => (
      <Link class={look} to={serviceAddress(name(row))} title={name(row)}>
        {name(row)}
      </Link>
    ),
  }
}

function countColumn<Row>(id: string, title: string, count: (row: Row) => number): TableColumn<Row> {
  return { id, title, number: true, value: count, cell: count }
}

/** What services and edges have in common. */
function signalColumns<Row extends Signals>(): TableColumn<Row>[] {
  return [
    {
      id: 'health',
      title: 'Health',
      value: (row) => SEVERITY[row.health],
      cell: (row) => <HealthMark health={row.health} word />,
    },
    {
      id: 'rate',
      title: 'Rate',
      number: true,
      value: (row) => row.rate,
      cell: (row) => (row.calls > 0 ? rateText(row.rate) : '–'),
    },
    {
      id: 'errors',
      title: 'Errors',
      number: true,
      value: (row) => row.error_rate,
      cell: (row) => (
        <span class={row.errors > 0 ? `is-${row.health}` : 'faint'}>
          {row.calls > 0 ? shareText(row.error_rate) : '–'}
        </span>
      ),
    },
    ...(['p50', 'p95', 'p99'] as const).map(
      (name): TableColumn<Row> => ({
        id: name,
        title: name,
        number: true,
        value: (row) => row[`${name}_us`],
        cell: (row) => duration(row, row[`${name}_us`]),
      }),
    ),
    {
      id: 'calls',
      title: 'Calls',
      number: true,
      value: (row) => row.calls,
      cell: (row) => wholeText(row.calls),
    },
  ]
}

const BUDGET: TableColumn<ServiceRow> = {
  id: 'budget',
  title: 'Budget left',
  number: true,
  value: (row) => row.slo?.budget_left ?? 2,
  cell: (row) =>
    row.slo ? (
      <span
        class={row.slo.budget_left <= 0 ? 'is-bad' : ''}
        title={`objective ${shareText(row.slo.objective)}, burn over an hour ${row.slo.burn_1h.toFixed(1)}`}
      >
        {row.slo.budget_left <= 0 ? 'spent' : shareText(row.slo.budget_left)}
      </span>
    ) : (
      '–'
    ),
}

/** @param objectives whether any service has one */
export function serviceColumns(objectives: boolean): TableColumn<ServiceRow>[] {
  return [
    nameColumn('name', 'Service', (row) => row.id, 'strong name-cell'),
    {
      id: 'kind',
      title: 'Kind',
      value: (row) => row.kind,
      cell: (row) => (
        <span class="faint">
          {row.kind === 'caller' ? 'caller, no tap' : row.tapped ? row.kind : `${row.kind}, no tap`}
        </span>
      ),
    },
    ...signalColumns<ServiceRow>(),
    countColumn('callers', 'Callers', (row) => row.callers),
    countColumn('dependencies', 'Calls to', (row) => row.dependencies),
    ...(objectives ? [BUDGET] : []),
  ]
}

const SIGNAL_HEAD = ['calls', 'errors', 'rate', 'error_rate', 'p50_us', 'p95_us', 'p99_us']

function signalCells(row: GoldenSignals): CsvCell[] {
  return [row.calls, row.errors, row.rate, row.error_rate, row.p50_us, row.p95_us, row.p99_us]
}

export const SERVICE_HEAD = ['service', 'kind', 'health', 'tapped', ...SIGNAL_HEAD, 'callers', 'dependencies']

export function serviceCells(row: ServiceRow): CsvCell[] {
  return [row.id, row.kind, row.health, row.tapped, ...signalCells(row), row.callers, row.dependencies]
}

export const EDGE_COLUMNS: TableColumn<GraphEdge>[] = [
  nameColumn('source', 'Source', (edge) => edge.source),
  nameColumn('destination', 'Destination', (edge) => edge.destination),
  {
    id: 'protocol',
    title: 'Protocol',
    value: (edge) => edge.protocol,
    cell: (edge) => (
      <Link class="accent" to={edgeAddress(edge.source, edge.destination)} title="Open the edge">
        {edge.protocol}
      </Link>
    ),
  },
  ...signalColumns<GraphEdge>(),
  {
    id: 'bytes',
    title: 'Bytes',
    number: true,
    value: (edge) => edge.request_bytes + edge.response_bytes,
    cell: (edge) => bytesText(edge.request_bytes + edge.response_bytes),
  },
  {
    id: 'seen',
    title: 'Seen by',
    value: (edge) => (edge.other_side_calls > 0 ? 'both' : edge.reporter),
    cell: (edge) => <span class="faint">{edge.other_side_calls > 0 ? 'both sides' : edge.reporter}</span>,
  },
  {
    id: 'evidence',
    title: 'Caller by',
    value: (edge) => edge.source_evidence,
    cell: (edge) => <span class="faint">{edge.source_evidence}</span>,
  },
]

export const EDGE_HEAD = [
  'source',
  'destination',
  'protocol',
  'health',
  ...SIGNAL_HEAD,
  'request_bytes',
  'response_bytes',
  'reporter',
  'other_side_calls',
  'source_evidence',
]

export function edgeCells(edge: GraphEdge): CsvCell[] {
  return [
    edge.source,
    edge.destination,
    edge.protocol,
    edge.health,
    ...signalCells(edge),
    edge.request_bytes,
    edge.response_bytes,
    edge.reporter,
    edge.other_side_calls,
    edge.source_evidence,
  ]
}
