import { startBackend } from '../load/backend.ts'
import { runWrk } from '../load/wrk.ts'
import type { Measure } from '../measure.ts'
import type { RunningPeer } from '../peer/peer.ts'
import { startTap } from '../peer/tap.ts'
import { usageOf } from '../process/usage.ts'
import { interleave } from '../rounds.ts'
import { costOf, spentBetween } from '../side-by-side.ts'

const LOAD = { connections: 64, path: '/' }
const SHARE = '0.01'

export const otlpForward: Measure = {
  name: 'otlp-forward',
  title: 'The tap with and without spans to an OTLP endpoint',
  explanation:
    'Full load, 64 keep-alive connections, taps without a collector; one forwards 1 % of the traces by the official ' +
    'exporter, the other forwards nothing. The backend plays the endpoint.',
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
      taps,
      async (peer) => {
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
      (peer) => runWrk(bench, peer.port, LOAD, 2),
    )
  },
}
