import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCollector } from '../../../collector/collector.ts'
import { createExposition } from '../../../tap-proxy/exposition.ts'
import { CallCounters } from '../../../tap-proxy/observe/call-counters.ts'
import { RelayCounters } from '../../../tap-proxy/relay/counters.ts'
import { Losses } from '../../../tap-proxy/ship/losses.ts'
import { EMPTY_STORE, TOKEN } from '../../support/mesh.ts'
import { draftOf } from '../../tap-proxy/support/draft.ts'

/** Names of metrics that taps and the collector really expose, each with the labels it really has. */
export type Exposed = ReadonlyMap<string, ReadonlySet<string>>

/** What Prometheus adds to every sample. */
const ADDED = ['job', 'instance']

function namesIn(text: string): [string, string[]][] {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)].map(([, name, labels]) => [
    name!,
    [...(labels ?? '').matchAll(/(\w+)="/g)].map(([, label]) => label!),
  ])
}

async function tapText(): Promise<string> {
  const calls = new CallCounters()
  const relay = new RelayCounters()
  const losses = new Losses()
  calls.call(draftOf())
  relay.requestFault(1)
  losses.add('overflow', 1)
  const scrape = await createExposition({
    calls,
    relay,
    losses,
    routes: () => 1,
    info: () => ({ tap: 't', service: 's', zone: 'z', version: 'v' }),
    ship: () => ({
      queueBytes: 0,
      connected: true,
      stats: { batches: 0, rows: 0, failures: 0, quarantined: 0 },
    }),
  })
  return (await scrape()).text
}

async function collectorText(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tapmesh-exposed-'))
  const collector = await createCollector({ store: EMPTY_STORE, folder, token: TOKEN })
  try {
    const { url } = await collector.listen(0)
    return await (await fetch(`${url}/metrics`)).text()
  } finally {
    await collector.close()
    rmSync(folder, { recursive: true })
  }
}

export async function exposed(): Promise<Exposed> {
  const found = new Map<string, Set<string>>()
  for (const [name, labels] of namesIn(`${await tapText()}\n${await collectorText()}`)) {
    const known = found.get(name) ?? new Set(ADDED)
    for (const label of labels) known.add(label)
    found.set(name, known)
  }
  return found
}
