import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SeenBatch } from '../tap-proxy/support/stub-collector.ts'
import { accept, hang, recordsOf, stubCollector, until } from '../tap-proxy/support/stub-collector.ts'
import { callSteadily, startBackend } from './support/calls.ts'
import { endTaps, startTapProcess } from './support/tap-process.ts'

afterEach(endTaps)

test('an outage longer than the buffer: what arrived and what the tap says it lost add up to the calls made', async () => {
  const backend = await startBackend()
  const collector = await stubCollector(hang)
  const folder = await mkdtemp(join(tmpdir(), 'tap-ledger-'))
  const file = join(folder, 'tap.yaml')
  await writeFile(
    file,
    `service: orders
inbound: [{ listen: 0, to: "${backend.address}" }]
collector: { url: "${collector.url}", token: t, buffer: 64KiB, flush: 20ms }
`,
  )
  const tap = await startTapProcess(['--config', file, '--admin-port', '0'])
  const overflow = () => tap.metric(/^tapmesh_records_dropped_total\{reason="overflow"\}/)
  const load = callSteadily(tap.port('inbound orders'), 8)
  await until('losses', async () => (await overflow()) > 100)
  const batches: SeenBatch[] = []
  const arrived = () => recordsOf(batches)
  collector.setReply((response, batch) => {
    batches.push(batch)
    accept(response, batch)
  })
  await load.stop()
  await until('the sum', async () => arrived().length + (await overflow()) === load.results.length)
  expect(load.failed()).toEqual([])
  expect(await tap.metric(/^tapmesh_ship_queue_bytes/)).toBe(0)
  expect(new Set(arrived().map(({ span_id }) => span_id)).size).toBe(arrived().length)
  const lost = await overflow()
  expect(tap.stderr()).toMatch(/oldest \d+ waiting records were dropped/)
  expect(await tap.stop()).toBe(0)
  expect(lost).toBeGreaterThan(100)
  await collector.close()
  await backend.close()
  await rm(folder, { recursive: true })
})
