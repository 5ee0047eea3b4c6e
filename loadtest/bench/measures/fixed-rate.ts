import { costOf, lostShare, spentBetween } from '../compare/side-by-side.ts'
import { startBackend } from '../load/backend.ts'
import { runFixedRate } from '../load/fixed-rate.ts'
import { ALL_PEERS } from '../peer/all.ts'
import { type RunningPeer, startPeers } from '../peer/peer.ts'
import { usageOf } from '../process/usage.ts'
import type { Measure, Reading } from '../round/measure.ts'
import { interleave } from '../round/rounds.ts'

const LOAD = { calls_per_s: 5000, connections: 64, path: '/' }
const DIRECT = 'direct'

export const fixedRate: Measure = {
  name: 'fixed-rate',
  title: '5,000 calls/s, 64 keep-alive connections, 200 B answers',
  explanation:
    'Own generator, one call every 200 µs, latency counted from the time each call was due (no coordinated omission). ' +
    'Added latency is the percentile through the proxy minus the one without, in the same round.',
  needs: ['nginx'],
  run: async (bench) => {
    const backendPort = await startBackend(bench)
    const direct: RunningPeer = { name: DIRECT, port: backendPort, pids: [] }
    const running = await startPeers(bench, ALL_PEERS, backendPort)
    const readings = await interleave(
      bench,
      [direct, ...running],
      async (peer) => {
        const lostBefore = (await peer.lostRecords?.()) ?? 0
        const before = usageOf(peer.pids)
        const outcome = await runFixedRate(bench, peer.port, LOAD, bench.options.seconds)
        const spent = spentBetween(before, usageOf(peer.pids))
        const { p50_us, p99_us, errors } = outcome
        return {
          ...costOf(peer, spent, outcome.calls, outcome.seconds),
          p50_us,
          p99_us,
          errors,
          ...(await lostShare(peer, lostBefore, outcome.calls)),
        }
      },
      (peer) => runFixedRate(bench, peer.port, LOAD, 1),
    )
    return [...readings, ...addedLatency(readings)]
  },
}

/** Latency through each proxy minus the direct one of the same round. */
export function addedLatency(readings: readonly Reading[]): Reading[] {
  const added: Reading[] = []
  for (const quantity of ['p50_us', 'p99_us']) {
    const direct = readings.find((one) => one.subject === DIRECT && one.quantity === quantity)
    for (const reading of readings) {
      if (!direct || reading.quantity !== quantity || reading.subject === DIRECT) continue
      added.push({
        subject: reading.subject,
        quantity: `added_${quantity}`,
        rounds: reading.rounds.map((value, round) => value - direct.rounds[round]!),
      })
    }
  }
  return added
}
