import { countAbove } from '../../model/histogram.ts'
import {
  BURN_WINDOWS,
  type Burns,
  type BurnWindow,
  budgetLeft,
  burnRate,
  type Counted,
  type Slo,
  stateOf,
} from '../../model/slo.ts'
import type { Store } from '../../store/store.ts'
import type { SloStatus } from '../contract.ts'
import { type EdgeRow, readEdges } from './edges.ts'
import { storedForm } from './filter.ts'
import { planWindow } from './plan.ts'
import { oneReporter } from './reporter.ts'

const US = 1_000_000

/** Calls that lead to the services, one reporter an edge, over the seconds before a moment. */
async function readBefore(
  store: Store,
  services: readonly string[],
  moment: { at_us: number; now_us: number },
  seconds: number,
): Promise<EdgeRow[]> {
  const { at_us, now_us } = moment
  const { slices } = planWindow({ from_us: at_us - seconds * US, to_us: at_us }, now_us)
  const rows = await readEdges(store, slices, { destinations: services })
  return oneReporter(rows).map(({ chosen }) => chosen)
}

/** Latency counts all calls, the failed ones too: a call that fails late was slow. */
function countedOf(slo: Slo, rows: readonly EdgeRow[]): Counted {
  const counted = { calls: 0, bad: 0 }
  const service = storedForm(slo.service)
  for (const row of rows) {
    if (row.destination !== service) continue
    counted.calls += row.calls
    counted.bad += slo.sli === 'availability' ? row.errors : countAbove(row.duration, slo.threshold_us)
  }
  return counted
}

/** Three decimals: what is finer than that only makes an unchanged graph look changed. No -0. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000 || 0

/**
 * How objectives stood at a moment: burn over 5 and 30 minutes, 1 and 6 hours, and what is left of
 * each budget over its own window. A moment that is older than fine rollups are kept is told by
 * coarser ones, so that its short windows widen to a minute's or an hour's edge; the ends of a budget's
 * window are rounded as those of any window (plan.ts), by at most 2 % of it.
 * @param at_us microseconds @param now_us wall clock, microseconds
 * @returns one a given objective, in their order @throws TapmeshError TAPMESH_STORE_UNAVAILABLE
 */
export async function readSlos(
  store: Store,
  slos: readonly Slo[],
  at_us: number,
  now_us: number,
): Promise<SloStatus[]> {
  if (slos.length === 0) return []
  const services = [...new Set(slos.map(({ service }) => storedForm(service)))]
  const lengths = new Set([...Object.values(BURN_WINDOWS), ...slos.map(({ window_s }) => window_s)])
  const rows = new Map(
    await Promise.all(
      [...lengths].map(
        async (seconds) => [seconds, await readBefore(store, services, { at_us, now_us }, seconds)] as const,
      ),
    ),
  )
  return slos.map((slo) => {
    const counted = (seconds: number) => countedOf(slo, rows.get(seconds)!)
    const burns = Object.fromEntries(
      Object.entries(BURN_WINDOWS).map(([name, seconds]) => [
        name,
        rounded(burnRate(counted(seconds), slo.objective)),
      ]),
    ) as Record<BurnWindow, number> satisfies Burns
    const whole = counted(slo.window_s)
    const left = rounded(budgetLeft(whole, slo.objective))
    return {
      ...slo,
      calls: whole.calls,
      bad: rounded(whole.bad),
      ...burns,
      budget_left: left,
      state: stateOf(burns, left),
    }
  })
}
