import { otlpReceiver } from '../support/otlp-receiver.ts'
import { until } from '../tap-proxy/support/stub-collector.ts'
import { call, startBackend } from './support/calls.ts'
import { endTaps, startTapProcess } from './support/tap-process.ts'

/** A tap without a collector that tells its calls as spans, and an endpoint that fails it. */
const CALLS = 30

afterEach(endTaps)

const words = (backend: string, endpoint: string) => [
  ...['--service', 'orders', '--listen', '0', '--to', backend, '--admin-port', '0'],
  ...['--otlp-endpoint', endpoint, '--otlp-sample', '1'],
]

test('each call is a span of the trace that the service saw', async () => {
  const seen: string[] = []
  const backend = await startBackend((request, response) => {
    seen.push(String(request.headers['traceparent']))
    response.end('hello')
  })
  const receiver = await otlpReceiver()
  const tap = await startTapProcess(words(backend.address, receiver.url))
  for (let index = 0; index < CALLS; index++) await call(tap.port('inbound orders'), `/items/${index}`)
  await until('the spans', () => receiver.spans.length === CALLS)
  expect(await tap.metric(/^tapmesh_forwarded_spans_total/)).toBe(CALLS)
  expect(receiver.spans.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`).sort()).toEqual(
    seen.sort(),
  )
  expect(receiver.spans[0]).toMatchObject({ service: 'orders', kind: 2, name: 'GET /items/{id}' })
  expect(await tap.stop()).toBe(0)
  await receiver.close()
  await backend.close()
})

test('a scrape while the endpoint refuses and the settings are read again: no failed call, drops are counted', async () => {
  const backend = await startBackend()
  const receiver = await otlpReceiver(() => 400)
  const tap = await startTapProcess(words(backend.address, receiver.url))
  const results = []
  for (let index = 0; index < CALLS; index++) {
    results.push(await call(tap.port('inbound orders'), `/items/${index}`))
    if (index % 10 === 0) tap.child.kill('SIGHUP')
    expect(await tap.metric(/^tapmesh_requests_in_flight/)).toBeLessThan(CALLS)
  }
  expect(results.every(({ status }) => status === 200)).toBe(true)
  await until('the drops', async () => (await tap.metric(/^tapmesh_forward_dropped_spans_total/)) === CALLS)
  await until('the warning', () => tap.stderr().includes('does not take spans'))
  expect(tap.stderr().match(/does not take spans/g)).toHaveLength(1)
  expect(await tap.stop()).toBe(0)
  await receiver.close()
  await backend.close()
})
