import { useEffect } from 'preact/hooks'
import type { Graph } from '../../graph-api/contract.ts'
import { edgeKey } from '../../picture/edge-key.ts'
import { wholeText } from '../../picture/format.ts'
import { apiAddress } from '../data/api.ts'
import { connected, graphError } from '../data/live-graph.ts'
import { FindBox } from '../find/find-box.tsx'
import { base, ownMatch } from '../map/view.ts'
import { AllHidden } from '../panels/empty-map.tsx'
import { NoCalls } from '../panels/no-calls.tsx'
import { Card } from '../parts/card.tsx'
import { CsvLink } from '../parts/csv.tsx'
import { isTyping } from '../parts/keys.ts'
import { Loading, Problem } from '../parts/notice.tsx'
import { RangeMenu } from '../parts/range-menu.tsx'
import { SameView, tapmeshCommand } from '../parts/same-view.tsx'
import { orderOf, sortRows, Table } from '../parts/table.tsx'
import { clearFilter, onlyProblems } from '../state/choice.ts'
import { queryValue, setQuery } from '../state/location.ts'
import { range } from '../state/range.ts'
import {
  EDGE_COLUMNS,
  EDGE_HEAD,
  edgeCells,
  SERVICE_HEAD,
  type ServiceRow,
  serviceCells,
  serviceColumns,
} from './inventory.tsx'

/** Every service and every edge as rows: the table twin of the map, under the same find and hide. */

function rowsOf(shown: Graph): ServiceRow[] {
  const callers = new Map<string, number>()
  const dependencies = new Map<string, number>()
  for (const { source, destination } of shown.edges) {
    callers.set(destination, (callers.get(destination) ?? 0) + 1)
    dependencies.set(source, (dependencies.get(source) ?? 0) + 1)
  }
  return shown.nodes.map((node) => ({
    ...node,
    callers: callers.get(node.id) ?? 0,
    dependencies: dependencies.get(node.id) ?? 0,
  }))
}

function Services({ rows, all }: { rows: readonly ServiceRow[]; all: number }) {
  const columns = serviceColumns(rows.some((row) => row.slo !== undefined))
  const order = orderOf(queryValue('sort'), { column: 'rate', descending: true })
  const sorted = sortRows(rows, columns, order)
  return (
    <Card
      title="Services"
      aside={
        <>
          {rows.length < all ? `${rows.length} of ${all} ` : `${all} `}
          <CsvLink name="services" head={SERVICE_HEAD} rows={() => sorted.map(serviceCells)} />
        </>
      }
      full
    >
      {rows.length === 0 ? (
        <p class="muted">No service is what the filter asks for; edges are, below.</p>
      ) : (
        <Table
          label="Services"
          class="inside"
          columns={columns}
          rows={sorted}
          rowKey={(row) => row.id}
          order={order}
          onOrder={(text) => setQuery({ sort: text })}
        />
      )}
    </Card>
  )
}

function Edges({ edges, all }: { edges: Graph['edges']; all: number }) {
  const order = orderOf(queryValue('edges'), { column: 'rate', descending: true })
  const sorted = sortRows(edges, EDGE_COLUMNS, order)
  return (
    <Card
      title="Edges"
      aside={
        <>
          {edges.length < all ? `${edges.length} of ${all} ` : `${all} `}
          <CsvLink name="edges" head={EDGE_HEAD} rows={() => sorted.map(edgeCells)} />
        </>
      }
      full
    >
      {edges.length === 0 ? (
        <p class="muted">No edge is what the filter asks for.</p>
      ) : (
        <Table
          label="Edges"
          class="inside"
          columns={EDGE_COLUMNS}
          rows={sorted}
          rowKey={(edge) => `${edgeKey(edge)} ${edge.protocol}`}
          order={order}
          onOrder={(text) => setQuery({ edges: text })}
        />
      )}
    </Card>
  )
}

function Inventory() {
  const shown = base.value
  if (!shown) {
    return graphError.value && !connected.value ? (
      <Problem error={graphError.value} title="The services cannot be loaded" />
    ) : (
      <Loading lines={10} />
    )
  }
  if (shown.nodes.length === 0) return <NoCalls />
  const match = ownMatch.value
  const rows = rowsOf(shown).filter((row) => !match || match.nodes.has(row.id))
  const edges = shown.edges.filter((edge) => !match || match.edges.has(edgeKey(edge)))
  if (rows.length + edges.length === 0) return <AllHidden graph={shown} />
  return (
    <div class="cards">
      <Services rows={rows} all={shown.nodes.length} />
      <Edges edges={edges} all={shown.edges.length} />
    </div>
  )
}

/** Find, hide and the problems switch of the map; links keep them. */
function Filters() {
  const match = ownMatch.value
  return (
    <div class="toolbar">
      <RangeMenu />
      <FindBox box="find" found={match ? match.nodes.size + match.edges.size : undefined} />
      <FindBox box="hide" found={undefined} />
      <button
        type="button"
        class="button"
        aria-pressed={onlyProblems.value}
        onClick={() => setQuery({ problems: onlyProblems.value ? undefined : '1' }, false)}
      >
        Only problems
      </button>
      {match ? (
        <button type="button" class="button quiet" onClick={clearFilter}>
          Clear
        </button>
      ) : null}
    </div>
  )
}

const BOX_KEYS: Readonly<Record<string, string>> = { '/': 'find', h: 'hide' }

/** The keys of the map's boxes work here, too. */
function onKey(event: KeyboardEvent): void {
  const box = BOX_KEYS[event.key]
  if (!box || isTyping(event) || event.altKey || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  document.getElementById(box)?.focus()
}

export function ServicesPage() {
  useEffect(() => {
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  const { from, to } = range.value
  const shown = base.value
  return (
    <main class="page wide">
      <div class="page-head">
        <div>
          <h1>Services</h1>
          <p class="muted">
            {shown
              ? `${wholeText(shown.coverage.calls)} calls between ${wholeText(shown.nodes.length)} services; the map as tables`
              : 'The map as tables'}
          </p>
        </div>
        <Filters />
      </div>
      <Inventory />
      <SameView
        command={tapmeshCommand(['graph'], { from, to })}
        address={apiAddress('graph', { from, to })}
      />
    </main>
  )
}
