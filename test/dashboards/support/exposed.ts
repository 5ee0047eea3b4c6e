import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCollector } from '../../../collector/collector.ts'
import { call, startBackend } from '../../e2e/support/calls.ts'
import { startTapProcess } from '../../e2e/support/tap-process.ts'
import { EMPTY_STORE, TOKEN } from '../../support/mesh.ts'

/** Names of metrics that a tap and a collector really expose, each with the labels it really has. */
export type Exposed = ReadonlyMap<string, ReadonlySet<string>>

/** What Prometheus adds to every sample. */
const ADDED = ['job', 'instance']

function namesIn(text: string): [string, string[]][] {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)].map(([, name, labels]) => [
    name!,
    [...(labels ?? '').matchAll(/(\w+)="/g)].map(([, label]) => label!),
  ])
}

const metricsOf = async (url: string) => await (await fetch(`${url}/metrics`)).text()

/** After one call and one connection that cannot be decoded; other metrics are there from the beginning. */
async function tapText(): Promise<string> {
  const backend = await startBackend()
  const flags = ['--service', 'orders', '--listen', '0', '--to', backend.address, '--admin-port', '0']
  const tap = await startTapProcess(flags)
  try {
    await call(tap.port('inbound orders'))
    const raw = connect(tap.port('inbound orders'), '127.0.0.1')
      .on('error', () => {})
      .resume()
    raw.end('GET / HTTP/1.1\nHost: a\n\n')
    await once(raw, 'close')
    return await metricsOf(tap.admin())
  } finally {
    await tap.stop()
    await backend.close()
  }
}

async function collectorText(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tapmesh-exposed-'))
  const collector = await createCollector({ store: EMPTY_STORE, folder, token: TOKEN })
  try {
    return await metricsOf((await collector.listen(0)).url)
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
