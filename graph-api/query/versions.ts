import type { Store } from '../../store/store.ts'
import type { VersionRow } from '../contract.ts'
import type { Slice } from './plan.ts'
import { histogramOf, sliceRows } from './rollup.ts'
import { EDGE_CHOSEN, type EdgeKey, edgeIds } from './series.ts'
import { goldenSignals } from './signals.ts'
import { rfc3339 } from './window.ts'

interface StoredVersion {
  version: string
  calls: number
  errors: number
  client_errors: number
  first_s: number
  last_s: number
  keys: number[]
  counts: number[]
}

const US = 1_000_000
/** Most versions set side by side, most calls first. */
const VERSIONS_MAX = 32

/**
 * Golden signals of each version that answered the edges' calls; times are those of the rollup's buckets.
 * @param seconds the time the rates are per
 */
export async function readVersions(
  store: Store,
  slices: readonly Slice[],
  seconds: number,
  edges: readonly EdgeKey[],
): Promise<VersionRow[]> {
  if (edges.length === 0) return []
  const columns = 't, destination_version, calls, errors, client_errors, duration_buckets'
  const rows = sliceRows(slices, columns, EDGE_CHOSEN)
  const found = await store.read<StoredVersion>(
    `SELECT * EXCEPT d, mapKeys(d) AS keys, mapValues(d) AS counts FROM (
       SELECT destination_version AS version, sum(r.calls) AS calls, sum(r.errors) AS errors,
         sum(r.client_errors) AS client_errors, toUnixTimestamp(min(t)) AS first_s,
         toUnixTimestamp(max(t)) AS last_s, sumMap(duration_buckets) AS d
       FROM (${rows.sql}) AS r GROUP BY version)
     ORDER BY calls DESC, version LIMIT ${VERSIONS_MAX}`,
    { ...rows.bound, ids: edgeIds(edges) },
  )
  return found.map(({ version, first_s, last_s, keys, counts, ...row }) => ({
    version,
    ...goldenSignals({ ...row, duration: histogramOf(keys, counts) }, seconds),
    first_seen: rfc3339(first_s * US),
    last_seen: rfc3339(last_s * US),
  }))
}
