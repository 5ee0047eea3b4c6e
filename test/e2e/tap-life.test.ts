import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stubCollector, until } from '../tap-proxy/support/stub-collector.ts'
import { call, callSteadily, startBackend } from './support/calls.ts'
import { endTaps, startTapProcess } from './support/tap-process.ts'

let folder: string
let backend: Awaited<ReturnType<typeof startBackend>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tap-life-'))
  backend = await startBackend()
})
afterEach(endTaps)
afterAll(async () => {
  await backend.close()
  await rm(folder, { recursive: true })
})

const flags = (...more: string[]) => [
  '--service',
  'orders',
  '--listen',
  '0',
  '--to',
  backend.address,
  '--admin-port',
  '0',
  ...more,
]

test('SIGTERM under load: answered calls are whole, late ones are refused, and every answer is recorded', async () => {
  const collector = await stubCollector()
  const tap = await startTapProcess(flags('--collector', collector.url, '--token', 't'))
  const load = callSteadily(tap.port('inbound orders'), 8)
  await until('load', () => load.results.length > 300)
  expect(await tap.stop()).toBe(0)
  const results = await load.stop()
  const kinds = new Set(results.map((result) => result.error || String(result.status)))
  // The kernel resets what it had queued, and the tap had not accepted, when the port closes; such a call
  // has no record. A new connection after that is refused. Nothing that was accepted may be cut.
  kinds.delete('ECONNRESET')
  expect([...kinds].sort()).toEqual(['200', 'ECONNREFUSED'])
  expect(collector.records()).toHaveLength(results.filter((result) => result.status === 200).length)
  await collector.close()
})

test('kill -9: what was acknowledged is whole, and the port is free for the next one', async () => {
  const collector = await stubCollector()
  const tap = await startTapProcess(flags('--collector', collector.url, '--token', 't'))
  const port = tap.port('inbound orders')
  const load = callSteadily(port, 4)
  await until('rows', () => collector.records().length > 0)
  tap.child.kill('SIGKILL')
  expect(await tap.exited).toBe('SIGKILL')
  await load.stop()
  const spans = collector.records().map(({ span_id }) => span_id)
  expect(new Set(spans).size).toBe(spans.length)
  const next = await startTapProcess([
    '--service',
    'orders',
    '--listen',
    String(port),
    '--to',
    backend.address,
    '--admin-port',
    '0',
  ])
  expect((await call(port)).status).toBe(200)
  await next.stop()
  await collector.close()
})

test('a reload moves to another service without losing a connection; a bad one is refused', async () => {
  const other = await startBackend((_, response) => response.end('other'))
  const file = join(folder, 'tap.yaml')
  const yaml = (to: string, more = '') => `service: orders\ninbound: [{ listen: 0, to: "${to}" }]\n${more}`
  await writeFile(file, yaml(backend.address))
  const tap = await startTapProcess(['--config', file, '--admin-port', '0'])
  const port = tap.port('inbound orders')
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  expect((await call(port, '/', { agent })).body).toBe('hello')
  const load = callSteadily(port)
  await writeFile(file, yaml(backend.address, 'grace: soon\n'))
  tap.child.kill('SIGHUP')
  await until('the refusal', () => tap.stderr().includes(`${file}:3:1: grace`))
  expect((await call(port, '/', { agent })).body).toBe('hello')
  await writeFile(file, yaml(other.address))
  tap.child.kill('SIGHUP')
  await until('the reload', () => tap.stderr().includes('configuration loaded again'))
  await until('the new service', async () => (await call(port, '/', { agent })).body === 'other')
  await load.stop()
  expect(load.failed()).toEqual([])
  const accepted = await tap.metric(/^tapmesh_connections_accepted_total/)
  expect(accepted).toBe(5)
  agent.destroy()
  expect(await tap.stop()).toBe(0)
  await other.close()
})

