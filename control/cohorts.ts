import { CATALOGUE, type Feature } from '../model/feature.ts'
import type { Store } from '../store/store.ts'
import { DATABASE } from '../store/tables.ts'
import { revisionBound, SINCE_REVISION, verdictRows } from '../store/verdict-slices.ts'
import type { Cohort, Cohorts } from './rollout-guard.ts'

/** Reads the treated and the control cohort of one feature of one service from the verdict rollups. */

export interface CohortQuery {
  service: string
  feature: Feature
  from_us: number
  to_us: number
  /** Callers with entries of their own: their percentages differ, so that they would tilt the comparison. */
  except: readonly string[]
  /** What was said under an earlier revision is left out; empty leaves nothing out. */
  revision: string
}

export const NO_CALLS: Cohort = { calls: 0, errors: 0, duration: new Map(), last_us: 0 }

interface CohortRow {
  cohort: string
  calls: number
  errors: number
  last_us: number
  keys: number[]
  counts: number[]
}

/** Whose rows hold the verdicts of a feature: a call is judged once, on one side. */
export function reporterOf(feature: Feature): 'client' | 'server' {
  return CATALOGUE[feature].side === 'caller' ? 'client' : 'server'
}

function cohortOf({ calls, errors, last_us, keys, counts }: CohortRow): Cohort {
  return { calls, errors, last_us, duration: new Map(keys.map((key, at) => [key, counts[at] ?? 0])) }
}

const FOLDED = `sum(r.calls) AS calls, sum(r.errors) AS errors, max(r.last_us) AS last_us, sumMap(r.duration_buckets) AS d`
const UNFOLD = '* EXCEPT d, mapKeys(d) AS keys, mapValues(d) AS counts'

/** @param now_us wall clock, microseconds @throws TapmeshError TAPMESH_STORE_UNAVAILABLE */
export async function readCohorts(store: Store, query: CohortQuery, now_us: number): Promise<Cohorts> {
  const { service, feature, except, revision } = query
  const since = revision === '' ? '' : ` AND ${SINCE_REVISION}`
  // An attempt that was sent again is not how its call ended: the attempt after it is counted for both.
  const rows = verdictRows(
    query,
    now_us,
    'cohort, calls, errors, last_us, duration_buckets',
    `destination = {service:String} AND feature = {feature:String} AND reporter = {reporter:String} AND cohort != '' AND NOT (decision = 'retry' AND acted = 1) AND source NOT IN {except:Array(String)}${since}`,
  )
  const found = await store.read<CohortRow>(
    `SELECT ${UNFOLD} FROM (SELECT cohort, ${FOLDED} FROM (${rows.sql}) AS r GROUP BY cohort)`,
    {
      ...rows.bound,
      ...(since === '' ? {} : revisionBound(revision)),
      ...{ service, feature, reporter: reporterOf(feature), except },
    },
  )
  const of = (cohort: string): Cohort => {
    const row = found.find((each) => each.cohort === cohort)
    return row === undefined ? NO_CALLS : cohortOf(row)
  }
  return { treated: of('treated'), control: of('control') }
}

/** Of one feature of one service. */
export function splitKey(service: string, feature: string): string {
  return `${service}\x1f${feature}`
}

/**
 * Which features split calls in a time, by splitKey: one question instead of one for each that is watched.
 * @param now_us wall clock, microseconds @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readSplit(
  store: Store,
  span: { from_us: number; to_us: number },
  now_us: number,
): Promise<ReadonlySet<string>> {
  const rows = verdictRows(span, now_us, 'destination, feature', "cohort != ''")
  const found = await store.read<{ destination: string; feature: string }>(
    `SELECT DISTINCT destination, feature FROM (${rows.sql})`,
    rows.bound,
  )
  return new Set(found.map(({ destination, feature }) => splitKey(destination, feature)))
}

const EDGE_KEPT = [
  { table: 'edge_10s', step_s: 10, kept_s: 20 * 3600 },
  { table: 'edge_1m', step_s: 60, kept_s: 13 * 86_400 },
  { table: 'edge_1h', step_s: 3600, kept_s: Number.POSITIVE_INFINITY },
] as const

/**
 * All calls to a service as the side that judges saw them: the treated ones once nothing is split.
 * @param now_us wall clock, microseconds @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readAllCalls(store: Store, query: CohortQuery, now_us: number): Promise<Cohort> {
  const { service, feature, from_us, to_us, except } = query
  const { table, step_s } = EDGE_KEPT.find(({ kept_s }) => now_us - from_us <= kept_s * 1_000_000)!
  const [row] = await store.read<CohortRow>(
    `SELECT ${UNFOLD} FROM (
       SELECT '' AS cohort, sum(r.calls) AS calls, sum(r.errors) AS errors, toUnixTimestamp(max(r.t)) * 1000000 AS last_us, sumMap(r.duration_buckets) AS d
       FROM ${DATABASE}.${table} AS r
       WHERE t >= toDateTime({from_s:UInt32}, 'UTC') AND t < toDateTime({to_s:UInt32}, 'UTC') AND destination = {service:String}
         AND reporter = {reporter:String} AND protocol != 'internal' AND source NOT IN {except:Array(String)})`,
    {
      from_s: Math.floor(from_us / 1_000_000 / step_s) * step_s,
      to_s: Math.ceil(to_us / 1_000_000 / step_s) * step_s,
      ...{ service, reporter: reporterOf(feature), except },
    },
  )
  return row === undefined ? NO_CALLS : cohortOf(row)
}
