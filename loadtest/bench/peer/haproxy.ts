import { mkdir, writeFile } from 'node:fs/promises'
import { accepting, freePort } from '../process/ports.ts'
import { versionOf } from '../process/version.ts'
import type { Bench } from '../round/measure.ts'
import { haproxyConfig } from './haproxy-config.ts'
import type { Peer, RunningPeer } from './peer.ts'

export const haproxy: Peer = {
  name: 'haproxy',
  work: 'HTTP, trace header, httplog to a ring buffer, 1 thread',
  version: () => versionOf('haproxy', '-v'),
  start: (bench, backendPort) => start(bench, backendPort, 'haproxy', 'http'),
}

export const haproxyTcp: Peer = {
  name: 'haproxy-tcp',
  work: 'copies bytes only, 1 thread',
  version: () => versionOf('haproxy', '-v'),
  start: (bench, backendPort) => start(bench, backendPort, 'haproxy-tcp', 'tcp'),
}

/** HAProxy with what it has of the features of a policy. */
export const haproxyGoverned: Peer = {
  name: 'haproxy-governed',
  work: 'the same with a rate limit, 20 rules, timeouts, one retry and observed errors',
  version: () => versionOf('haproxy', '-v'),
  start: (bench, backendPort) => start(bench, backendPort, 'haproxy-governed', 'http', true),
}

async function start(
  bench: Bench,
  backendPort: number,
  name: string,
  mode: 'http' | 'tcp',
  governed = false,
): Promise<RunningPeer> {
  const file = `${bench.folder}/${name}.cfg`
  const port = await freePort()
  await mkdir(bench.folder, { recursive: true })
  await writeFile(file, haproxyConfig({ port, backendPort, mode, governed }))
  // -db keeps it in the foreground, in one process.
  const child = bench.children.start({
    command: 'haproxy',
    args: ['-db', '-f', file],
    core: bench.cores.proxy,
  })
  await accepting(port)
  return { name, port, pids: [child.pid] }
}
