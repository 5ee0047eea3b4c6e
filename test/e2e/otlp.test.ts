import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallsAnswer, StatusAnswer, TraceAnswer } from '../../graph-api/contract.ts'
import type { Graph } from '../../model/graph.ts'
import { type Family, readExposition, sumOf } from '../support/exposition.ts'
import { otlpReceiver } from '../support/otlp-receiver.ts'
import { program, testWith } from '../support/system.ts'
import { eventually, isAlive, startTapmesh, type TapmeshProcess } from '../support/tapmesh-process.ts'

/**
 * Two services instrumented with OpenTelemetry's own SDK, a tap before each and one behind the first,
 * a collector that takes both and forwards to an OTLP endpoint: all tell of the same calls, once.
 *
 *   test -> tap web -> web (SDK) -> outbound tap of web -> tap orders -> orders (SDK)
 */
const CALLS = 20
const BROKEN = 4
const APP = join(import.meta.dirname, 'support', 'otel-service.cjs')

let folder: string
let receiver: Awaited<ReturnType<typeof otlpReceiver>>
let up: TapmeshProcess
let taps: TapmeshProcess[]
let api: string
let collector: string
let before: Family[]
const apps: ChildProcess[] = []

async function startApp(name: string, target = ''): Promise<{ url: string; child: ChildProcess }> {
  const token = readFileSync(join(folder, 'mesh', 'token'), 'utf8').trim()
  const child = spawn(process.execPath, [APP], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'] ?? '',
      OTEL_SERVICE_NAME: name,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector,
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${token}`,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '600000',
      TARGET: target,
    },
  })
  apps.push(child)
  let said = ''
  child.stdout!.on('data', (part: Buffer) => {
    said += part
  })
  const url = await eventually(
    () => /listening service (\S+)/.exec(said)?.[1],
    30_000,
    () => `${name} never listened`,
  )
  return { url, child }
}

async function startTap(name: string, ...flags: string[]): Promise<TapmeshProcess> {
  const token = ['--token-file', join(folder, 'mesh', 'token')]
  const tap = startTapmesh([
    ...['tap', '--service', name, '--admin-port', '0', '--collector', collector, ...token],
    ...flags,
  ])
  await tap.said(/^listening admin (\S+)$/m)
  return tap
}

const address = (tap: TapmeshProcess, words: string) =>
  new RegExp(`^listening ${words} (\\S+) ->`, 'm').exec(tap.output())![1]!
const host = (url: string) => url.replace('http://', '')
const get = async <Answer>(path: string): Promise<Answer> => (await fetch(api + path)).json() as Answer

const rows = async (reporter: string, count: number) =>
  eventually(
    async () => {
      const { calls } = await get<CallsAnswer>(`/api/v1/calls?from=now-5m&limit=500&reporter=${reporter}`)
      return calls.length >= count ? calls : undefined
    },
    40_000,
    () => `never ${count} rows of ${reporter}; up said ${up.output()}`,
  )

const scrape = async (url: string): Promise<Family[]> => readExposition(await (await fetch(url)).text())
const admin = (tap: TapmeshProcess) => /^listening admin (\S+)$/m.exec(tap.output())![1]!

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tapmesh-otlp-'))
  receiver = await otlpReceiver()
  const ports = ['--port', '0', '--collector-port', '0']
  const forward = ['--otlp-endpoint', receiver.url, '--otlp-sample', '1']
  up = startTapmesh(['up', '--data', join(folder, 'mesh'), ...ports, ...forward])
  api = (await up.said(/^listening api (\S+)$/m))[1]!
  collector = (await up.said(/^listening collector (\S+)$/m))[1]!
  const orders = await startApp('orders')
  const tapOrders = await startTap('orders', '--listen', '0', '--to', host(orders.url))
  const outbound = await startTap('web', '--outbound', `0=orders@${address(tapOrders, 'inbound orders')}`)
  const web = await startApp('web', `http://${address(outbound, 'outbound orders')}`)
  const tapWeb = await startTap('web', '--name', 'web-in', '--listen', '0', '--to', host(web.url))
  taps = [tapOrders, outbound, tapWeb]
  before = await scrape(`${collector}/metrics`)
  for (let call = 0; call < CALLS; call++) {
    const path = call < BROKEN ? `/broken?secret=${call}` : `/items/${call}`
    await (await fetch(`http://${address(tapWeb, 'inbound web')}${path}`)).text()
  }
  await rows('server', 2 * CALLS)
  await rows('client', CALLS)
  // Now the programs send: an SDK keeps its spans for seconds, so taps are first in life as well.
  for (const { child } of [web, orders]) {
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
  await rows('otlp', 3 * CALLS)
})

afterAll(async () => {
  for (const app of apps) app.kill('SIGKILL')
  for (const running of [...(taps ?? []), up]) {
    if (running && isAlive(running.pid)) running.process.kill('SIGTERM')
    await running?.ended()
  }
  await receiver?.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

test("the programs' spans and the taps' records are one trace, nested in the order of the call", async () => {
  const [call] = (await rows('client', CALLS)).filter(({ path }) => path === '/items/7')
  const trace = await get<TraceAnswer>(`/api/v1/traces/${call!.trace_id}`)
  const lines = trace.spans.map((span) => {
    const by = [span.client && 'client', span.server && 'server'].filter(Boolean).join('+') || 'otlp'
    return `${'  '.repeat(span.depth)}${span.destination} ${by} ${span.protocol === 'internal' ? span.route : span.method}`
  })
  // The SDK's clock is not fine enough for the order of what stands side by side.
  expect(lines).toContain('    web otlp prepare')
  expect(lines.filter((line) => line !== '    web otlp prepare')).toEqual([
    'web server GET',
    '  web otlp GET',
    '    orders otlp GET',
    '      orders client+server GET',
    '        orders otlp GET',
    '          orders otlp prepare',
  ])
  expect(trace.gaps).toEqual([])
})

test('on the map every call counts once, under the names that the taps use', async () => {
  const graph = await get<Graph>('/api/v1/graph?from=now-5m&to=now')
  const edges = graph.edges.map(
    (edge) => `${edge.source} -> ${edge.destination} ${edge.calls} ${edge.errors} ${edge.reporter}`,
  )
  expect(edges).toEqual([
    `127.0.0.1 -> web ${CALLS} ${BROKEN} server`,
    `web -> orders ${CALLS} ${BROKEN} server`,
  ])
  const { services } = await get<{ services: { id: string; tapped: boolean }[] }>(
    '/api/v1/services?from=now-5m',
  )
  expect(
    services
      .filter(({ tapped }) => tapped)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(['orders', 'web'])
})

test('no query string of a span is kept', async () => {
  expect(JSON.stringify(await rows('otlp', 3 * CALLS))).not.toContain('secret')
})

test('the OTLP endpoint gets every record of the taps as a span of its service, and none of the programs', async () => {
  await eventually(
    () => (receiver.spans.length >= 3 * CALLS ? true : undefined),
    20_000,
    () => `${receiver.spans.length} spans came`,
  )
  const kinds = receiver.spans.map(({ service, kind }) => `${service} ${kind}`)
  const count = (wanted: string) => kinds.filter((kind) => kind === wanted).length
  expect([count('web 2'), count('web 3'), count('orders 2'), kinds.length]).toEqual([
    CALLS,
    CALLS,
    CALLS,
    3 * CALLS,
  ])
  const ids = new Set((await rows('client', CALLS)).map(({ trace_id }) => trace_id))
  expect(new Set(receiver.spans.map(({ traceId }) => traceId))).toEqual(ids)
})

/** Base units and suffixes of https://prometheus.io/docs/practices/naming/. */
const WRONG_UNITS = /_(ms|us|microseconds|milliseconds|minutes|kb|kib|mb|mib|kilobytes|percent)(_|$)/
const LABELS: Readonly<Record<string, number>> = { le: 20 }
const VALUES_MAX = 50

function nameFaults(families: readonly Family[]): string[] {
  return families.flatMap(({ name, type, help, samples }) => {
    const faults: string[] = []
    if (!/^(tapmesh|traces_service_graph|process)_[a-z0-9_]+$/.test(name)) faults.push('prefix')
    if ((type === 'counter') !== name.endsWith('_total')) faults.push(`a ${type} by that name`)
    if (type === 'histogram' && !/_(seconds|bytes)$/.test(name)) faults.push('a histogram without its unit')
    if (!['counter', 'gauge', 'histogram'].includes(type)) faults.push(`type ${type}`)
    if (WRONG_UNITS.test(name)) faults.push('no base unit')
    if (help === '') faults.push('no help')
    for (const key of new Set(samples.flatMap(({ labels }) => Object.keys(labels)))) {
      const values = new Set(samples.map(({ labels }) => labels[key]))
      if (values.size > (LABELS[key] ?? VALUES_MAX)) faults.push(`${values.size} values of ${key}`)
      if ([...values].some((value) => /\?|\/items\/[0-9]/.test(value ?? '')))
        faults.push(`raw paths in ${key}`)
    }
    return faults.map((fault) => `${name}: ${fault}`)
  })
}

test('every metric of taps and collector has base units, the right suffix, help and bounded labels', async () => {
  for (const url of [...taps.map((tap) => `${admin(tap)}/metrics`), `${collector}/metrics`]) {
    expect(nameFaults(await scrape(url))).toEqual([])
  }
})

testWith('promtool')("Prometheus' own linter finds nothing wrong in them", async () => {
  for (const url of [...taps.map((tap) => `${admin(tap)}/metrics`), `${collector}/metrics`]) {
    const input = await (await fetch(url)).text()
    const said = spawnSync(program('promtool')!, ['check', 'metrics'], { input, encoding: 'utf8' })
    expect([said.status, said.stdout + said.stderr]).toEqual([0, ''])
  }
})

test('the status lists the taps, and counts what came by OTLP beside them', async () => {
  const { taps: listed, ingest } = await get<StatusAnswer>('/api/v1/status')
  expect(listed.map(({ service }) => service).sort()).toEqual(['orders', 'web', 'web'])
  expect(ingest.otlp_rows).toBe(5 * CALLS)
  expect(ingest.accepted_rows).toBe(5 * CALLS + listed.reduce((sum, { rows }) => sum + rows, 0))
})

test('the metrics agree with the store', async () => {
  const now = await scrape(`${collector}/metrics`)
  const edge = { client: 'web', server: 'orders', connection_type: '' }
  const graph = 'traces_service_graph_request'
  const grown = (name: string, labels = {}) => sumOf(now, name, labels) - sumOf(before, name, labels)
  expect(grown(`${graph}_total`, edge)).toBe(CALLS)
  expect(grown(`${graph}_failed_total`, edge)).toBe(BROKEN)
  expect(grown(`${graph}_server_seconds_count`, edge)).toBe(CALLS)
  expect(grown(`${graph}_client_seconds_count`, edge)).toBe(CALLS)
  expect(grown(`${graph}_total`)).toBe(2 * CALLS)
  expect(grown('tapmesh_collector_otlp_spans_total')).toBe(5 * CALLS)
  expect(sumOf(now, 'tapmesh_collector_forward_dropped_spans_total')).toBe(0)
  const [tapOrders] = taps
  const orders = await scrape(`${admin(tapOrders!)}/metrics`)
  expect(sumOf(orders, 'tapmesh_requests_total')).toBe(CALLS)
  expect(sumOf(orders, 'tapmesh_requests_failed_total')).toBe(BROKEN)
  const stored = (await rows('server', 2 * CALLS)).filter(({ destination }) => destination === 'orders')
  const seconds = stored.reduce((sum, { duration_us }) => sum + duration_us, 0) / 1e6
  for (const said of [
    grown(`${graph}_server_seconds_sum`, edge),
    sumOf(orders, 'tapmesh_request_duration_seconds_sum'),
  ]) {
    expect(Math.abs(said - seconds) / seconds).toBeLessThan(0.02)
  }
})
