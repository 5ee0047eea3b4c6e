import { existsSync, readFileSync } from 'node:fs'
import type { Bench } from '../round/measure.ts'
import { startCollector } from './collector.ts'
import type { Peer, RunningPeer } from './peer.ts'

/** The single-file build, which is what people copy. */
export const TAP_FILE = new URL('../../../dist/tap.mjs', import.meta.url).pathname

/**
 * The collector shares the load's core. It gets what load and backend leave, or it would take the
 * load's time and the proxy under test would never be busy.
 */
const COLLECTOR_NICENESS = 19

/** The tap with everything on by default, shipping to a live collector. */
export const tap: Peer = {
  name: 'tap',
  work: 'passive relay, trace header, one record per call shipped to a live collector, metrics',
  version: async () => (existsSync(TAP_FILE) ? versionHere() : undefined),
  start: async (bench, backendPort) => {
    const collector = await startCollector(bench, { core: bench.cores.load, niceness: COLLECTOR_NICENESS })
    return startTap(bench, backendPort, ['--collector', collector.url, '--token', collector.token])
  },
}

/** The same without a collector: metrics only. */
export const tapAlone: Peer = {
  name: 'tap-alone',
  work: 'passive relay, trace header, metrics; no record leaves it',
  version: tap.version,
  start: async (bench, backendPort) => ({ ...(await startTap(bench, backendPort, [])), name: 'tap-alone' }),
}

/** Two processes over one listening socket, on the one core that one of them has otherwise. */
export const tapWorkers: Peer = {
  name: 'tap-workers',
  work: 'the same as tap, by two workers',
  version: tap.version,
  start: async (bench, backendPort) => {
    const place = { core: bench.cores.load, niceness: COLLECTOR_NICENESS }
    const collector = await startCollector(bench, place, `${bench.folder}/collector-of-workers`)
    const words = ['--workers', '2', '--collector', collector.url, '--token', collector.token]
    return { ...(await startTap(bench, backendPort, words)), name: 'tap-workers' }
  },
}

/** Starts a tap on a port of its own with these words added. */
export async function startTap(
  bench: Bench,
  backendPort: number,
  more: readonly string[],
): Promise<RunningPeer> {
  const child = bench.children.start({
    command: process.execPath,
    args: [TAP_FILE, ...tapWords(backendPort), ...more],
    core: bench.cores.proxy,
    cwd: bench.folder,
  })
  const [, port] = await child.line(/^listening inbound \S+ 127\.0\.0\.1:([0-9]+)/)
  const [, admin] = await child.line(/^listening admin (http:\S+)$/)
  return {
    name: 'tap',
    port: Number(port),
    pids: [child.pid],
    lostRecords: async () => parseLost(await (await fetch(`${admin}/metrics`)).text()),
  }
}

/** Sum of the samples of tapmesh_records_dropped_total in the text of a metrics page. */
export function parseLost(page: string): number {
  const samples = page.matchAll(/^tapmesh_records_dropped_total(?:\{[^}]*\})? ([0-9.e+]+)$/gm)
  return [...samples].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** The words of an inbound tap in front of this port; port 0 is any. */
export function tapWords(backendPort: number, port = 0): string[] {
  const to = `127.0.0.1:${backendPort}`
  return ['--service', 'bench', '--listen', String(port), '--to', to, '--admin-port', '0']
}

function versionHere(): string {
  const file = new URL('../../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
