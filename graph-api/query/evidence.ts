import { reporterOf } from '../../control/cohorts.ts'
import type { EvidenceAnswer } from '../../model/enforcement.ts'
import type { Feature } from '../../model/feature.ts'
import { parseVerdict } from '../../model/verdict.ts'
import type { BoundValue, Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import { GOOD } from '../../store/verdict-rollups.ts'
import { revisionBound, SINCE_REVISION, verdictRows } from '../../store/verdict-slices.ts'
import { rfc3339, type Span } from './window.ts'

/** What one feature said of the calls to one service, under the settings in force. */

/** Rows of an answer, most calls first. */
const ROWS_MAX = 200
const SAMPLES = 3

export interface EvidenceQuery {
  service: string
  feature: Feature
  span: Span
  /** Revision that brought the settings: what was said under an earlier one does not count; undefined counts all. */
  since: string | undefined
}

/** Callers, and the calls of theirs that a verdict besides pass concerns. */
export interface Examined {
  calls: number
  affected: number
  /** Microseconds; 0 where there is no call. */
  first_us: number
  last_us: number
  callers: number
  callers_affected: number
}

function boundOf({ service, feature, since }: EvidenceQuery): Record<string, BoundValue> {
  const revision = since === undefined ? {} : revisionBound(since)
  return { service, reporter: reporterOf(feature), ...revision }
}

const JUDGED = 'destination = {service:String} AND reporter = {reporter:String}'

interface CallerRow {
  looked: number
  told: number
  said: number
  first_us: number
  last_us: number
}

/**
 * Every call that ran under a configuration was looked at; where a tap does not tell under which, only
 * calls with a verdict are known to have been.
 * @param now_us wall clock, microseconds @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readExamined(store: Store, query: EvidenceQuery, now_us: number): Promise<Examined> {
  const revision = query.since === undefined ? '' : ` AND ${SINCE_REVISION}`
  const rows = verdictRows(
    query.span,
    now_us,
    'source, feature, decision, calls, first_us, last_us',
    `${JUDGED}${revision} AND feature IN ('', {feature:String})`,
  )
  const callers = await store.read<CallerRow>(
    `SELECT sumIf(r.calls, feature = '') AS looked, sumIf(r.calls, feature != '') AS said,
       sumIf(r.calls, feature != '' AND decision != 'pass') AS told,
       min(r.first_us) AS first_us, max(r.last_us) AS last_us
     FROM (${rows.sql}) AS r GROUP BY source`,
    { ...rows.bound, ...boundOf(query), feature: query.feature },
  )
  const sum = (of: (row: CallerRow) => number) => callers.reduce((total, row) => total + of(row), 0)
  return {
    calls: sum(({ looked, said }) => Math.max(looked, said)),
    affected: sum(({ told }) => told),
    first_us: callers.length === 0 ? 0 : Math.min(...callers.map(({ first_us }) => first_us)),
    last_us: Math.max(0, ...callers.map(({ last_us }) => last_us)),
    callers: callers.length,
    callers_affected: callers.filter(({ told }) => told > 0).length,
  }
}

interface SaidRow {
  source: string
  method: string
  route: string
  said: string
  calls: number
  good: number
  last_us: number
  samples: string[]
}

/**
 * By caller, route, decision and rule, from the calls themselves, as far back as they are kept.
 * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readEvidenceRows(store: Store, query: EvidenceQuery): Promise<EvidenceAnswer['rows']> {
  // The few revisions that count are found in the rollup: taking each call's name apart costs more than the rest.
  const revision =
    query.since === undefined
      ? ''
      : `AND config_version IN (SELECT DISTINCT config_version FROM ${DATABASE}.verdict_1h
           WHERE t >= toStartOfHour(fromUnixTimestamp64Micro({from_us:Int64}, 'UTC')) AND ${JUDGED} AND ${SINCE_REVISION})`
  const found = await store.read<SaidRow>(
    `SELECT source, method, route, replaceRegexpOne(verdict, ';cohort=[^;]*', '') AS said,
       count() AS calls, countIf(${GOOD}) AS good, toUnixTimestamp64Micro(max(ts)) AS last_us,
       groupArray(${SAMPLES})(concat(span_id, '.', toString(reporter))) AS samples
     FROM ${DATABASE}.calls ARRAY JOIN verdicts AS verdict
     PREWHERE notEmpty(verdicts)
     WHERE ts >= fromUnixTimestamp64Micro({from_us:Int64}, 'UTC') AND ts < fromUnixTimestamp64Micro({to_us:Int64}, 'UTC')
       AND ${JUDGED} ${revision} AND startsWith(verdict, {mark:String}) AND NOT startsWith(verdict, {pass:String})
     GROUP BY source, method, route, said ORDER BY calls DESC, source, method, route, said LIMIT ${ROWS_MAX}`,
    { ...boundOf(query), ...query.span, mark: `${query.feature}=`, pass: `${query.feature}=pass` },
  )
  return found.flatMap(({ said, last_us, ...row }) => {
    const read = parseVerdict(said)
    if (read === undefined) return []
    const { decision, acted, rule } = read
    return [{ ...row, decision, acted, rule, last_seen: rfc3339(last_us) }]
  })
}
