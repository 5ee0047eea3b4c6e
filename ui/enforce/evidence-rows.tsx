import { isLoss } from '../../model/decision.ts'
import type { EvidenceAnswer } from '../../model/enforcement.ts'
import { decisionText } from '../../model/feature.ts'
import { wholeText } from '../../picture/format.ts'
import { Link } from '../parts/link.tsx'
import { sinceText } from '../parts/since.ts'
import { orderOf, sortRows, Table, type TableColumn } from '../parts/table.tsx'
import { addressOf, callAddress, queryValue, serviceAddress, setQuery } from '../state/location.ts'

/** What a feature said of calls, by caller, route, decision and rule. */

type Row = EvidenceAnswer['rows'][number]

/** Calls of a row on the calls page. */
export function rowCalls(
  row: Row,
  { service, feature }: Pick<EvidenceAnswer, 'service' | 'feature'>,
): string {
  return addressOf('/calls', {
    source: row.source,
    destination: service,
    verdict: `${feature}:${row.decision}`,
    [row.acted ? 'acted' : 'would']: row.decision,
  })
}

/** Which calls a row is about. */
const subjectColumns = ({ feature }: EvidenceAnswer): TableColumn<Row>[] => [
  {
    id: 'source',
    title: 'Caller',
    value: (row) => row.source,
    cell: (row) => <Link to={serviceAddress(row.source)}>{row.source}</Link>,
  },
  {
    id: 'route',
    title: 'Request',
    value: (row) => `${row.route} ${row.method}`,
    cell: (row) => (
      <span class="mono">
        <span class="method">{row.method}</span> {row.route}
      </span>
    ),
  },
  {
    id: 'decision',
    title: 'Verdict',
    value: (row) => decisionText(feature, row.decision, row.acted),
    cell: (row) => (
      <span class={isLoss(row.decision) ? `tone-text ${row.acted ? 'is-bad' : 'is-warn'}` : ''}>
        {isLoss(row.decision) ? <span aria-hidden="true">{row.acted ? '■ ' : '▲ '}</span> : null}
        {decisionText(feature, row.decision, row.acted)}
      </span>
    ),
  },
  {
    id: 'rule',
    title: 'Rule',
    value: (row) => row.rule,
    cell: (row) => <span class="mono">{row.rule || '–'}</span>,
  },
]

/** How many there were, and how they ended. */
const figureColumns = (evidence: EvidenceAnswer): TableColumn<Row>[] => [
  {
    id: 'calls',
    title: 'Calls',
    number: true,
    value: (row) => row.calls,
    cell: (row) => (
      <Link class="accent" to={rowCalls(row, evidence)}>
        {wholeText(row.calls)}
      </Link>
    ),
  },
  {
    id: 'good',
    title: 'Ended well',
    number: true,
    value: (row) => row.good,
    cell: (row) => wholeText(row.good),
  },
  {
    id: 'seen',
    title: 'Last seen',
    number: true,
    value: (row) => row.last_seen,
    cell: (row) => sinceText(row.last_seen),
  },
  {
    id: 'samples',
    title: 'Such as',
    cell: (row) =>
      row.samples.map((id, at) => (
        <span key={id}>
          {at > 0 ? ' ' : ''}
          <Link class="accent mono" to={callAddress(id)} title={`Why, for call ${id}`}>
            {id.slice(0, 6)}
          </Link>
        </span>
      )),
  },
]

export function EvidenceRows({ evidence }: { evidence: EvidenceAnswer }) {
  const columns = [...subjectColumns(evidence), ...figureColumns(evidence)]
  const order = orderOf(queryValue('rows'), { column: 'calls', descending: true })
  return (
    <Table
      label="What it said"
      class="inside"
      columns={columns}
      rows={sortRows(evidence.rows, columns, order)}
      rowKey={(row) => JSON.stringify([row.source, row.method, row.route, row.decision, row.acted, row.rule])}
      order={order}
      onOrder={(text) => setQuery({ rows: text })}
    />
  )
}
