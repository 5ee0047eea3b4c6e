import { reporterOf } from '../../control/cohorts.ts'
import { DECISIONS, type Decision } from '../../model/decision.ts'
import { type Feature, isFeature } from '../../model/feature.ts'
import type { EdgeVerdict } from '../../model/graph.ts'
import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import { verdictRows } from '../../store/verdict-slices.ts'
import type { Span } from './window.ts'

/** What policies said of calls, added up from the verdict rollups. A feature is judged on one side alone. */

/** Edges times features, decisions and rules that are read. */
const ROWS_MAX = 20_000

export interface VerdictCounts {
  /** Calls that the feature looked at. */
  calls: number
  would: number
  acted: number
}

interface CountRow {
  service: string
  feature: string
  reporter: string
  calls: number
  told: number
  acted: number
}

const keyOf = (service: string, feature: string) => `${service}\x1f${feature}`

/** By service and feature, asked for with `of`. */
export interface Counts {
  of(service: string, feature: Feature): VerdictCounts
}

/**
 * Counts of a window. @param now_us wall clock, microseconds
 * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readVerdictCounts(store: Store, span: Span, now_us: number): Promise<Counts> {
  const rows = verdictRows(span, now_us, 'destination, feature, reporter, decision, acted, calls', '1')
  const found = await store.read<CountRow>(
    `SELECT destination AS service, feature, reporter, sum(r.calls) AS calls,
       sumIf(r.calls, feature != '' AND decision != 'pass') AS told, sumIf(r.calls, r.acted = 1) AS acted
     FROM (${rows.sql}) AS r GROUP BY service, feature, reporter
     ORDER BY service, feature, reporter LIMIT ${ROWS_MAX}`,
    rows.bound,
  )
  const byKey = new Map(found.map((row) => [`${row.reporter}\x1f${keyOf(row.service, row.feature)}`, row]))
  return {
    of(service, feature) {
      const reporter = reporterOf(feature)
      const own = byKey.get(`${reporter}\x1f${keyOf(service, feature)}`)
      const all = byKey.get(`${reporter}\x1f${keyOf(service, '')}`)
      const [told, acted] = [own?.told ?? 0, own?.acted ?? 0]
      return { calls: Math.max(own?.calls ?? 0, all?.calls ?? 0), would: told - acted, acted }
    },
  }
}

/** A mesh without policies looks whether there is a verdict once in this time, and pays nothing in between. */
const LOOK_US = 5_000_000
const looked = new WeakMap<Store, { any: boolean; at_us: number }>()

async function hasVerdicts(store: Store, now_us: number): Promise<boolean> {
  const known = looked.get(store)
  if (known && (known.any || Math.abs(now_us - known.at_us) < LOOK_US)) return known.any
  const rows = await store.read(`SELECT 1 FROM ${DATABASE}.verdict_1h WHERE feature != '' LIMIT 1`)
  looked.set(store, { any: rows.length > 0, at_us: now_us })
  return rows.length > 0
}

interface EdgeRow extends Omit<EdgeVerdict, 'acted'> {
  source: string
  destination: string
  protocol: string
  reporter: string
  acted: number
}

/** Of one protocol between two services. */
export function verdictKey(edge: { source: string; destination: string; protocol: string }): string {
  return `${edge.source}\x1f${edge.destination}\x1f${edge.protocol}`
}

const decisions: ReadonlySet<string> = new Set(DECISIONS)

/**
 * What was said of the calls of each edge besides that they pass, by verdictKey, most calls first.
 * @param ends only calls between these two @param now_us wall clock, microseconds @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readEdgeVerdicts(
  store: Store,
  span: Span,
  now_us: number,
  ends?: { source: string; destination: string },
): Promise<ReadonlyMap<string, EdgeVerdict[]>> {
  if (!(await hasVerdicts(store, now_us))) return new Map()
  const keys = 'source, destination, protocol, reporter, feature, decision, acted, rule'
  const between = ends ? ' AND destination = {destination:String} AND source = {source:String}' : ''
  const rows = verdictRows(span, now_us, `${keys}, calls`, `feature != '' AND decision != 'pass'${between}`)
  const found = await store.read<EdgeRow>(
    `SELECT ${keys}, sum(r.calls) AS calls FROM (${rows.sql}) AS r GROUP BY ${keys}
     ORDER BY calls DESC, ${keys} LIMIT ${ROWS_MAX}`,
    { ...rows.bound, ...ends },
  )
  const byEdge = new Map<string, EdgeVerdict[]>()
  for (const { source, destination, protocol, reporter, acted, ...verdict } of found) {
    const { feature, decision, rule, calls } = verdict
    if (!isFeature(feature) || !decisions.has(decision) || reporter !== reporterOf(feature)) continue
    const key = verdictKey({ source, destination, protocol })
    const known = byEdge.get(key) ?? []
    byEdge.set(key, known)
    known.push({ feature, decision: decision as Decision, acted: acted === 1, rule, calls })
  }
  return byEdge
}
