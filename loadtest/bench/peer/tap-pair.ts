import type { JoinTokenAnswer } from '../../../model/identity.ts'
import type { Bench } from '../round/measure.ts'
import type { RunningCollector } from './collector.ts'
import { startGoverned, type TapSide } from './governed-tap.ts'
import type { Peer, RunningPeer } from './peer.ts'
import { tap } from './tap.ts'

/** Two taps in a row, as between two services: the caller's outbound one and the service's inbound one. */

/** Names of the called service: the policy asks mutual TLS of the second alone. */
export const PAIRS = { plaintext: 'pair-plaintext', mtls: 'pair-mtls' } as const
export type PairKind = keyof typeof PAIRS

export function tapPair(kind: PairKind, collectorOf: () => Promise<RunningCollector>): Peer {
  return {
    name: `two taps, ${kind}`,
    work: kind === 'mtls' ? 'mutual TLS between them, connections kept' : 'plaintext between them',
    version: () => tap.version(),
    start: async (bench, backendPort) => start(bench, backendPort, kind, await collectorOf()),
  }
}

export function pairPolicy(): string {
  return `version: tapmesh/v1
services:
  ${PAIRS.plaintext}: { mtls: { mode: disabled, policy: strict } }
  ${PAIRS.mtls}: { mtls: { mode: enforce, policy: strict } }
`
}

async function joinToken({ api, token }: RunningCollector, service: string): Promise<string> {
  const response = await fetch(`${api}/api/v1/join-tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ service, reason: 'bench' }),
  })
  if (!response.ok) throw new Error(`no join token: ${await response.text()}`)
  return ((await response.json()) as JoinTokenAnswer).token
}

async function start(
  bench: Bench,
  backendPort: number,
  kind: PairKind,
  collector: RunningCollector,
): Promise<RunningPeer> {
  const service = PAIRS[kind]
  const caller = `caller-${kind}`
  const startOne = async (name: string, words: readonly string[], side: TapSide) => {
    const joins = kind === 'mtls' ? ['--join-token', await joinToken(collector, name)] : []
    return startGoverned(bench, side, collector, ['--service', name, '--name', name, ...words, ...joins])
  }
  const inner = await startOne(service, ['--listen', '0', '--to', `127.0.0.1:${backendPort}`], 'inbound')
  const outer = await startOne(caller, ['--outbound', `0=${service}@127.0.0.1:${inner.port}`], 'outbound')
  return {
    name: `two taps, ${kind}`,
    port: outer.port,
    pids: [outer.pid, inner.pid],
    lostRecords: async () => (await outer.lostRecords()) + (await inner.lostRecords()),
  }
}
