import type { StatusAnswer, StoreTable, TapStatus } from '../../graph-api/contract.ts'
import { ageText, bytesText, wholeText } from '../../picture/format.ts'
import { apiAddress } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { Tile } from '../panels/signals.tsx'
import { Card } from '../parts/card.tsx'
import { Link } from '../parts/link.tsx'
import { ResourceView } from '../parts/not-in-window.tsx'
import { Empty } from '../parts/notice.tsx'
import { SameView, tapmeshCommand } from '../parts/same-view.tsx'
import { sinceText } from '../parts/since.ts'
import type { TableColumn } from '../parts/table.tsx'
import { orderOf, sortRows, Table } from '../parts/table.tsx'
import { addressOf, queryValue, serviceAddress, setQuery } from '../state/location.ts'
import { localText } from '../state/range.ts'
import { droppedOf, findingsOf, SILENT_S, secondsSince } from './findings.ts'

/** How tapmesh itself is doing: store, ingest, taps and what they lost. */

const since = (instant: string): number => secondsSince(instant, Date.now())

const COLUMNS: TableColumn<TapStatus>[] = [
  { id: 'tap', title: 'Tap', value: (tap) => tap.tap, cell: (tap) => <span class="mono">{tap.tap}</span> },
  {
    id: 'service',
    title: 'Service',
    value: (tap) => tap.service,
    cell: (tap) => <Link to={serviceAddress(tap.service)}>{tap.service}</Link>,
  },
  {
    id: 'seen',
    title: 'Last seen',
    value: (tap) => tap.last_seen,
    cell: (tap) => (
      <span class={since(tap.last_seen) > SILENT_S ? 'is-bad' : ''}>
        {since(tap.last_seen) > SILENT_S ? '■ ' : ''}
        {sinceText(tap.last_seen)}
      </span>
    ),
  },
  { id: 'version', title: 'Version', value: (tap) => tap.version, cell: (tap) => tap.version },
  { id: 'rows', title: 'Rows', number: true, value: (tap) => tap.rows, cell: (tap) => wholeText(tap.rows) },
  {
    id: 'dropped',
    title: 'Dropped',
    number: true,
    value: droppedOf,
    cell: (tap) => (
      <span
        class={droppedOf(tap) > 0 ? 'is-warn' : 'faint'}
        title={Object.entries(tap.dropped)
          .map(([reason, count]) => `${reason}: ${count}`)
          .join(', ')}
      >
        {wholeText(droppedOf(tap))}
        {droppedOf(tap) > 0 ? ` (${Object.keys(tap.dropped).join(', ')})` : ''}
      </span>
    ),
  },
  {
    id: 'gaps',
    title: 'Missing batches',
    number: true,
    value: (tap) => tap.gaps,
    cell: (tap) => <span class={tap.gaps > 0 ? 'is-warn' : 'faint'}>{tap.gaps}</span>,
  },
  {
    id: 'skew',
    title: 'Clock skew',
    number: true,
    value: (tap) => Math.abs(tap.clock_skew_ms),
    cell: (tap) => `${Math.round(tap.clock_skew_ms)} ms`,
  },
]

/** In a word, then each thing that is not well with what to do. */
function Verdict({ status }: { status: StatusAnswer }) {
  const found = findingsOf(status, Date.now())
  if (found.length === 0) {
    return (
      <p class="verdict is-ok" data-verdict="ok">
        <span aria-hidden="true">●</span>
        <b>All is well.</b> {status.taps.length} {status.taps.length === 1 ? 'tap reports' : 'taps report'},
        nothing is lost, the store takes what comes.
      </p>
    )
  }
  return (
    <ul class="findings" data-verdict="findings">
      {found.map((finding) => (
        <li key={finding.what} class={`verdict is-${finding.severity}`}>
          <span aria-hidden="true">{finding.severity === 'bad' ? '■' : '▲'}</span>
          <p>
            <b>{finding.what}</b>
            <span class="muted">{finding.advice}</span>
          </p>
        </li>
      ))}
    </ul>
  )
}

const TABLE_WORDS: Record<string, string> = {
  calls: 'every call',
  edge_10s: 'edges by 10 seconds',
  edge_1m: 'edges by the minute',
  edge_1h: 'edges by the hour',
  edge_1d: 'edges by the day',
  route_1m: 'routes by the minute',
  route_1h: 'routes by the hour',
  taps: 'what taps report of themselves',
  quarantine: 'unreadable rows',
  positions: 'dragged nodes of the map',
}

