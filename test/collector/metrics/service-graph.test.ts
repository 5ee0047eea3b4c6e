import { Registry } from 'prom-client'
import { registerServiceGraph } from '../../../collector/metrics/graph-families.ts'
import { ServiceGraph } from '../../../collector/metrics/service-graph.ts'
import { readBlocks } from '../../../model/block-reader.ts'
import type { CallRecord } from '../../../model/call.ts'
import { encodeFitted, fittedRecord } from '../../../model/row.ts'
import { record } from '../../support/record.ts'

let graph: ServiceGraph
let told: number

beforeEach(() => {
  told = 0
  graph = new ServiceGraph(() => told++)
})

/** Counts rows, with others between them that no store would take. */
function add(...rows: Partial<CallRecord>[]): void {
  const bad = record({ trace_id: 'bad' })
  const records = rows.flatMap((row) => [bad, fittedRecord(record(row))])
  graph.add({ tap: 't', blocks: readBlocks(encodeFitted(records)), rows: rows.length })
}

const repeat = (count: number, row: Partial<CallRecord>) => Array.from({ length: count }, () => row)
const lines = () =>
  graph
    .series()
    .map(
      ({ labels, requests, client, server }) =>
        `${labels.client}>${labels.server}${labels.connection_type && `:${labels.connection_type}`} ${requests.calls}/${requests.failed} c${client.calls} s${server.calls}`,
    )

test('a call seen from both sides counts once; both sides have their durations', () => {
  add(...repeat(5, { reporter: 'client' }), ...repeat(5, { reporter: 'server', outcome: 'server_error' }))
  expect(lines()).toEqual(['web-api>cart 5/5 c5 s5'])
})

test('client errors and denials are no failures, as everywhere', () => {
  add({ outcome: 'client_error' }, { outcome: 'denied' }, { outcome: 'timeout' }, { outcome: 'ok' })
  expect(lines()).toEqual(['web-api>cart 4/1 c0 s4'])
})

test('when the better reporter appears later the counter goes on and never falls or jumps', () => {
  add(...repeat(10, { reporter: 'client' }))
  expect(lines()).toEqual(['web-api>cart 10/0 c10 s0'])
  add(...repeat(3, { reporter: 'client' }), ...repeat(3, { reporter: 'server' }))
  expect(lines()).toEqual(['web-api>cart 13/0 c13 s3'])
  add(...repeat(4, { reporter: 'client' }), ...repeat(4, { reporter: 'server' }))
  expect(lines()).toEqual(['web-api>cart 17/0 c17 s7'])
  expect(lines()).toEqual(['web-api>cart 17/0 c17 s7'])
})

test('spans that do not know their caller count only where nobody else tells of the calls', () => {
  add(...repeat(3, { reporter: 'otlp', source: 'unknown' }))
  expect(lines()).toEqual(['unknown>cart 3/0 c0 s3'])
  add(...repeat(2, { reporter: 'otlp', source: 'unknown' }), ...repeat(2, { reporter: 'server' }))
  expect(lines()).toEqual(['unknown>cart 3/0 c0 s3', 'web-api>cart 2/0 c0 s2'])
})

test('work inside a service is no call; databases and queues are told by their kind', () => {
  const otlp = { reporter: 'otlp', protocol: 'opaque' } as const
  add(
    { reporter: 'otlp', protocol: 'internal', source: 'cart' },
    { ...otlp, destination: 'db', attributes: { 'db.system.name': 'postgresql' } },
    { ...otlp, destination: 'bus', attributes: { 'messaging.system': 'kafka' } },
  )
  expect(lines()).toEqual(['web-api>db:database 1/0 c1 s0', 'web-api>bus:messaging_system 1/0 c1 s0'])
})

test('past the cap edges share one series', () => {
  graph = new ServiceGraph(() => told++, 2)
  add(...['a', 'b', 'c', 'd', 'a'].map((source) => ({ source })))
  expect(lines()).toEqual(['a>cart 2/0 c0 s2', 'b>cart 1/0 c0 s1', '__other__>__other__ 2/0 c0 s2'])
  expect([graph.overflowed, told]).toEqual([2, 1])
  for (const client of ['x', 'y', 'z', 'z']) graph.unpaired({ client, server: 's', connection_type: '' })
  expect([...graph.unpairedCalls].map(({ labels, calls }) => [labels.client, calls])).toEqual([
    ['x', 1],
    ['y', 1],
    ['__other__', 2],
  ])
})

test('exposed under the names of OpenTelemetry and Tempo, with the bounds in seconds', async () => {
  add({ duration_us: 1500 }, { duration_us: 2000 }, { duration_us: 20_000_000 })
  const registry = new Registry()
  registerServiceGraph(registry, graph)
  const text = await registry.metrics()
  const labels = 'client="web-api",server="cart",connection_type=""'
  for (const line of [
    `traces_service_graph_request_total{${labels}} 3`,
    `traces_service_graph_request_failed_total{${labels}} 0`,
    `traces_service_graph_request_server_seconds_bucket{${labels},le="0.002"} 2`,
    `traces_service_graph_request_server_seconds_bucket{${labels},le="15"} 2`,
    `traces_service_graph_request_server_seconds_bucket{${labels},le="+Inf"} 3`,
    `traces_service_graph_request_server_seconds_sum{${labels}} 20.0035`,
    `traces_service_graph_request_server_seconds_count{${labels}} 3`,
  ]) {
    expect(text.split('\n')).toContain(line)
  }
  expect(text).not.toContain('request_client_seconds_count')
})

test('names with quotes and escaped bytes stay what they are', async () => {
  add({ source: 'ünï"c\\ode' })
  expect(lines()).toEqual(['\\xc3\\xbcn\\xc3\\xaf"c\\x5code>cart 1/0 c0 s1'])
})
