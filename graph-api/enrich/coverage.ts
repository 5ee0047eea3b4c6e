import type { Coverage } from '../../model/graph.ts'
import type { CoverageRow } from '../query/coverage.ts'
import type { Reported } from '../query/reporter.ts'
import { share } from '../query/signals.ts'

/** What the picture rests on. @param now_us wall clock, microseconds */
export function coverageOf(reported: readonly Reported[], row: CoverageRow, now_us: number): Coverage {
  let calls = 0
  let named = 0
  let active = 0
  let both = 0
  for (const { chosen, others } of reported) {
    if (chosen.calls === 0) continue
    active += 1
    calls += chosen.calls
    named += chosen.named
    const sides = new Set([chosen, ...others].map((side) => side.reporter))
    if (sides.has('client') && sides.has('server')) both += 1
  }
  return {
    calls,
    taps: row.taps,
    lost: row.lost,
    quarantined: row.quarantined,
    named_callers: share(named, calls),
    both_sides: share(both, active),
    freshness_s: row.newest_us === 0 ? -1 : Math.max(0, (now_us - row.newest_us) / 1_000_000),
  }
}
