import { textField } from '../../control/text-field.ts'
import type { Feature } from '../../model/feature.ts'
import type { Store } from '../../store/store.ts'
import { DATABASE, FORECASTS } from '../../store/tables.ts'
import { rfc3339 } from './window.ts'

/** The prediction ledger: what a back-test said of a change, kept to be compared with what came. */

export interface Forecast {
  service: string
  feature: Feature
  /** Revision of the change. */
  revision: string
  at_us: number
  /** Recorded calls that the feature would have looked at, and those it would have decided about. */
  calls: number
  affected: number
  window_s: number
}

/** @throws TapmeshError TAPMESH_STORE_UNAVAILABLE, TAPMESH_DISK_FULL */
export async function writeForecast(store: Store, forecast: Forecast): Promise<void> {
  const { service, feature, revision, at_us, calls, affected, window_s } = forecast
  const at = (Math.floor(at_us / 1000) / 1000).toFixed(3)
  const fields = [at, revision, textField(service), feature, calls, affected, window_s]
  const token = `${FORECASTS.name}-${revision}-${feature}-${Buffer.from(service).toString('hex').slice(0, 100)}`
  await store.insert(FORECASTS.name, Buffer.from(`${fields.join('\t')}\n`), token)
}

/**
 * The newest forecast of a feature; undefined where none was made.
 * @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readForecast(
  store: Store,
  service: string,
  feature: Feature,
): Promise<{ made_at: string; made_us: number; calls: number; affected: number } | undefined> {
  const [row] = await store.read<{ at_ms: number; calls: number; affected: number }>(
    `SELECT toUnixTimestamp64Milli(at) AS at_ms, calls, affected FROM ${DATABASE}.${FORECASTS.name}
     WHERE service = {service:String} AND feature = {feature:String} ORDER BY at DESC LIMIT 1`,
    { service, feature },
  )
  if (row === undefined) return undefined
  const { at_ms, calls, affected } = row
  return { made_at: rfc3339(at_ms * 1000), made_us: at_ms * 1000, calls, affected }
}
