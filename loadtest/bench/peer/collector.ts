import { mkdir } from 'node:fs/promises'
import type { Bench } from '../measure.ts'
import type { Child } from '../process/children.ts'

export interface RunningCollector {
  pid: number
  /** Where taps send. */
  url: string
  /** Where the API answers. */
  api: string
  token: string
  child: Child
}

const TOKEN = 'be'.repeat(16)
export const COMMAND = new URL('../../../cli/tapmesh.mjs', import.meta.url).pathname

/**
 * Starts `tapmesh up` (collector, store and API in one process) with a data folder of its own.
 * @param place core it stays on, and how far it yields to what else runs there
 */
export async function startCollector(
  bench: Bench,
  place: { core?: number; niceness?: number } = {},
): Promise<RunningCollector> {
  const folder = `${bench.folder}/collector`
  await mkdir(folder, { recursive: true })
  const child = bench.children.start({
    command: process.execPath,
    args: [COMMAND, 'up', '--data', folder, '--port', '0', '--collector-port', '0'],
    env: { TAPMESH_TOKEN: TOKEN },
    cwd: folder,
    ...place,
  })
  const [, collectorUrl] = await child.line(/^listening collector (http:\S+)/)
  const [, apiUrl] = await child.line(/^listening (?:ui|api)\S* (http:\/\/[^/#\s]+)/)
  return { pid: child.pid, url: collectorUrl!, api: apiUrl!, token: TOKEN, child }
}
