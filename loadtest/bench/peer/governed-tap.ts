import { setTimeout as sleep } from 'node:timers/promises'
import type { Mode } from '../../../model/feature.ts'
import type { Bench } from '../round/measure.ts'
import type { RunningCollector } from './collector.ts'
import type { Peer, RunningPeer } from './peer.ts'
import { serviceOf } from './policy-text.ts'
import { parseLost, TAP_FILE, tap } from './tap.ts'

/** Which side of a call the tap stands on: each feature is judged on one of them (model/feature.ts). */
export type TapSide = 'inbound' | 'outbound'

const PATIENCE_MS = 20_000
const LOOK_MS = 100

/** A tap that goes by one variant of the policy; without a mode, by none. */
export function governedTap(
  side: TapSide,
  mode: Mode | undefined,
  collectorOf: () => Promise<RunningCollector>,
): Peer {
  const name = `${side} ${mode ?? 'without policy'}`
  return {
    name,
    work: mode === undefined ? 'as the tap of the other measures' : `every feature of its side: ${mode}`,
    version: () => tap.version(),
    start: async (bench, backendPort) => start(bench, backendPort, name, side, mode, await collectorOf()),
  }
}

async function start(
  bench: Bench,
  backendPort: number,
  name: string,
  side: TapSide,
  mode: Mode | undefined,
  collector: RunningCollector,
): Promise<RunningPeer> {
  const service = mode === undefined ? 'bench' : serviceOf(mode)
  const to = `127.0.0.1:${backendPort}`
  const words =
    side === 'inbound'
      ? ['--service', service, '--listen', '0', '--to', to]
      : ['--service', 'caller', '--outbound', `0=${service}@${to}`]
  const started = await startGoverned(bench, side, collector, [...words, '--name', name.replaceAll(' ', '-')])
  return { name, port: started.port, pids: [started.pid], lostRecords: started.lostRecords }
}

/** Starts a tap of one listener, and waits until it has its policy. */
export async function startGoverned(
  bench: Bench,
  side: TapSide,
  collector: RunningCollector,
  words: readonly string[],
): Promise<{ port: number; pid: number; lostRecords: () => Promise<number> }> {
  const reach = ['--collector', collector.url, '--token', collector.token]
  const child = bench.children.start({
    command: process.execPath,
    args: [TAP_FILE, ...words, '--admin-port', '0', ...reach],
    core: bench.cores.proxy,
    cwd: bench.folder,
  })
  const [, port] = await child.line(new RegExp(`^listening ${side} \\S+ 127\\.0\\.0\\.1:([0-9]+)`))
  const [, admin] = await child.line(/^listening admin (http:\S+)$/)
  const metrics = async () => (await fetch(`${admin}/metrics`)).text()
  await hasPolicy(metrics)
  return { port: Number(port), pid: child.pid, lostRecords: async () => parseLost(await metrics()) }
}

/** Every tap asks for its policy, also one of which the document says nothing. */
async function hasPolicy(metrics: () => Promise<string>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!/^tapmesh_config_revision_info\{revision="[^"]+/m.test(await metrics())) {
    if (performance.now() > deadline) throw new Error('the tap never got its policy')
    await sleep(LOOK_MS)
  }
}