test('a changed file is noticed without a signal: listeners come and go, others stay', async () => {
  const file = join(folder, 'watched.yaml')
  const yaml = (outbound: string) =>
    `service: orders\ninbound: [{ listen: 0, to: "${backend.address}" }]\noutbound: ${outbound}\n`
  await writeFile(file, yaml('[]'))
  const tap = await startTapProcess(['--config', file, '--admin-port', '0'])
  const load = callSteadily(tap.port('inbound orders'), 2)
  await writeFile(file, yaml(`[{ listen: 0, service: rec, to: "${backend.address}" }]`))
  await until('the new listener', () => tap.stderr().includes('opened outbound rec'))
  await writeFile(file, yaml('[]'))
  await until('its end', () => tap.stderr().includes('closed outbound rec'))
  await load.stop()
  expect(load.failed()).toEqual([])
  await tap.stop()
})

test('an idle keep-alive connection does not hold the end', async () => {
  const tap = await startTapProcess(flags())
  const socket = connect(tap.port('inbound orders'), '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await new Promise((resolve) => socket.once('data', resolve))
  expect(await tap.stop()).toBe(0)
  socket.destroy()
  expect(tap.stderr()).toMatch(/every call ended/)
})

test('the access log: rotated by SIGHUP, lossy on a full disk, never in the way', async () => {
  const file = join(folder, 'access.log')
  const tap = await startTapProcess(flags('--access-log', 'text', '--access-log-file', file))
  const port = tap.port('inbound orders')
  await call(port, '/one')
  await until('one', async () => (await readFile(file, 'utf8').catch(() => '')).includes('/one'))
  await rename(file, `${file}.1`)
  tap.child.kill('SIGHUP')
  await until('the reload', () => tap.stderr().includes('configuration loaded again'))
  await call(port, '/two')
  await until('two', async () => (await readFile(file, 'utf8').catch(() => '')).includes('/two'))
  expect(await readFile(`${file}.1`, 'utf8')).not.toContain('/two')
  await tap.stop()
  const full = await startTapProcess(flags('--access-log-file', '/dev/full'))
  const load = callSteadily(full.port('inbound orders'), 2)
  await until('losses', async () => (await full.metric(/dropped_total\{reason="access_log"\}/)) > 0)
  await load.stop()
  expect(load.failed()).toEqual([])
  expect(await full.stop()).toBe(0)
  expect(full.stderr()).toMatch(/access log were dropped: ENOSPC/)
})

test('the admin port', async () => {
  const tap = await startTapProcess(flags())
  const get = async (path: string) => (await fetch(tap.admin() + path)).status
  expect(await Promise.all(['/healthz', '/readyz', '/metrics', '/nope'].map(get))).toEqual([
    200, 200, 200, 404,
  ])
  await call(tap.port('inbound orders'))
  expect(
    await tap.metric(/^tapmesh_requests_total\{.*destination="orders".*method="GET",status_class="2xx"\}/),
  ).toBe(1)
  await tap.stop()
})

test('a flood of paths and callers: labels and routes stay within their caps', async () => {
  const collector = await stubCollector()
  const tap = await startTapProcess(flags('--collector', collector.url, '--token', 't'))
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  const letters = (count: number) =>
    count.toString(26).replace(/[0-9]/g, (digit) => 'qrstuvwxyz'[Number(digit)]!)
  for (let from = 0; from < 4000; from += 4) {
    await Promise.all(
      [0, 1, 2, 3].map((more) =>
        call(tap.port('inbound orders'), `/${letters(from + more)}/${letters(7 * from)}`, { agent }),
      ),
    )
  }
  expect(await tap.metric(/^tapmesh_routes/)).toBeLessThanOrEqual(1000)
  await tap.stop()
  const routes = new Set(collector.records().map(({ route }) => route))
  expect(collector.records()).toHaveLength(4000)
  expect(routes.size).toBeLessThanOrEqual(1001)
  agent.destroy()
  await collector.close()
})
