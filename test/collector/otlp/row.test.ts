import { NAME_LIMITS, Names } from '../../../collector/otlp/names.ts'
import { type ClientCall, GENERATION_MS, Peers } from '../../../collector/otlp/peers.ts'
import { SpanRows } from '../../../collector/otlp/row.ts'
import { KIND, type OtlpSpan } from '../../../collector/otlp/span.ts'
import { learnFromRows } from '../../../collector/otlp/tap-rows.ts'
import { readBlocks } from '../../../model/block-reader.ts'
import type { CallRecord } from '../../../model/call.ts'
import { encodeRows } from '../../../model/row.ts'
import { record } from '../../support/record.ts'

const RESOURCE = {
  'service.name': 'orders',
  'host.name': 'h1',
  'cloud.region': 'eu',
  'service.version': 'v2',
}
const START = 1_790_000_000_000_000

function span(change: Partial<OtlpSpan> = {}): OtlpSpan {
  return {
    trace_id: '0af7651916cd43dd8448eb211c80319c',
    span_id: 'b7ad6b7169203331',
    parent_span_id: '00f067aa0ba902b7',
    trace_state: '',
    name: 'a span',
    kind: KIND.client,
    start_us: START,
    end_us: START + 1500,
    status_code: 0,
    attributes: {},
    ...change,
  }
}

let now = 0
let unpaired: ClientCall[]
let peers: Peers
let rows: SpanRows

beforeEach(() => {
  now = 0
  unpaired = []
  peers = new Peers(
    (call) => unpaired.push(call),
    () => now,
  )
  rows = new SpanRows(new Names(() => {}), peers)
})

const of = (change: Partial<OtlpSpan>): CallRecord => {
  const made = rows.recordOf(RESOURCE, span(change))
  expect(readBlocks(encodeRows([made]))[0]!.faults.size).toBe(0)
  return made
}

test("a caller's span is a call to the peer it names; old and new attributes say the same", () => {
  const wanted = {
    reporter: 'otlp',
    source: 'orders',
    source_zone: 'eu',
    destination: 'cart',
    destination_instance: '10.0.0.7:8080',
    protocol: 'http',
    method: 'POST',
    path: '/cart/17',
    status: '503',
    outcome: 'server_error',
    duration_us: 1500,
    tap: 'otlp/orders@h1',
    attributes: { 'span.kind': 'client', 'error.type': '503' },
  }
  const now2026 = {
    'service.peer.name': 'cart',
    'server.address': '10.0.0.7',
    'server.port': '8080',
    'http.request.method': 'POST',
    'url.full': 'http://10.0.0.7:8080/cart/17?token=secret',
    'http.response.status_code': '503',
    'error.type': '503',
  }
  const before = {
    'peer.service': 'cart',
    'net.peer.name': '10.0.0.7',
    'net.peer.port': '8080',
    'http.method': 'POST',
    'http.target': '/cart/17?token=secret#x',
    'http.status_code': '503',
    'error.type': '503',
  }
  for (const attributes of [now2026, before]) {
    expect(of({ attributes })).toMatchObject(wanted)
    expect(JSON.stringify(of({ attributes }))).not.toContain('secret')
  }
})

test("a callee's span is a call into its service, by an unknown caller or the one the tap names", () => {
  const attributes = { 'http.request.method': 'GET', 'http.route': '/cart/{id}', 'url.path': '/cart/17' }
  expect(of({ kind: KIND.server, attributes })).toMatchObject({
    source: 'unknown',
    source_evidence: 'none',
    destination: 'orders',
    destination_version: 'v2',
    route: '/cart/{id}',
    path: '/cart/17',
  })
  const fresh = { trace_state: 'tapmesh=web-api~00f067aa0ba902b7,v=1' }
  expect(of({ kind: KIND.server, ...fresh })).toMatchObject({ source: 'web-api', source_evidence: 'trace' })
  const stale = { trace_state: 'tapmesh=web-api~1111111111111111' }
  expect(of({ kind: KIND.server, ...stale })).toMatchObject({ source: 'unknown' })
})

test('work inside a service is no call: the protocol says internal, and the name stays in full', () => {
  const name = `render ${'x'.repeat(500)}`
  expect(of({ kind: KIND.internal, name, status_code: 2 })).toMatchObject({
    source: 'orders',
    destination: 'orders',
    protocol: 'internal',
    path: name,
    outcome: 'server_error',
    attributes: { 'span.kind': 'internal' },
  })
})

test.each([
  [{ 'db.system.name': 'postgresql', 'db.operation.name': 'SELECT', 'db.collection.name': 'items' }],
  [{ 'db.system': 'postgresql', 'db.operation': 'SELECT', 'db.sql.table': 'items' }],
])('a database is called by its system where no address is known, with operation and table', (attributes) => {
  expect(of({ attributes })).toMatchObject({ destination: 'postgresql', method: 'SELECT', route: 'items' })
})

