import { startBackend, startSink } from '../load/backend.ts'
import { runWrk, type WrkLoad } from '../load/wrk.ts'
import { type Peer, type RunningPeer, startPeers } from '../peer/peer.ts'
import { privateMib, residentMib, type Usage, usageOf } from '../process/usage.ts'
import type { Bench, Reading } from '../round/measure.ts'
import { interleave, type Values } from '../round/rounds.ts'

const WARM_UP_SECONDS = 2

/**
 * Puts every peer in front of the same backend, loads them in turn, and reads what each call cost
 * the proxy's processes: the way of every measure under full load.
 */
export async function underFullLoad(bench: Bench, peers: readonly Peer[], load: WrkLoad): Promise<Reading[]> {
  const backendPort = await (load.body_bytes ? startSink(bench) : startBackend(bench))
  const running = await startPeers(bench, peers, backendPort)
  return interleave(
    bench,
    running,
    async (peer) => {
      const lostBefore = (await peer.lostRecords?.()) ?? 0
      const before = usageOf(peer.pids)
      const outcome = await runWrk(bench, peer.port, load, bench.options.seconds)
      const spent = spentBetween(before, usageOf(peer.pids))
      const body_bytes = (load.body_bytes ?? 0) * outcome.calls
      return {
        ...costOf(peer, spent, outcome.calls, outcome.seconds),
        calls_per_s: outcome.calls / outcome.seconds,
        body_bytes_per_cpu_us: (outcome.read_bytes + body_bytes) / spent.cpu_us,
        p50_us: outcome.p50_us,
        p99_us: outcome.p99_us,
        errors: outcome.errors,
        ...(await lostShare(peer, lostBefore, outcome.calls)),
      }
    },
    (peer) => runWrk(bench, peer.port, load, WARM_UP_SECONDS),
  )
}

/** What a call cost this proxy, how busy its core was, and what memory it holds. */
export function costOf(peer: RunningPeer, spent: Usage, calls: number, seconds: number): Values {
  if (peer.pids.length === 0) return {}
  return {
    cpu_us_per_call: spent.cpu_us / calls,
    user_share: spent.user_ticks / Math.max(1, spent.user_ticks + spent.system_ticks),
    core_busy_share: spent.cpu_us / 1e6 / seconds,
    private_mib: privateMib(peer.pids),
    resident_mib: residentMib(peer.pids),
  }
}

/** Share of this round's calls whose record was lost because the collector had no time for it. */
export async function lostShare(peer: RunningPeer, before: number, calls: number): Promise<Values> {
  if (!peer.lostRecords) return {}
  return { records_lost_share: ((await peer.lostRecords()) - before) / calls }
}

export function spentBetween(before: Usage, after: Usage): Usage {
  return {
    cpu_us: after.cpu_us - before.cpu_us,
    user_ticks: after.user_ticks - before.user_ticks,
    system_ticks: after.system_ticks - before.system_ticks,
  }
}
