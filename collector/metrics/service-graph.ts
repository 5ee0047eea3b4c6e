import { OTHER, REPORTER_ORDER, UNKNOWN_CALLER } from '../../model/call.ts'
import type { AcceptedBatch } from '../ingest/accepted.ts'
import { type EdgeRow, EdgeRows, type Ends } from './edge-rows.ts'
import { Standing, Tally } from './tally.ts'

/** Edges that have series of their own; further ones share one whose ends are `__other__`. */
export const EDGES_MAX = 2000

export interface GraphLabels {
  client: string
  server: string
  /** `database`, `messaging_system`, or empty. */
  connection_type: string
}

/** What is exposed of one edge. */
export interface GraphSeries {
  labels: GraphLabels
  requests: Tally
  /** As the caller's side saw it; no calls where it saw none. */
  client: Tally
  server: Tally
}

const OTHER_EDGE: GraphLabels = { client: OTHER, server: OTHER, connection_type: '' }

const DATABASES: ReadonlySet<string> = new Set([
  'postgres',
  'mysql',
  'redis',
  'mongodb',
  'mssql',
  'cassandra',
])
const QUEUES: ReadonlySet<string> = new Set(['kafka', 'amqp', 'nats', 'mqtt'])

/** Who measures at the callee and at the caller; a span without a caller's name is the callee's. */
const SERVER_SIDE = ['server', 'observer', 'log'] as const
const CLIENT_SIDE = ['client', 'otlp'] as const
const NAMELESS_SIDE = ['otlp'] as const

interface Edge {
  source: string
  destination: string
  labels: GraphLabels
  byReporter: Map<string, Tally>
  requests: Standing
  client: Standing
  server: Standing
}

/**
 * The service graph as counters, from rows as they are accepted. One reporter counts an edge at a
 * time; when a better one appears the counter goes on from where it stood, so that it never falls.
 */
export class ServiceGraph {
  readonly #rows = new EdgeRows<Tally>()
  readonly #edges = new Map<string, Edge>()
  readonly #unpaired = new Map<string, { labels: GraphLabels; calls: number }>()
  readonly #edges_max: number
  readonly #onOverflow: () => void
  /** Rows counted under `__other__`. */
  overflowed = 0

  /** @param onOverflow told once when the cap is reached */
  constructor(onOverflow: () => void, edges_max: number = EDGES_MAX) {
    this.#onOverflow = onOverflow
    this.#edges_max = edges_max
  }

  /** Counts the good rows of a batch. */
  add(batch: AcceptedBatch): void {
    this.#rows.each(batch, (row) => this.#count(row))
  }

  /** Counts a caller's span whose callee nobody reported. */
  unpaired(labels: GraphLabels): void {
    const own = `${labels.client}\x1f${labels.server}\x1f${labels.connection_type}`
    const full = !this.#unpaired.has(own) && this.#unpaired.size >= this.#edges_max
    const key = full ? OTHER : own
    const known = this.#unpaired.get(key)
    if (known) known.calls++
    else this.#unpaired.set(key, { labels: full ? OTHER_EDGE : labels, calls: 1 })
  }

  get unpairedCalls(): Iterable<{ labels: GraphLabels; calls: number }> {
    return this.#unpaired.values()
  }

  #count(row: EdgeRow<Tally>): void {
    const { ends } = row
    if (ends.protocol === 'internal') return
    // What is past the cap is looked up every time, so that each of its rows counts as overflowed.
    const tally = ends.counted ?? this.#tallyOf(ends, row)
    tally.count(row.duration_us, row.failed)
  }

  #tallyOf(ends: Ends<Tally>, row: EdgeRow<Tally>): Tally {
    const key = `${ends.source}\x1f${ends.destination}\x1f${ends.protocol}`
    const own = this.#edges.get(key) ?? this.#add(key, ends, row)
    const edge = own ?? this.#other(ends.reporter)
    let tally = edge.byReporter.get(ends.reporter)
    if (!tally) {
      tally = new Tally()
      edge.byReporter.set(ends.reporter, tally)
    }
    if (own) ends.counted = tally
    else if (this.overflowed++ === 0) this.#onOverflow()
    return tally
  }

  #add(key: string, ends: Ends<Tally>, row: EdgeRow<Tally>): Edge | undefined {
    if (this.#edges.size >= this.#edges_max) return undefined
    const attributes = ends.reporter === 'otlp' ? row.attributes() : {}
    const { source, destination } = ends
    const labels = { client: source, server: destination, connection_type: connectionType(ends, attributes) }
    return this.#keep(key, labels, ends.reporter)
  }

  #other(reporter: string): Edge {
    return this.#edges.get(OTHER) ?? this.#keep(OTHER, OTHER_EDGE, reporter)
  }

  #keep(key: string, labels: GraphLabels, reporter: string): Edge {
    const nameless = labels.client === UNKNOWN_CALLER && reporter === 'otlp'
    const edge: Edge = {
      source: labels.client,
      destination: labels.server,
      labels,
      byReporter: new Map(),
      requests: new Standing(REPORTER_ORDER),
      client: new Standing(nameless ? [] : CLIENT_SIDE),
      server: new Standing(nameless ? NAMELESS_SIDE : SERVER_SIDE),
    }
    this.#edges.set(key, edge)
    return edge
  }

  /** Every series as it stands now; edges that differ by protocol alone are one. */
  series(): GraphSeries[] {
    const named = new Set<string>()
    for (const edge of this.#edges.values()) {
      if (edge.source !== UNKNOWN_CALLER) named.add(edge.destination)
    }
    const found = new Map<string, GraphSeries>()
    for (const edge of this.#edges.values()) {
      // Calls whose caller their spans do not know are told by somebody else where anybody does.
      const silent = edge.source === UNKNOWN_CALLER && named.has(edge.destination)
      for (const standing of [edge.requests, edge.client, edge.server]) standing.read(edge.byReporter, silent)
      if (edge.requests.total.calls === 0) continue
      const { client, server, connection_type } = edge.labels
      const key = `${client}\x1f${server}\x1f${connection_type}`
      const series = found.get(key) ?? {
        labels: edge.labels,
        requests: new Tally(),
        client: new Tally(),
        server: new Tally(),
      }
      series.requests.add(edge.requests.total)
      series.client.add(edge.client.total)
      series.server.add(edge.server.total)
      found.set(key, series)
    }
    return [...found.values()]
  }
}

function connectionType({ protocol }: Ends<Tally>, attributes: Readonly<Record<string, string>>): string {
  if (DATABASES.has(protocol) || 'db.system.name' in attributes) return 'database'
  return QUEUES.has(protocol) || 'messaging.system' in attributes ? 'messaging_system' : ''
}
