import { mkdir, writeFile } from 'node:fs/promises'
import type { Bench } from '../round/measure.ts'

export interface RunningCollector {
  pid: number
  /** Where taps send. */
  url: string
  /** Where the API answers. */
  api: string
  token: string
}

const TOKEN = 'be'.repeat(16)
const COMMAND = new URL('../../../cli/main.ts', import.meta.url).pathname

/**
 * Starts `tapmesh up` (collector, store and API in one process) with a folder of its own.
 * @param place core it stays on, and how far it yields to what else runs there
 * @param home folder with an earlier store, else an empty one
 * @param more further words of the command
 */
export async function startCollector(
  bench: Bench,
  place: { core?: number; niceness?: number } = {},
  home = `${bench.folder}/collector`,
  more: readonly string[] = [],
): Promise<RunningCollector> {
  await mkdir(home, { recursive: true })
  await writeFile(`${home}/token`, TOKEN, { mode: 0o600 })
  const child = bench.children.start({
    command: process.execPath,
    args: [COMMAND, 'up', '--data', home, '--port', '0', '--collector-port', '0', ...more],
    cwd: home,
    // As the tapmesh command sets it: writes, zstd and the store share this pool.
    env: { UV_THREADPOOL_SIZE: '16' },
    ...place,
  })
  const [, url] = await child.line(/^listening collector (http:\S+)$/)
  const [, api] = await child.line(/^listening api (http:\S+)$/)
  return { pid: child.pid, url: url!, api: api!, token: TOKEN }
}
