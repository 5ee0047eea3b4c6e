import { mkdir, writeFile } from 'node:fs/promises'
import { backendConfig } from '../peer/nginx-config.ts'
import { accepting, freePort } from '../process/ports.ts'
import type { Bench } from '../round/measure.ts'

/**
 * The backend behind every proxy: nginx with fixed answers, on the load's core. A Node server on
 * raw sockets was measured too and reached half as many calls a second, so that it, not the proxy,
 * would have been the limit.
 */
export async function startBackend(bench: Bench): Promise<number> {
  const folder = `${bench.folder}/backend`
  const port = await freePort()
  await mkdir(`${folder}/www`, { recursive: true })
  await writeFile(`${folder}/www/10k`, Buffer.alloc(10_240, 'x'))
  await writeFile(`${folder}/www/1m`, Buffer.alloc(1_048_576, 'x'))
  await writeFile(`${folder}/nginx.conf`, backendConfig(folder, port, 'x'.repeat(200)))
  bench.children.start({
    command: 'nginx',
    args: ['-p', folder, '-c', `${folder}/nginx.conf`],
    core: bench.cores.load,
  })
  await accepting(port)
  return port
}

/** A backend for uploads, which reads a whole body before it answers; nginx's `return` would answer at once. */
export async function startSink(bench: Bench): Promise<number> {
  const child = bench.children.start({
    command: process.execPath,
    args: [`${import.meta.dirname}/program/sink.ts`],
    core: bench.cores.load,
  })
  const [, port] = await child.line(/^listening sink http:\/\/127\.0\.0\.1:([0-9]+)$/)
  return Number(port)
}
