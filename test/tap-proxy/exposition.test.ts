import { createExposition } from '../../tap-proxy/exposition.ts'
import { CallCounters } from '../../tap-proxy/observe/call-counters.ts'
import { RelayCounters } from '../../tap-proxy/relay/counters.ts'
import { Losses } from '../../tap-proxy/ship/losses.ts'
import { draftOf, PARTIES } from './support/draft.ts'

test('the text holds every family with its labels, escaped', async () => {
  const calls = new CallCounters()
  const relay = new RelayCounters()
  const losses = new Losses()
  calls.call(draftOf({ parties: { ...PARTIES, source: 'we"b\n' } }))
  relay.requestFault(1)
  losses.add('overflow', 12)
  const scrape = await createExposition({
    calls,
    relay,
    losses,
    routes: () => 3,
    forward: () => ({ sent: 3, overflow: 1, failed: 2 }),
    info: () => ({ tap: 't' }),
    ship: () => ({
      queueBytes: 7,
      connected: true,
      stats: { batches: 1, rows: 2, failures: 0, quarantined: 0 },
    }),
  })
  const { type, text } = await scrape()
  expect(type).toMatch(/^text\/plain/)
  const edge = 'reporter="server",source="we\\"b\\n",destination="orders",protocol="http"'
  for (const line of [
    'tapmesh_info{tap="t"} 1',
    `tapmesh_requests_total{${edge},method="GET",status_class="2xx"} 1`,
    `tapmesh_request_duration_seconds_bucket{${edge},le="0.001"} 0`,
    `tapmesh_request_duration_seconds_bucket{${edge},le="0.0025"} 1`,
    `tapmesh_request_duration_seconds_bucket{${edge},le="+Inf"} 1`,
    `tapmesh_request_duration_seconds_sum{${edge}} 0.001234`,
    'tapmesh_tap_seconds_count 1',
    'tapmesh_records_dropped_total{reason="overflow"} 12',
    'tapmesh_rejected_heads_total{rule="Q1",reason="length_and_coding"} 1',
    'tapmesh_ship_queue_bytes 7',
    'tapmesh_requests_in_flight 0',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
  calls.call(draftOf())
  expect((await scrape()).text).toContain('tapmesh_tap_seconds_count 2')
})
