import { setTimeout as pause } from 'node:timers/promises'
import { startBackend } from '../load/backend.ts'
import { runWrk } from '../load/wrk.ts'
import { haproxy } from '../peer/haproxy.ts'
import { nginx } from '../peer/nginx.ts'
import { type Peer, startPeers } from '../peer/peer.ts'
import { tap } from '../peer/tap.ts'
import { descriptorsMax } from '../process/descriptors.ts'
import { privateMib } from '../process/usage.ts'
import type { Bench, Measure } from '../round/measure.ts'
import { interleave, type Values } from '../round/rounds.ts'

const CONNECTIONS = 10_000
const CONNECTIONS_QUICK = 500
/** Descriptors a proxy needs beside its idle connections: backend, log, store, libraries. */
const DESCRIPTORS_SPARE = 500
/** Time for buffers of the last calls to be given back. */
const SETTLE_MS = 3_000

export const idleConnections: Measure = {
  name: 'idle-connections',
  title: 'Memory per idle connection at 10,000',
  explanation:
    'A fresh process, warmed up by 64 busy connections; then 10,000 connections make one call each and stay open. ' +
    'Private memory (RssAnon) after minus before, for both ends of a relayed connection, over their number.',
  needs: ['wrk', 'nginx'],
  run: async (bench) => {
    const backendPort = await startBackend(bench)
    const count = connectionsPossible(bench)
    return interleave(bench, [nginx, tap, haproxy], (peer) => holdIdle(bench, peer, backendPort, count))
  },
}

function connectionsPossible(bench: Bench): number {
  const wanted = bench.options.quick ? CONNECTIONS_QUICK : CONNECTIONS
  // A relayed connection has two ends.
  const possible = Math.min(wanted, Math.floor((descriptorsMax() - DESCRIPTORS_SPARE) / 2))
  if (possible < wanted) {
    bench.skip(`${wanted} connections`, `this user may open ${descriptorsMax()} files; ${possible} were used`)
  }
  return possible
}

async function holdIdle(bench: Bench, peer: Peer, backendPort: number, count: number): Promise<Values> {
  const part: Bench = { ...bench, children: bench.children.part() }
  try {
    const [running] = await startPeers(part, [peer], backendPort)
    if (!running) return {}
    await runWrk(part, running.port, { connections: 64, path: '/' }, 1)
    const before = privateMib(running.pids)
    const idle = part.children.start({
      command: process.execPath,
      args: [
        new URL('../load/program/idle.ts', import.meta.url).pathname,
        String(running.port),
        String(count),
      ],
      core: bench.cores.load,
    })
    await idle.line(/^idle /)
    await pause(SETTLE_MS)
    const after = privateMib(running.pids)
    return {
      kib_per_connection: ((after - before) * 1024) / count,
      private_mib: after,
      private_before_mib: before,
    }
  } finally {
    await part.children.endAll()
  }
}
