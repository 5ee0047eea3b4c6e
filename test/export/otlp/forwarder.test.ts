import { tracesUrl } from '../../../export/otlp/exporter.ts'
import { FORWARD_LIMITS, Forwarder } from '../../../export/otlp/forwarder.ts'
import { otlpReceiver } from '../../support/otlp-receiver.ts'
import { record } from '../../support/record.ts'
import { until } from '../../tap-proxy/support/stub-collector.ts'

const LIMITS = { ...FORWARD_LIMITS, flush_ms: 10, timeout_ms: 500 }
const ALL = { sample: 1 }

test('the official exporter delivers records as spans of the service that saw them', async () => {
  const receiver = await otlpReceiver()
  const forwarder = await Forwarder.open({ ...ALL, endpoint: receiver.url }, () => {}, LIMITS)
  forwarder.offer(record({ reporter: 'client', parent_span_id: '00f067aa0ba902b7' }))
  forwarder.offer(record({ span_id: '1'.repeat(16), status: '500', outcome: 'server_error' }))
  await until('both spans', () => receiver.spans.length === 2)
  const [client, server] = receiver.spans
  expect(client).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    parentSpanId: '00f067aa0ba902b7',
    name: 'GET /cart/{id}',
    kind: 3,
    service: 'web-api',
    startTimeUnixNano: '1790000000123456000',
    endTimeUnixNano: '1790000000124690000',
    status: { code: 0 },
  })
  expect(server).toMatchObject({ kind: 2, service: 'cart', status: { code: 2 } })
  expect(receiver.requests[0]).toBe('POST /v1/traces application/json')
  await forwarder.stop(1000)
  expect(forwarder.counts).toEqual({ sent: 2, overflow: 0, failed: 0 })
  await receiver.close()
})

test('an endpoint that refuses costs spans, which are counted and told once; it may come back', async () => {
  let status = 400
  const receiver = await otlpReceiver(() => status)
  const told: string[] = []
  const forwarder = await Forwarder.open(
    { ...ALL, endpoint: receiver.url },
    (text) => told.push(text),
    LIMITS,
  )
  forwarder.offer(record())
  await until('a failure', () => forwarder.counts.failed === 1)
  forwarder.offer(record())
  await until('another', () => forwarder.counts.failed === 2)
  expect(told).toEqual([expect.stringMatching(/TAPMESH_PEER_UNAVAILABLE/)])
  status = 200
  forwarder.offer(record())
  await until('a span', () => forwarder.counts.sent === 1)
  await forwarder.stop(1000)
  await receiver.close()
})

test('nobody at the address: as many wait as may, the rest is dropped and counted, and stopping ends in time', async () => {
  const limits = { ...LIMITS, queue_max: 5, batch_max: 100, flush_ms: 60_000 }
  const told: string[] = []
  const endpoint = 'http://127.0.0.1:1'
  const forwarder = await Forwarder.open({ ...ALL, endpoint }, (text) => told.push(text), limits)
  for (let index = 0; index < 8; index++) forwarder.offer(record())
  expect(forwarder.counts).toEqual({ sent: 0, overflow: 3, failed: 0 })
  expect(told).toEqual([expect.stringMatching(/more than 5 spans wait/)])
  await forwarder.stop(50)
  const { sent, failed } = forwarder.counts
  expect(sent).toBe(0)
  expect(failed).toBeLessThanOrEqual(5)
})

test.each([
  ['http://127.0.0.1:4318', 'http://127.0.0.1:4318/v1/traces'],
  ['http://127.0.0.1:4318/', 'http://127.0.0.1:4318/v1/traces'],
  ['https://backend.example/otlp/v1/traces', 'https://backend.example/otlp/v1/traces'],
])('%s means %s', (endpoint, url) => {
  expect(tracesUrl(endpoint)).toBe(url)
})
