import { drained } from '../compare/collector-load.ts'
import { type RunningCollector, startCollector } from '../peer/collector.ts'
import { residentMib, usageOf } from '../process/usage.ts'
import type { Bench, Measure } from '../round/measure.ts'
import { interleave, type Values } from '../round/rounds.ts'

/** What the sender program prints. */
interface OtlpOutcome {
  spans: number
  /** Answers 503, after which a sender went on with its next request. */
  refused: number
  seconds: number
}

export const otlpIn: Measure = {
  name: 'otlp-in',
  title: 'OTLP in, as many spans as the collector takes',
  explanation:
    'Eight senders, 512 spans a request, protobuf and gzip; CPU time of the process (receiver, checks, write-ahead log, ' +
    'embedded store with all rollups) until every span is stored, over the spans. `spans_per_core_s` is its inverse.',
  needs: ['collector'],
  run: async (bench) => {
    const collector = { name: 'collector', ...(await startCollector(bench, { core: bench.cores.proxy })) }
    return interleave(
      bench,
      [collector],
      () => loadOnce(bench, collector, bench.options.seconds),
      () => loadOnce(bench, collector, 1),
    )
  },
}

async function loadOnce(bench: Bench, collector: RunningCollector, seconds: number): Promise<Values> {
  const pids = [collector.pid]
  const before = usageOf(pids)
  const began = performance.now()
  const out = await bench.children.run({
    command: process.execPath,
    args: [
      `${import.meta.dirname}/../program/otlp-sender.ts`,
      collector.url,
      collector.token,
      String(seconds),
    ],
    core: bench.cores.load,
  })
  const { spans, refused, seconds: sending_s } = JSON.parse(out) as OtlpOutcome
  await drained(collector)
  const cpu_us = usageOf(pids).cpu_us - before.cpu_us
  return {
    spans_per_core_s: (spans / cpu_us) * 1e6,
    cpu_us_per_span: cpu_us / spans,
    accepted_per_s: spans / sending_s,
    stored_per_s: spans / ((performance.now() - began) / 1000),
    refused_requests: refused,
    resident_mib: residentMib(pids),
  }
}
