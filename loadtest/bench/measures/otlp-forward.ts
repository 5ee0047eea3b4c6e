import { costOf, spentBetween } from '../compare/side-by-side.ts'
import { startBackend } from '../load/backend.ts'
import { runWrk } from '../load/wrk.ts'
import type { RunningPeer } from '../peer/peer.ts'
import { startTap } from '../peer/tap.ts'
import { usageOf } from '../process/usage.ts'
import type { Bench, Measure } from '../round/measure.ts'
import { interleave, type Values } from '../round/rounds.ts'

const LOAD = { connections: 64, path: '/' }
const SHARE = '0.01'
const SPANS = 50_000

/** The forwarder alone, in a process of its own. */
const SPAN = { name: 'one span', port: 0, pids: [] } satisfies RunningPeer

export const otlpForward: Measure = {
  name: 'otlp-forward',
  title: 'The tap with and without spans to an OTLP endpoint',
  explanation:
    'Full load, 64 keep-alive connections, taps without a collector; one forwards 1 % of the traces by the official ' +
    'exporter, the other forwards nothing. The backend plays the endpoint. Rounds differ by more than what is looked for, so ' +
    'the forwarder is measured alone as well: `cpu_us_per_call` of one span is a hundredth of all that a span costs.',
  needs: ['wrk', 'nginx', 'tap'],
  run: async (bench) => {
    const backendPort = await startBackend(bench)
    const endpoint = `http://127.0.0.1:${backendPort}/v1/traces`
    const taps: RunningPeer[] = [
      { ...(await startTap(bench, backendPort, [])), name: 'tap' },
      {
        ...(await startTap(bench, backendPort, ['--otlp-endpoint', endpoint, '--otlp-sample', SHARE])),
        name: 'tap forwarding',
      },
    ]
    return interleave(
      bench,
      [...taps, SPAN],
      async (peer) => {
        if (peer === SPAN) return spanCost(bench, endpoint)
        const before = usageOf(peer.pids)
        const outcome = await runWrk(bench, peer.port, LOAD, bench.options.seconds)
        const spent = spentBetween(before, usageOf(peer.pids))
        return {
          ...costOf(peer, spent, outcome.calls, outcome.seconds),
          calls_per_s: outcome.calls / outcome.seconds,
          p99_us: outcome.p99_us,
          errors: outcome.errors,
        }
      },
      async (peer) => (peer === SPAN ? undefined : runWrk(bench, peer.port, LOAD, 2)),
    )
  },
}

async function spanCost(bench: Bench, endpoint: string): Promise<Values> {
  const out = await bench.children.run({
    command: process.execPath,
    args: [`${import.meta.dirname}/../program/forward.ts`, endpoint, String(SPANS)],
    core: bench.cores.proxy,
  })
  const { cpu_us_per_span, failed } = JSON.parse(out) as { cpu_us_per_span: number; failed: number }
  return { cpu_us_per_span, cpu_us_per_call: cpu_us_per_span * Number(SHARE), errors: failed }
}
