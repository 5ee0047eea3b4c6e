import type { Bench } from '../round/measure.ts'
import type { Peer, RunningPeer } from './peer.ts'

/** A bare TCP splice in Node: what copying bytes costs in this runtime. */
export const nodeSplice: Peer = {
  name: 'node-splice',
  work: 'copies bytes only, node:net with data events',
  version: async () => process.versions.node,
  start: (bench, backendPort) => start(bench, backendPort, 'node-splice', 'splice.ts'),
}

/** What most people would write: node:http on both sides. */
export const nodeHttp: Peer = {
  name: 'node-http',
  work: 'HTTP, trace header, buffered access log, node:http with a keep-alive agent',
  version: async () => process.versions.node,
  start: (bench, backendPort) => start(bench, backendPort, 'node-http', 'http-proxy.ts'),
}

async function start(bench: Bench, backendPort: number, name: string, program: string): Promise<RunningPeer> {
  const child = bench.children.start({
    command: process.execPath,
    args: [`${import.meta.dirname}/program/${program}`, String(backendPort), `${bench.folder}/${name}.log`],
    core: bench.cores.proxy,
  })
  const [, port] = await child.line(/^listening [a-z-]+ http:\/\/127\.0\.0\.1:([0-9]+)$/)
  return { name, port: Number(port), pids: [child.pid] }
}
