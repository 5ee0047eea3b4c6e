import type { RouteRow } from '../../graph-api/contract.ts'
import { durationText, shareText, wholeText } from '../../picture/format.ts'
import { Bar } from '../panels/lists.tsx'
import { CsvLink } from '../parts/csv.tsx'
import { Link } from '../parts/link.tsx'
import { orderOf, sortRows, Table, type TableColumn } from '../parts/table.tsx'
import { addressOf, queryValue, setQuery } from '../state/location.ts'

/** Routes of a service or an edge; each leads to its calls. */

const SHOWN_MAX = 50

const columnsOf = (filters: Record<string, string>, highest: number): TableColumn<RouteRow>[] => [
  {
    id: 'route',
    title: 'Route',
    value: (row) => `${row.route} ${row.method}`,
    cell: (row) => (
      <Link
        class="route-link"
        to={addressOf('/calls', { ...filters, method: row.method, route: row.route })}
        title="The calls of this route"
      >
        <span class="method">{row.method}</span> {row.route}
      </Link>
    ),
  },
  {
    id: 'calls',
    title: 'Calls',
    number: true,
    value: (row) => row.calls,
    cell: (row) => (
      <>
        {wholeText(row.calls)}
        <Bar share={row.calls / highest} />
      </>
    ),
  },
  {
    id: 'failed',
    title: 'Failed',
    number: true,
    value: (row) => row.errors,
    cell: (row) => wholeText(row.errors),
  },
  {
    id: 'errors',
    title: 'Errors',
    number: true,
    value: (row) => row.error_rate,
    cell: (row) => <span class={row.errors > 0 ? 'is-bad' : 'faint'}>{shareText(row.error_rate)}</span>,
  },
  {
    id: 'p50',
    title: 'p50',
    number: true,
    value: (row) => row.p50_us,
    cell: (row) => durationText(row.p50_us),
  },
  {
    id: 'p95',
    title: 'p95',
    number: true,
    value: (row) => row.p95_us,
    cell: (row) => durationText(row.p95_us),
  },
  {
    id: 'p99',
    title: 'p99',
    number: true,
    value: (row) => row.p99_us,
    cell: (row) => durationText(row.p99_us),
  },
]

const HEAD = ['method', 'route', 'calls', 'errors', 'error_rate', 'p50_us', 'p95_us', 'p99_us']

export function RouteTable({
  routes,
  filters,
}: {
  routes: readonly RouteRow[]
  filters: Record<string, string>
}) {
  if (routes.length === 0) return <p class="muted">No routes in this window.</p>
  const highest = Math.max(...routes.map((row) => row.calls), 1)
  const columns = columnsOf(filters, highest)
  const order = orderOf(queryValue('routes'), { column: 'calls', descending: true })
  const sorted = sortRows(routes, columns, order)
  return (
    <>
      <Table
        label="Routes"
        class="inside"
        columns={columns}
        rows={sorted.slice(0, SHOWN_MAX)}
        rowKey={(row) => `${row.protocol} ${row.method} ${row.route}`}
        order={order}
        onOrder={(text) => setQuery({ routes: text })}
      />
      <p class="table-foot">
        {routes.length > SHOWN_MAX ? (
          <span class="muted">and {routes.length - SHOWN_MAX} more</span>
        ) : (
          <span />
        )}
        <CsvLink
          name="routes"
          head={HEAD}
          rows={() =>
            sorted.map((row) => [
              row.method,
              row.route,
              row.calls,
              row.errors,
              row.error_rate,
              row.p50_us,
              row.p95_us,
              row.p99_us,
            ])
          }
        />
      </p>
    </>
  )
}
