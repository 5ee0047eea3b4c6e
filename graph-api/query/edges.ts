import type { Protocol, Reporter } from '../../model/call.ts'
import type { Store } from '../../store/store.ts'
import type { Slice } from './plan.ts'
import { histogramOf, sliceRows } from './rollup.ts'
import { EDGE_CHOSEN, type EdgeKey, edgeIds } from './series.ts'

/** One edge as one reporter saw it over a window. */
export interface EdgeRow {
  source: string
  destination: string
  protocol: Protocol
  reporter: Reporter
  calls: number
  errors: number
  client_errors: number
  request_bytes: number
  response_bytes: number
  traced: number
  named: number
  /** Place in SOURCE_EVIDENCE, counted from 1. */
  evidence: number
  source_zones: string[]
  destination_zones: string[]
  versions: string[]
  /** Buckets of model/histogram.ts. */
  duration: Map<number, number>
  /** Buckets at TTFB_BUCKETS_PER_OCTAVE. */
  ttfb: Map<number, number>
}

interface StoredRow extends Omit<EdgeRow, 'duration' | 'ttfb'> {
  duration_keys: number[]
  duration_counts: number[]
  ttfb_keys: number[]
  ttfb_counts: number[]
}

/** Most rows of a graph that are read, most calls first. */
export const EDGE_ROWS_MAX = 20_000
/** Most zones or versions listed of one edge. */
const NAMES_MAX = 32

const KEYS = 'source, destination, protocol, reporter'
const SUMS = ['calls', 'errors', 'client_errors', 'request_bytes', 'response_bytes', 'traced', 'named']
const COUNTED = [KEYS, ...SUMS, 'evidence, source_zone, destination_zone, destination_version'].join(', ')
const COUNTS = `${KEYS}, ${SUMS.map((name) => `sum(r.${name}) AS ${name}`).join(', ')}, min(r.evidence) AS evidence,
  groupUniqArray(${NAMES_MAX})(source_zone) AS source_zones,
  groupUniqArray(${NAMES_MAX})(destination_zone) AS destination_zones,
  groupUniqArray(${NAMES_MAX})(destination_version) AS versions`
const HISTOGRAMS = `mapKeys(d) AS duration_keys, mapValues(d) AS duration_counts,
  mapKeys(f) AS ttfb_keys, mapValues(f) AS ttfb_counts`
const MERGED = 'sumMap(duration_buckets) AS d, sumMap(ttfb_buckets) AS f'

/** Edges to read: all, those that touch a service, those between two, or those that lead to some. */
export type EdgeScope =
  | { service: string }
  | { source: string; destination: string }
  | { destinations: readonly string[] }

function scopeSql(scope: EdgeScope | undefined): string {
  if (scope === undefined) return ''
  if ('service' in scope) return '(destination = {service:String} OR source = {service:String})'
  if ('destinations' in scope) return 'destination IN {destinations:Array(String)}'
  return '(destination = {destination:String} AND source = {source:String})'
}

/**
 * Golden signals of edges over the slices, one row an edge and reporter, most calls first.
 * Histograms are merged inside the store, so what crosses over does not grow with the window.
 */
export async function readEdges(
  store: Store,
  slices: readonly Slice[],
  scope?: EdgeScope,
): Promise<EdgeRow[]> {
  const rows = sliceRows(slices, `${COUNTED}, duration_buckets, ttfb_buckets`, scopeSql(scope))
  const stored = await store.read<StoredRow>(
    `SELECT * EXCEPT (d, f), ${HISTOGRAMS}
     FROM (SELECT ${COUNTS}, ${MERGED} FROM (${rows.sql}) AS r GROUP BY ${KEYS})
     ORDER BY calls DESC, ${KEYS} LIMIT ${EDGE_ROWS_MAX}`,
    { ...rows.bound, ...scope },
  )
  return stored.map(({ duration_keys, duration_counts, ttfb_keys, ttfb_counts, ...row }) => ({
    ...row,
    duration: histogramOf(duration_keys, duration_counts),
    ttfb: histogramOf(ttfb_keys, ttfb_counts),
  }))
}

/** The same for all edges, with empty histograms. */
export async function readEdgeCounts(store: Store, slices: readonly Slice[]): Promise<EdgeRow[]> {
  const rows = sliceRows(slices, COUNTED)
  const stored = await store.read<Omit<EdgeRow, 'duration' | 'ttfb'>>(
    `SELECT ${COUNTS} FROM (${rows.sql}) AS r GROUP BY ${KEYS}
     ORDER BY calls DESC, ${KEYS} LIMIT ${EDGE_ROWS_MAX}`,
    rows.bound,
  )
  return stored.map((row) => ({ ...row, duration: new Map(), ttfb: new Map() }))
}

/** Fills in the histograms of the given rows; those of other reporters are not merged at all. */
export async function fillHistograms(
  store: Store,
  slices: readonly Slice[],
  rows: readonly EdgeRow[],
): Promise<void> {
  const byId = new Map(edgeIds(rows).map((id, index) => [id, rows[index]!]))
  const others = edgeIds(rows.filter(({ reporter }) => reporter !== 'server'))
  // The callee's rows always count, so only the others are looked up by name.
  const where = others.length === 0 ? "reporter = 'server'" : `(reporter = 'server' OR ${EDGE_CHOSEN})`
  const buckets = sliceRows(slices, `${KEYS}, duration_buckets, ttfb_buckets`, where)
  const stored = await store.read<Omit<StoredRow, keyof Omit<EdgeRow, 'duration' | 'ttfb'>> & EdgeKey>(
    `SELECT ${KEYS}, ${HISTOGRAMS} FROM (SELECT ${KEYS}, ${MERGED} FROM (${buckets.sql}) GROUP BY ${KEYS})`,
    { ...buckets.bound, ...(others.length === 0 ? {} : { ids: others }) },
  )
  for (const row of stored) {
    const known = byId.get(edgeIds([row])[0]!)
    if (!known) continue
    known.duration = histogramOf(row.duration_keys, row.duration_counts)
    known.ttfb = histogramOf(row.ttfb_keys, row.ttfb_counts)
  }
}

/** Pairs of names that had calls in the slices: for what is known but silent in a window. */
export async function readKnownEdges(
  store: Store,
  slices: readonly Slice[],
): Promise<Pick<EdgeRow, 'source' | 'destination' | 'protocol' | 'reporter' | 'evidence'>[]> {
  const rows = sliceRows(slices, `${KEYS}, evidence`)
  return store.read(
    `SELECT ${KEYS}, min(r.evidence) AS evidence FROM (${rows.sql}) AS r GROUP BY ${KEYS}
     ORDER BY ${KEYS} LIMIT ${EDGE_ROWS_MAX}`,
    rows.bound,
  )
}
