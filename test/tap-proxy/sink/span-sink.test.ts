import { FORWARD_LIMITS, Forwarder } from '../../../export/otlp/forwarder.ts'
import { OTHER_ROUTE } from '../../../protocol/route/route-trie.ts'
import { SpanSink } from '../../../tap-proxy/sink/span-sink.ts'
import { otlpReceiver } from '../../support/otlp-receiver.ts'
import { draftOf } from '../support/draft.ts'
import { until } from '../support/stub-collector.ts'

test('a call is a span with the ids of its draft, also when the draft is used again', async () => {
  const receiver = await otlpReceiver()
  const limits = { ...FORWARD_LIMITS, flush_ms: 10 }
  const forwarder = await Forwarder.open({ endpoint: receiver.url, sample: 1 }, () => {}, limits)
  const draft = draftOf()
  const trace = draft.ids.toString('latin1', 0, 32)
  const path = draft.head.toString('latin1', draft.pathStart, draft.pathEnd)
  new SpanSink(forwarder, 'tap-1').call(draft, OTHER_ROUTE)
  draft.ids.fill('0')
  draft.status = '500'
  await until('a span', () => receiver.spans.length === 1)
  await forwarder.stop(1000)
  expect(receiver.spans[0]).toMatchObject({
    traceId: trace,
    attributes: { 'url.path': path, 'tapmesh.tap': 'tap-1', 'http.response.status_code': 200 },
  })
  await receiver.close()
})
