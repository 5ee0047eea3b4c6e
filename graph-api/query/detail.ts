import { FAILED_OUTCOMES } from '../../model/outcome.ts'
import type { BoundValue, Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { IdentityRow, InstanceRow, StatusRow } from '../contract.ts'
import type { EdgeKey } from './series.ts'
import { EDGE_CHOSEN, edgeIds } from './series.ts'
import { rfc3339, type Span } from './window.ts'

/**
 * Questions about a service or an edge that only the calls themselves can answer. They read the
 * window as far as calls are kept; rollups reach further back.
 */
const WITHIN =
  "ts >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC') AND ts < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')"
const ROWS_MAX = 200

function bounds(span: Span, edges: readonly EdgeKey[]): Record<string, BoundValue> {
  return {
    ...span,
    ids: edgeIds(edges),
    destinations: [...new Set(edges.map((edge) => edge.destination))],
    sources: [...new Set(edges.map((edge) => edge.source))],
  }
}

/** The names alone let the store skip what belongs to other edges (the table's order); the ids decide. */
const OF_EDGES = `destination IN {destinations:Array(String)} AND source IN {sources:Array(String)} AND ${EDGE_CHOSEN}`

/** Statuses of the edges' calls, by the reporter that counts, most frequent first. */
export async function readStatuses(
  store: Store,
  span: Span,
  edges: readonly EdgeKey[],
): Promise<StatusRow[]> {
  if (edges.length === 0) return []
  return store.read<StatusRow>(
    `SELECT status, outcome, response_flags, count() AS calls FROM ${DATABASE}.calls
     WHERE ${WITHIN} AND ${OF_EDGES}
     GROUP BY status, outcome, response_flags ORDER BY calls DESC, status, outcome, response_flags LIMIT ${ROWS_MAX}`,
    bounds(span, edges),
  )
}

/** Instances that answered the edges' calls, most calls first. */
export async function readInstances(
  store: Store,
  span: Span,
  edges: readonly EdgeKey[],
): Promise<InstanceRow[]> {
  if (edges.length === 0) return []
  const rows = await store.read<Omit<InstanceRow, 'last_seen'> & { last_us: number }>(
    `SELECT destination_instance AS instance, destination_zone AS zone, destination_version AS version,
       count() AS calls, countIf(outcome IN {failed:Array(String)}) AS errors,
       round(quantileTDigest(0.95)(duration_us)) AS p95_us,
       toUnixTimestamp64Micro(max(ts)) AS last_us
     FROM ${DATABASE}.calls WHERE ${WITHIN} AND ${OF_EDGES}
     GROUP BY instance, zone, version ORDER BY calls DESC, instance, zone, version LIMIT ${ROWS_MAX}`,
    { ...bounds(span, edges), failed: FAILED_OUTCOMES },
  )
  return rows.map(({ last_us, ...row }) => ({ ...row, last_seen: rfc3339(last_us) }))
}

/** How callers are known and calls protected, most calls first. */
export async function readIdentities(
  store: Store,
  span: Span,
  edges: readonly EdgeKey[],
): Promise<IdentityRow[]> {
  if (edges.length === 0) return []
  return store.read<IdentityRow>(
    `SELECT source_evidence, security, source_identity, source_zone, destination_zone, count() AS calls
     FROM ${DATABASE}.calls WHERE ${WITHIN} AND ${OF_EDGES}
     GROUP BY source_evidence, security, source_identity, source_zone, destination_zone
     ORDER BY calls DESC, source_evidence, security, source_identity, source_zone, destination_zone
     LIMIT ${ROWS_MAX}`,
    bounds(span, edges),
  )
}

/** Taps in front of a service with their last report in the span. */
export async function readTaps(
  store: Store,
  span: Span,
  service: string,
): Promise<{ tap: string; last_seen: string }[]> {
  const rows = await store.read<{ tap: string; last_ms: number }>(
    `SELECT tap, toUnixTimestamp64Milli(max(at)) AS last_ms FROM ${DATABASE}.taps
     WHERE service = {service:String}
       AND at >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC') AND at < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
     GROUP BY tap ORDER BY tap LIMIT ${ROWS_MAX}`,
    { ...span, service },
  )
  return rows.map(({ tap, last_ms }) => ({ tap, last_seen: rfc3339(last_ms * 1000) }))
}
