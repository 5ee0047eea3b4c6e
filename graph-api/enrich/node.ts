import { UNKNOWN_CALLER } from '../../model/call.ts'
import type { GraphNode, NodeKind } from '../../model/graph.ts'
import { healthOf } from '../../model/health.ts'
import { mergeHistogram } from '../../model/histogram.ts'
import { isProtocol, PROTOCOL_CATALOGUE, type ServerKind } from '../../model/protocol.ts'
import type { EdgeRow } from '../query/edges.ts'
import type { Reported } from '../query/reporter.ts'
import { type Counted, goldenSignals } from '../query/signals.ts'

/** What is gathered of one name while the edges pass by. */
interface Gathered {
  inbound: Counted
  outbound: Counted
  called: boolean
  calling: boolean
  tapped: boolean
  /** It reports itself: by its own spans, or by its log as the one that answered. */
  reports: boolean
  zones: Set<string>
  versions: Set<string>
  /** Kinds of servers that it answers as. */
  servers: Set<ServerKind>
}

const nothing = (): Counted => ({ calls: 0, errors: 0, client_errors: 0, duration: new Map() })

function add(into: Counted, row: EdgeRow): void {
  into.calls += row.calls
  into.errors += row.errors
  into.client_errors += row.client_errors
  mergeHistogram(into.duration as Map<number, number>, row.duration)
}

function addAll(into: Set<string>, names: readonly string[]): void {
  for (const name of names) if (name !== '') into.add(name)
}

function kindOf(gathered: Gathered): NodeKind {
  const [server, other] = gathered.servers
  if (server !== undefined && server !== 'service' && other === undefined) return server
  if (gathered.tapped || gathered.reports || (gathered.called && gathered.calling)) return 'service'
  return gathered.called ? 'external' : 'caller'
}

function gather(reported: readonly Reported[]): Map<string, Gathered> {
  const nodes = new Map<string, Gathered>()
  const node = (id: string): Gathered => {
    let found = nodes.get(id)
    if (!found) {
      found = {
        inbound: nothing(),
        outbound: nothing(),
        called: false,
        calling: false,
        tapped: false,
        reports: false,
        servers: new Set(),
        zones: new Set(),
        versions: new Set(),
      }
      nodes.set(id, found)
    }
    return found
  }
  for (const { chosen, others } of reported) {
    const source = node(chosen.source)
    const destination = node(chosen.destination)
    source.calling = true
    destination.called = true
    add(source.outbound, chosen)
    add(destination.inbound, chosen)
    if (isProtocol(chosen.protocol)) destination.servers.add(PROTOCOL_CATALOGUE[chosen.protocol].server)
    for (const row of [chosen, ...others]) {
      if (row.reporter === 'client') source.tapped = true
      else if (row.reporter === 'server') destination.tapped = true
      else if (row.reporter === 'otlp' && row.source !== UNKNOWN_CALLER) source.reports = true
      else if (row.reporter !== 'observer') destination.reports = true
      addAll(source.zones, row.source_zones)
      addAll(destination.zones, row.destination_zones)
      addAll(destination.versions, row.versions)
    }
  }
  return nodes
}

/**
 * Nodes of the graph. Signals are those of the calls a node answers; a node that only calls shows
 * the calls it makes, and is not judged by them: what fails there is its callees' failure.
 * @param seconds length of the window
 */
export function nodesOf(reported: readonly Reported[], seconds: number): GraphNode[] {
  return [...gather(reported)]
    .map(([id, gathered]): GraphNode => {
      const signals = goldenSignals(gathered.called ? gathered.inbound : gathered.outbound, seconds)
      const judged = healthOf(signals)
      return {
        id,
        kind: kindOf(gathered),
        zones: [...gathered.zones].sort(),
        versions: [...gathered.versions].sort(),
        tapped: gathered.tapped,
        ...signals,
        health: gathered.called || judged === 'idle' ? judged : 'unknown',
      }
    })
    .sort((left, right) => (left.id < right.id ? -1 : 1))
}
