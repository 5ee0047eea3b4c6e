import { controlFamilies } from '../../tap-proxy/control/control-families.ts'
import type { VerdictCounts } from '../../tap-proxy/control/verdict-counts.ts'
import { createExposition } from '../../tap-proxy/exposition.ts'
import { callFamilies } from '../../tap-proxy/metrics/call-families.ts'
import { forwardFamilies } from '../../tap-proxy/metrics/forward-families.ts'
import { processFamilies } from '../../tap-proxy/metrics/process-families.ts'
import { relayFamilies } from '../../tap-proxy/metrics/relay-families.ts'
import { shipFamilies } from '../../tap-proxy/metrics/ship-families.ts'
import { RelayCounters } from '../../tap-proxy/relay/counters.ts'
import { Losses } from '../../tap-proxy/ship/losses.ts'
import { CallCounters } from '../../tap-proxy/sink/call-counters.ts'
import { draftOf, PARTIES } from './support/draft.ts'

test('the text holds every family with its labels, escaped', async () => {
  const calls = new CallCounters()
  const relay = new RelayCounters()
  const losses = new Losses()
  calls.call(draftOf({ parties: { ...PARTIES, source: 'we"b\n' } }))
  relay.requestFault(1)
  losses.add('overflow', 12)
  const figures = {
    revision: '0a1b.7',
    age_s: 2.5,
    ignored: 1,
    pulls: { state: 1, same: 2, broken: 0, forbidden: 0, away: 0 },
    nacks: 3,
  }
  const verdicts: VerdictCounts = {
    each(tell) {
      tell('authorization', 'deny', false, 4)
      tell('authorization', 'deny', true, 0)
      tell('retries', 'retry', true, 2)
    },
  }
  const ship = {
    queueBytes: 7,
    connected: true,
    stats: { batches: 1, rows: 2, failures: 0, quarantined: 0 },
  }
  const scrape = await createExposition(async () => [
    ...callFamilies({ calls, routes: () => 3 }),
    ...relayFamilies(relay),
    ...shipFamilies({ losses, ship: () => ship }),
    ...forwardFamilies(() => ({ sent: 3, overflow: 1, failed: 2 })),
    ...controlFamilies({ control: () => figures, verdicts: () => verdicts, bypassedBy: () => ['file'] }),
    ...processFamilies(() => ({ tap: 't' })),
  ])
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
    'tapmesh_would_total{feature="authorization",decision="deny"} 4',
    'tapmesh_enforced_total{feature="retries",decision="retry"} 2',
    'tapmesh_bypassed 1',
    'tapmesh_config_revision_info{revision="0a1b.7"} 1',
    'tapmesh_config_age_seconds 2.5',
    'tapmesh_config_pulls_total{result="same"} 2',
    'tapmesh_config_nacks_total 3',
    'tapmesh_features_ignored 1',
  ]) {
    expect(text.split('\n')).toContain(line)
  }
  calls.call(draftOf())
  expect((await scrape()).text).toContain('tapmesh_tap_seconds_count 2')
})
