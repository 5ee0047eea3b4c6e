import { drained, sendCalls } from '../compare/collector-load.ts'
import { type RunningCollector, startCollector } from '../peer/collector.ts'
import { residentMib, usageOf } from '../process/usage.ts'
import type { Bench, Measure, Reading } from '../round/measure.ts'
import { interleave, type Values } from '../round/rounds.ts'

const CALLS_PER_S = 10_000
/** Segments are sealed every few seconds, so a round holds several. */
const SECONDS_MIN = 20
const SECONDS_QUICK = 3

export const collectorRate: Measure = {
  name: 'collector-rate',
  title: 'Collector at 10,000 calls/s',
  explanation:
    'CPU time of the process (collector, API and embedded store) until every accepted row is stored, over the rows: ' +
    'checks, write-ahead segment, insert, all rollups, and the merges of that time. Eight senders, zstd, one batch a second each.',
  needs: ['collector'],
  run: (bench) => loaded(bench, CALLS_PER_S),
}

export const collectorFull: Measure = {
  name: 'collector-full',
  title: 'Collector, as many calls as it takes',
  explanation:
    'Eight senders with batches of 5,000 rows made before, each sending as soon as the last was accepted.',
  needs: ['collector'],
  run: (bench) => loaded(bench, 0),
}

async function loaded(bench: Bench, calls_per_s: number): Promise<Reading[]> {
  const collector = { name: 'collector', ...(await startCollector(bench, { core: bench.cores.proxy })) }
  const seconds = bench.options.quick ? SECONDS_QUICK : Math.max(SECONDS_MIN, bench.options.seconds)
  return interleave(
    bench,
    [collector],
    () => loadOnce(bench, collector, calls_per_s, seconds),
    () => loadOnce(bench, collector, calls_per_s, SECONDS_QUICK),
  )
}

async function loadOnce(
  bench: Bench,
  collector: RunningCollector,
  calls_per_s: number,
  seconds: number,
): Promise<Values> {
  const pids = [collector.pid]
  const before = usageOf(pids)
  const began = performance.now()
  const outcome = await sendCalls(bench, collector, calls_per_s, seconds)
  await drained(collector)
  const cpu_us = usageOf(pids).cpu_us - before.cpu_us
  return {
    cpu_us_per_call: cpu_us / outcome.accepted,
    accepted_per_s: outcome.accepted / outcome.seconds,
    stored_per_s: outcome.accepted / ((performance.now() - began) / 1000),
    batch_p50_ms: outcome.batch_p50_ms,
    refused_batches: outcome.refused,
    resident_mib: residentMib(pids),
  }
}
