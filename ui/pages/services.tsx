import type { GraphNode } from '../../graph-api/contract.ts'
import { durationText, rateText, shareText, wholeText } from '../../graph-api/picture/format.ts'
import { connected, graph, graphError } from '../data/live-graph.ts'
import { NoCalls } from '../map/no-calls.tsx'
import { HealthMark } from '../parts/health.tsx'
import { Link } from '../parts/link.tsx'
import { Empty, Loading, Problem } from '../parts/notice.tsx'
import { RangeMenu } from '../parts/range-menu.tsx'
import type { TableColumn } from '../parts/table.tsx'
import { orderOf, sortRows, Table } from '../parts/table.tsx'
import { queryValue, serviceAddress, setQuery } from '../state/location.ts'

/** Every service as a row: the table twin of the map. */

const SEVERITY = { bad: 4, warn: 3, ok: 2, unknown: 1, idle: 0 } as const

interface Row extends GraphNode {
  callers: number
  dependencies: number
}

const duration = (row: Row, us: number): string => (row.calls > 0 ? durationText(us) : '–')

const COLUMNS: TableColumn<Row>[] = [
  {
    id: 'name',
    title: 'Service',
    value: (row) => row.id,
    cell: (row) => (
      <Link class="strong" to={serviceAddress(row.id)}>
        {row.id}
      </Link>
    ),
  },
  {
    id: 'health',
    title: 'Health',
    value: (row) => SEVERITY[row.health],
    cell: (row) => <HealthMark health={row.health} word />,
  },
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
  {
    id: 'p50',
    title: 'p50',
    number: true,
    value: (row) => row.p50_us,
    cell: (row) => duration(row, row.p50_us),
  },
  {
    id: 'p95',
    title: 'p95',
    number: true,
    value: (row) => row.p95_us,
    cell: (row) => duration(row, row.p95_us),
  },
  {
    id: 'p99',
    title: 'p99',
    number: true,
    value: (row) => row.p99_us,
    cell: (row) => duration(row, row.p99_us),
  },
  {
    id: 'calls',
    title: 'Calls',
    number: true,
    value: (row) => row.calls,
    cell: (row) => wholeText(row.calls),
  },
  { id: 'callers', title: 'Callers', number: true, value: (row) => row.callers, cell: (row) => row.callers },
  {
    id: 'dependencies',
    title: 'Calls to',
    number: true,
    value: (row) => row.dependencies,
    cell: (row) => row.dependencies,
  },
]

function Services() {
  const shown = graph.value
  if (!shown) {
    return graphError.value && !connected.value ? (
      <Problem error={graphError.value} title="The services cannot be loaded" />
    ) : (
      <Loading lines={10} />
    )
  }
  if (shown.nodes.length === 0) return <NoCalls />
  const find = queryValue('find').toLowerCase()
  const rows = shown.nodes
    .filter((node) => node.id.toLowerCase().includes(find))
    .map(
      (node): Row => ({
        ...node,
        callers: shown.edges.filter((edge) => edge.destination === node.id).length,
        dependencies: shown.edges.filter((edge) => edge.source === node.id).length,
      }),
    )
  if (rows.length === 0) {
    return (
      <Empty title="No service has that in its name" kind="hidden">
        <button type="button" class="button primary" onClick={() => setQuery({ find: undefined })}>
          Clear the filter
        </button>
      </Empty>
    )
  }
  const order = orderOf(queryValue('sort'), { column: 'rate', descending: true })
  return (
    <Table
      label="Services"
      columns={COLUMNS}
      rows={sortRows(rows, COLUMNS, order)}
      rowKey={(row) => row.id}
      order={order}
      onOrder={(text) => setQuery({ sort: text })}
    />
  )
}

export function ServicesPage() {
  return (
    <main class="page">
      <div class="page-head">
        <h1>Services</h1>
        <div class="toolbar">
          <RangeMenu />
          <input
            class="field"
            type="search"
            placeholder="Name contains"
            aria-label="Name contains"
            value={queryValue('find')}
            onInput={(event) => setQuery({ find: event.currentTarget.value })}
          />
        </div>
      </div>
      <Services />
    </main>
  )
}
