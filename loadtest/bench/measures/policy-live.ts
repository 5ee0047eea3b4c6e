import { writeFile } from 'node:fs/promises'
import { underFullLoad } from '../compare/side-by-side.ts'
import { type RunningCollector, startCollector } from '../peer/collector.ts'
import { governedTap, type TapSide } from '../peer/governed-tap.ts'
import { haproxy, haproxyGoverned } from '../peer/haproxy.ts'
import { nginx, nginxGoverned } from '../peer/nginx.ts'
import type { Peer } from '../peer/peer.ts'
import { policyText, VARIANTS } from '../peer/policy-text.ts'
import { pairPolicy, tapPair } from '../peer/tap-pair.ts'
import type { Bench, Measure } from '../round/measure.ts'

const NICENESS = 19

async function openCollector(bench: Bench, policy: string): Promise<RunningCollector> {
  const file = `${bench.folder}/policy.yaml`
  await writeFile(file, policy)
  const place = { core: bench.cores.load, niceness: NICENESS }
  return startCollector(bench, place, `${bench.folder}/collector`, ['--policy', file])
}

/** The same collector for every tap of a measure, opened by the first. */
function oneCollector(bench: Bench, policy: string): () => Promise<RunningCollector> {
  let opened: Promise<RunningCollector> | undefined
  return () => {
    opened ??= openCollector(bench, policy)
    return opened
  }
}

export const policyLive: Measure = {
  name: 'policy-live',
  title: 'A policy in force, 64 keep-alive connections, 200 B answers',
  explanation:
    'Taps that ship to one collector and differ in their policy alone: `inbound` judges authorization by 20 rules ' +
    'and a rate limit, `outbound` timeouts, retries and outlier detection. No call meets a limit. `disabled` names ' +
    'every feature and switches none on. The neighbours do the same as far as they can.',
  needs: ['wrk', 'nginx'],
  run: (bench) => {
    const collectorOf = oneCollector(bench, policyText())
    const taps = (['inbound', 'outbound'] as const satisfies readonly TapSide[]).flatMap((side) =>
      [undefined, ...VARIANTS].map((mode) => governedTap(side, mode, collectorOf)),
    )
    const peers: Peer[] = [...taps, nginx, nginxGoverned, haproxy, haproxyGoverned]
    return underFullLoad(bench, peers, { connections: 64, path: '/' })
  },
}

export const mutualTls: Measure = {
  name: 'mutual-tls',
  title: 'Two taps in a row, 64 keep-alive connections, 200 B answers',
  explanation:
    "The caller's and the service's tap on one core, CPU of both together; with strict mutual TLS between them, " +
    'over connections that are kept, and without.',
  needs: ['wrk', 'nginx'],
  run: (bench) => {
    const collectorOf = oneCollector(bench, pairPolicy())
    const peers = [tapPair('plaintext', collectorOf), tapPair('mtls', collectorOf)]
    return underFullLoad(bench, peers, { connections: 64, path: '/' })
  },
}
