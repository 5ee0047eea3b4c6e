import type { Bench } from '../round/measure.ts'

export interface FixedRateLoad {
  calls_per_s: number
  connections: number
  path: string
}

export interface FixedRateOutcome {
  calls: number
  errors: number
  seconds: number
  p50_us: number
  p99_us: number
}

/** Runs the own fixed-rate generator (program/fixed-rate.ts) on the load's core. */
export async function runFixedRate(
  bench: Bench,
  port: number,
  load: FixedRateLoad,
  seconds: number,
): Promise<FixedRateOutcome> {
  const out = await bench.children.run({
    command: process.execPath,
    args: [
      `${import.meta.dirname}/program/fixed-rate.ts`,
      String(port),
      String(load.calls_per_s),
      String(load.connections),
      String(seconds),
      load.path,
    ],
    core: bench.cores.load,
  })
  return JSON.parse(out) as FixedRateOutcome
}
