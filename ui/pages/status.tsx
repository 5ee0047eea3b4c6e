import type { StatusAnswer, TapStatus } from '../../graph-api/contract.ts'
import { ageText, agoText, bytesText, wholeText } from '../../graph-api/picture/format.ts'
import { apiAddress } from '../data/api.ts'
import { useResource } from '../data/resource.ts'
import { Section } from '../panels/lists.tsx'
import { Tile } from '../panels/signals.tsx'
import { Link } from '../parts/link.tsx'
import { Empty, Loading, Problem } from '../parts/notice.tsx'
import type { TableColumn } from '../parts/table.tsx'
import { orderOf, sortRows, Table } from '../parts/table.tsx'
import { addressOf, queryValue, serviceAddress, setQuery } from '../state/location.ts'
import { localText } from '../state/range.ts'

/** How tapmesh itself is doing: store, ingest, taps and what they lost. */

const since = (instant: string): number => Math.max(0, (Date.now() - Date.parse(instant)) / 1000)
const ago = (instant: string | null): string => (instant === null ? 'never' : agoText(since(instant)))
const droppedOf = (tap: TapStatus): number =>
  Object.values(tap.dropped).reduce((sum, count) => sum + count, 0)

/** A heartbeat comes every 10 s; three missed ones are silence. */
const SILENT_S = 35

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
        {ago(tap.last_seen)}
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

function Status({ status }: { status: StatusAnswer }) {
  const { store, ingest, taps } = status
  const order = orderOf(queryValue('sort'), { column: 'tap', descending: false })
  return (
    <>
      {store.ok ? null : (
        <div class="problem" role="alert">
          <strong>The store is not working</strong>
          <p>{store.error}</p>
          <p class="muted">
            Taps go on relaying and keep what they can; calls wait in the write-ahead log until the store is
            back.
          </p>
        </div>
      )}
      <Section title="Store" aside={`ClickHouse ${store.engine}, ${store.kind}`}>
        <dl class="tiles wide">
          <Tile name="State" value={store.ok ? 'Working' : 'Failing'} tone={store.ok ? undefined : 'bad'} />
          <Tile name="Calls stored" value={wholeText(store.rows)} />
          <Tile
            name="On disk"
            value={bytesText(store.bytes)}
            note={store.rows > 0 ? `${(store.bytes / store.rows).toFixed(0)} bytes a call` : ''}
          />
          <Tile name="Oldest" value={store.oldest ? localText(store.oldest, false) : '–'} />
          <Tile name="Newest" value={ago(store.newest)} />
        </dl>
      </Section>
      <Section title="Ingest">
        <dl class="tiles wide">
          <Tile name="Rows accepted" value={wholeText(ingest.accepted_rows)} />
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
          <Tile name="Last insert" value={ago(ingest.last_insert)} />
        </dl>
        {ingest.last_error ? <p class="is-bad-text">{ingest.last_error}</p> : null}
      </Section>
      <Section title="Taps" aside={`${taps.length}`}>
        {taps.length === 0 ? (
          <Empty title="No tap has reported yet" kind="no-tap">
            <Link class="button primary" to={addressOf('/setup')}>
              Set up the first tap
            </Link>
          </Empty>
        ) : (
          <Table
            label="Taps"
            columns={COLUMNS}
            rows={sortRows(taps, COLUMNS, order)}
            rowKey={(tap) => `${tap.tap} ${tap.boot}`}
            order={order}
            onOrder={(text) => setQuery({ sort: text })}
          />
        )}
      </Section>
    </>
  )
}

export function StatusPage() {
  const { data, error } = useResource<StatusAnswer>(apiAddress('status'), true)
  return (
    <main class="page">
      <div class="page-head">
        <div>
          <h1>Status</h1>
          {data ? (
            <p class="muted">
              tapmesh {data.version}, up {ageText(since(data.started))}
            </p>
          ) : null}
        </div>
      </div>
      {error ? <Problem error={error} title="The status cannot be loaded" /> : null}
      {data ? <Status status={data} /> : error ? null : <Loading lines={8} />}
    </main>
  )
}