const TABLE_COLUMNS: TableColumn<StoreTable>[] = [
  {
    id: 'table',
    title: 'Table',
    value: (row) => row.table,
    cell: (row) => (
      <>
        <span class="mono">{row.table}</span> <span class="faint">{TABLE_WORDS[row.table] ?? ''}</span>
      </>
    ),
  },
  { id: 'rows', title: 'Rows', number: true, value: (row) => row.rows, cell: (row) => wholeText(row.rows) },
  {
    id: 'bytes',
    title: 'On disk',
    number: true,
    value: (row) => row.bytes,
    cell: (row) => bytesText(row.bytes),
  },
  {
    id: 'kept',
    title: 'Kept',
    number: true,
    value: (row) => row.kept_days ?? Number.MAX_SAFE_INTEGER,
    cell: (row) =>
      row.kept_days === null ? 'for good' : `${row.kept_days} ${row.kept_days === 1 ? 'day' : 'days'}`,
  },
]

function StoreCard({ store }: { store: StatusAnswer['store'] }) {
  const order = orderOf(queryValue('tables'), { column: 'bytes', descending: true })
  return (
    <Card title="Store" aside={`ClickHouse ${store.engine}, ${store.kind}`} full>
      <dl class="tiles wide">
        <Tile name="State" value={store.ok ? 'Working' : 'Failing'} tone={store.ok ? undefined : 'bad'} />
        <Tile name="Calls stored" value={wholeText(store.rows)} />
        <Tile
          name="On disk"
          value={bytesText(store.bytes)}
          note={store.rows > 0 ? `${(store.bytes / store.rows).toFixed(0)} bytes a call` : ''}
        />
        <Tile name="Oldest call" value={store.oldest ? localText(store.oldest, false) : '–'} />
        <Tile name="Newest call" value={sinceText(store.newest)} />
      </dl>
      {store.tables.length > 0 ? (
        <Table
          label="Tables"
          class="inside"
          columns={TABLE_COLUMNS}
          rows={sortRows(store.tables, TABLE_COLUMNS, order)}
          rowKey={(row) => row.table}
          order={order}
          onOrder={(text) => setQuery({ tables: text })}
        />
      ) : null}
    </Card>
  )
}

function IngestCard({ ingest }: { ingest: StatusAnswer['ingest'] }) {
  return (
    <Card title="Ingest" aside="since the start" full>
      <dl class="tiles wide">
        <Tile
          name="Rows accepted"
          value={wholeText(ingest.accepted_rows)}
          note={ingest.otlp_rows > 0 ? `${wholeText(ingest.otlp_rows)} by OTLP` : ''}
        />
        <Tile
          name="Waiting"
          value={wholeText(ingest.pending_rows)}
          note={`${ingest.pending_segments} ${ingest.pending_segments === 1 ? 'segment' : 'segments'}`}
        />
        <Tile
          name="Unreadable"
          value={wholeText(ingest.quarantined_rows)}
          tone={ingest.quarantined_rows > 0 ? 'warn' : undefined}
        />
        <Tile name="Batches sent twice" value={wholeText(ingest.duplicate_batches)} note="counted once" />
        <Tile name="Last insert" value={sinceText(ingest.last_insert)} />
      </dl>
    </Card>
  )
}

function TapsCard({ taps }: { taps: readonly TapStatus[] }) {
  const order = orderOf(queryValue('sort'), { column: 'tap', descending: false })
  return (
    <Card title="Taps" aside={`${taps.length}`} full>
      {taps.length === 0 ? (
        <Empty title="No tap has reported yet" kind="no-tap">
          <Link class="button primary" to={addressOf('/setup')}>
            Set up the first tap
          </Link>
        </Empty>
      ) : (
        <Table
          label="Taps"
          class="inside"
          columns={COLUMNS}
          rows={sortRows(taps, COLUMNS, order)}
          rowKey={(tap) => `${tap.tap} ${tap.boot}`}
          order={order}
          onOrder={(text) => setQuery({ sort: text })}
        />
      )}
    </Card>
  )
}

function Status({ status }: { status: StatusAnswer }) {
  return (
    <>
      <Verdict status={status} />
      <div class="cards">
        <TapsCard taps={status.taps} />
        <IngestCard ingest={status.ingest} />
        <StoreCard store={status.store} />
      </div>
    </>
  )
}

export function StatusPage() {
  const address = apiAddress('status')
  const asked = useResource<StatusAnswer>(address, true)
  return (
    <main class="page">
      <div class="page-head">
        <div>
          <h1>Status</h1>
          {asked.data ? (
            <p class="muted">
              tapmesh {asked.data.version}, up {ageText(since(asked.data.started))}
            </p>
          ) : null}
        </div>
      </div>
      <ResourceView {...asked} what="The status" lines={8}>
        {(status) => <Status status={status} />}
      </ResourceView>
      <SameView command={tapmeshCommand(['doctor'])} address={address} />
    </main>
  )
}