test('RPC, queues, timeouts and refused connections', () => {
  const rpc = {
    'rpc.system': 'grpc',
    'rpc.service': 'shop.Cart',
    'rpc.method': 'Add',
    'server.address': 'cart',
  }
  expect(of({ attributes: { ...rpc, 'rpc.grpc.status_code': '0' } })).toMatchObject({
    destination: 'cart',
    method: 'Add',
    route: 'shop.Cart',
    path: '/shop.Cart/Add',
    status: '0',
  })
  const queue = {
    'messaging.system': 'kafka',
    'messaging.destination.name': 'orders',
    'messaging.operation': 'send',
  }
  expect(of({ kind: KIND.producer, attributes: queue })).toMatchObject({
    destination: 'orders',
    method: 'send',
  })
  const failed = (type: string) => of({ status_code: 2, attributes: { 'error.type': type } }).outcome
  expect(['ETIMEDOUT', 'ECONNREFUSED', 'java.lang.Error'].map(failed)).toEqual([
    'timeout',
    'reset',
    'server_error',
  ])
})

describe('the name of an address', () => {
  const cart = { 'server.address': '10.0.0.7', 'server.port': '8080' }
  const client = (span_id: string) => of({ span_id, attributes: cart }).destination

  test('is the address itself until somebody answers there; loopback with its port', () => {
    expect(client('1'.repeat(16))).toBe('10.0.0.7')
    expect(of({ attributes: { 'server.address': 'localhost', 'server.port': '9001' } }).destination).toBe(
      'localhost:9001',
    )
  })

  test("is learned from the callee's span, whichever came first", () => {
    client('1'.repeat(16))
    rows.recordOf(
      { 'service.name': 'cart' },
      span({ kind: KIND.server, span_id: '2'.repeat(16), parent_span_id: '1'.repeat(16) }),
    )
    expect(client('3'.repeat(16))).toBe('cart')
  })

  test("is learned from a tap's row", () => {
    const records = [
      record({ parent_span_id: '', destination: 'nobody' }),
      record({ parent_span_id: '4'.repeat(16), destination: 'cart' }),
    ]
    learnFromRows(readBlocks(encodeRows(records)), peers)
    expect(client('4'.repeat(16))).toBe('cart')
    expect(client('5'.repeat(16))).toBe('cart')
  })

  test('is not that of the consumer of a queue, nor a name with escaped bytes', () => {
    const broker = { 'messaging.system': 'kafka', 'server.address': 'broker', 'server.port': '9092' }
    const send = (span_id: string) => of({ kind: KIND.producer, span_id, attributes: broker }).destination
    send('1'.repeat(16))
    of({ kind: KIND.consumer, span_id: '2'.repeat(16), parent_span_id: '1'.repeat(16) })
    of({ kind: KIND.consumer, span_id: '4'.repeat(16), parent_span_id: '3'.repeat(16) })
    const odd = record({ parent_span_id: '5'.repeat(16), destination: 'kärt' })
    learnFromRows(readBlocks(encodeRows([odd])), peers)
    expect(['3', '5', '6'].map((digit) => send(digit.repeat(16)))).toEqual(['broker', 'broker', 'broker'])
    for (let turn = 0; turn < 4; turn++) {
      now += GENERATION_MS
      peers.turn()
    }
    expect(unpaired).toHaveLength(1)
  })

  test('stays an address where two services answer', () => {
    peers.answered('6'.repeat(16), 'cart')
    client('6'.repeat(16))
    peers.answered('7'.repeat(16), 'pricing')
    expect(client('7'.repeat(16))).toBe('pricing')
    expect(client('8'.repeat(16))).toBe('10.0.0.7')
  })

  test('a call that nobody answers is unpaired, once, and one that is answered is not', () => {
    client('1'.repeat(16))
    client('2'.repeat(16))
    peers.answered('2'.repeat(16), 'cart')
    for (let turn = 0; turn < 4; turn++) {
      now += GENERATION_MS
      peers.turn()
    }
    expect(unpaired).toEqual([
      { client: 'orders', server: '10.0.0.7', connection_type: '', address: '10.0.0.7:8080' },
    ])
  })
})

test('past their cap names are __other__, told once a kind, and free again after an hour', () => {
  const told: string[] = []
  const names = new Names(
    (kind) => told.push(kind),
    { ...NAME_LIMITS, routes: 2 },
    () => now,
  )
  const taken = ['a', 'b', 'c', 'a', 'd'].map((name) => names.take('routes', name))
  expect(taken).toEqual(['a', 'b', '__other__', 'a', '__other__'])
  expect(told).toEqual(['routes'])
  expect(names.overflowed).toBe(2)
  now += 3_600_000
  expect(names.take('routes', 'd')).toBe('d')
})
