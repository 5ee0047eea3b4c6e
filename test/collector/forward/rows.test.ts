import { forwardRows } from '../../../collector/forward/rows.ts'
import { FORWARD_LIMITS, Forwarder } from '../../../export/otlp/forwarder.ts'
import { readBlocks } from '../../../model/block-reader.ts'
import type { CallRecord } from '../../../model/call.ts'
import { encodeFitted } from '../../../model/row.ts'
import { otlpReceiver } from '../../support/otlp-receiver.ts'
import { record } from '../../support/record.ts'
import { until } from '../../tap-proxy/support/stub-collector.ts'

test('good rows of sampled traces go out; bad rows, other traces and what came as spans do not', async () => {
  const receiver = await otlpReceiver()
  const limits = { ...FORWARD_LIMITS, flush_ms: 10 }
  const forwarder = await Forwarder.open({ endpoint: receiver.url, sample: 0.5 }, () => {}, limits)
  const row = (low: string, path: string) => record({ trace_id: `${'a'.repeat(18)}${low}`, path })
  const batch = (tap: string, ...rows: CallRecord[]) => {
    return { tap, blocks: readBlocks(encodeFitted(rows)), rows: rows.length }
  }
  const taken = row('f0000000000000', '/taken')
  const bad = { ...taken, source: 'a\u0001b' }
  forwardRows(batch('cart@host', bad, taken, row('10000000000000', '/left')), forwarder)
  forwardRows(batch('otlp', taken), forwarder)
  await until('a span', () => receiver.spans.length > 0)
  await forwarder.stop(1000)
  expect(receiver.spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/taken'])
  await receiver.close()
})
