import type { Store } from '../../store/store.ts'
import { DATABASE } from '../../store/tables.ts'
import type { BacktestFeature } from '../contract.ts'
import { type Scope, WITHIN } from './scope.ts'

/** Turns the moments that a replay noted (`@1790000000000000`) into ids of the calls that began then. */

/** Samples looked up for one answer; further ones are left out of it. */
const LOOKED_UP_MAX = 2000
const MOMENT = /^@(\d+)$/

interface SampleRow {
  at: number
  source: string
  destination: string
  method: string
  route: string
  id: string
}

const keyOf = (at: number, destination: string, row: { source: string; method: string; route: string }) =>
  [at, destination, row.source, row.method, row.route].join('\x1f')

function momentsOf(features: readonly BacktestFeature[]): number[] {
  const moments = new Set<number>()
  for (const { rows } of features) {
    for (const sample of rows.flatMap(({ samples }) => samples)) {
      const [, at] = MOMENT.exec(sample) ?? []
      if (at !== undefined && moments.size < LOOKED_UP_MAX) moments.add(Number(at))
    }
  }
  return [...moments]
}

/** Replaces every moment by the id of its call; one that is not found is left out. */
export async function nameSamples(
  store: Store,
  scope: Scope,
  features: readonly BacktestFeature[],
): Promise<void> {
  const moments = momentsOf(features)
  if (moments.length === 0) return
  const found = await store.read<SampleRow>(
    `SELECT toUnixTimestamp64Micro(ts) AS at, source, destination, method, route,
       concat(span_id, '.', toString(reporter)) AS id
     FROM ${DATABASE}.calls WHERE ${WITHIN} AND ${scope.where}
       AND ts IN (SELECT fromUnixTimestamp64Micro(arrayJoin({moments:Array(Int64)}), 'UTC'))`,
    { ...scope.bound, from_us: Math.min(...moments), to_us: Math.max(...moments) + 1, moments },
  )
  const ids = new Map(found.map((row) => [keyOf(row.at, row.destination, row), row.id]))
  for (const { service, rows } of features) {
    for (const row of rows) {
      row.samples = row.samples.flatMap((sample) => {
        const [, at] = MOMENT.exec(sample) ?? []
        return at === undefined ? [sample] : (ids.get(keyOf(Number(at), service, row)) ?? [])
      })
    }
  }
}
