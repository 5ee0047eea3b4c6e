import { mkdir, writeFile } from 'node:fs/promises'
import { accepting, freePort } from '../process/ports.ts'
import { versionOf } from '../process/version.ts'
import type { Bench } from '../round/measure.ts'
import { proxyConfig } from './nginx-config.ts'
import type { Peer, RunningPeer } from './peer.ts'

/** nginx with an access log written through a buffer: the yardstick of most targets. */
export const nginx: Peer = {
  name: 'nginx',
  work: 'HTTP, trace header, buffered access log, 1 worker',
  version: () => versionOf('nginx', '-v'),
  start: (bench, backendPort) => start(bench, backendPort, 'nginx', true),
}

export const nginxWithoutLog: Peer = {
  name: 'nginx-no-log',
  work: 'HTTP, trace header, no record of the call, 1 worker',
  version: () => versionOf('nginx', '-v'),
  start: (bench, backendPort) => start(bench, backendPort, 'nginx-no-log', false),
}

/** nginx that opens a connection to the backend for every call. */
export const nginxUnpooled: Peer = {
  name: 'nginx-unpooled',
  work: 'HTTP, trace header, buffered access log, no kept connections to the backend, 1 worker',
  version: () => versionOf('nginx', '-v'),
  start: (bench, backendPort) => start(bench, backendPort, 'nginx-unpooled', true, false, false),
}

/** nginx with what it has of the features of a policy. */
export const nginxGoverned: Peer = {
  name: 'nginx-governed',
  work: 'the same with a rate limit, 20 rules, timeouts, one retry and passive health checks',
  version: () => versionOf('nginx', '-v'),
  start: (bench, backendPort) => start(bench, backendPort, 'nginx-governed', true, true),
}

async function start(
  bench: Bench,
  backendPort: number,
  name: string,
  accessLog: boolean,
  governed = false,
  shared: false | undefined = undefined,
): Promise<RunningPeer> {
  const folder = `${bench.folder}/${name}`
  const port = await freePort()
  await mkdir(folder, { recursive: true })
  await writeFile(
    `${folder}/nginx.conf`,
    proxyConfig({
      folder,
      port,
      backendPort,
      accessLog,
      governed,
      ...(shared === undefined ? {} : { shared }),
    }),
  )
  const child = bench.children.start({
    command: 'nginx',
    args: ['-p', folder, '-c', `${folder}/nginx.conf`],
    core: bench.cores.proxy,
  })
  await accepting(port)
  return { name, port, pids: [child.pid] }
}
