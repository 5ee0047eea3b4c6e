import { spentBetween } from '../compare/side-by-side.ts'
import { startBackend } from '../load/backend.ts'
import { runWrk, type WrkLoad } from '../load/wrk.ts'
import { nginx } from '../peer/nginx.ts'
import { type RunningPeer, startPeers } from '../peer/peer.ts'
import { tap } from '../peer/tap.ts'
import { residentMib, usageOf } from '../process/usage.ts'
import type { Measure } from '../round/measure.ts'
import { interleave } from '../round/rounds.ts'

const PATHS = [1, 100_000]

/** A peer under one kind of load, as a subject of its own: `tap paths=100000`. */
interface Loaded {
  name: string
  peer: RunningPeer
  load: WrkLoad
}

export const routes: Measure = {
  name: 'routes',
  title: 'One path against 100,000 distinct paths, 64 connections',
  explanation:
    'The paths are words of letters that no template collapses, far past the cap on routes. The same script drives both.',
  needs: ['wrk', 'nginx'],
  run: async (bench) => {
    const running = await startPeers(bench, [nginx, tap], await startBackend(bench))
    const subjects: Loaded[] = running.flatMap((peer) =>
      PATHS.map((paths) => ({
        name: `${peer.name} paths=${paths}`,
        peer,
        load: { connections: 64, path: '/', paths },
      })),
    )
    return interleave(
      bench,
      subjects,
      async ({ peer, load }) => {
        const before = usageOf(peer.pids)
        const outcome = await runWrk(bench, peer.port, load, bench.options.seconds)
        const spent = spentBetween(before, usageOf(peer.pids))
        return {
          cpu_us_per_call: spent.cpu_us / outcome.calls,
          calls_per_s: outcome.calls / outcome.seconds,
          resident_mib: residentMib(peer.pids),
          errors: outcome.errors,
        }
      },
      ({ peer, load }) => runWrk(bench, peer.port, load, 1),
    )
  },
}
