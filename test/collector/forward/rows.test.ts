import { forwardRows } from '../../../collector/forward/rows.ts'
import { FORWARD_LIMITS, Forwarder } from '../../../export/otlp/forwarder.ts'
import { encodeRow } from '../../../model/row.ts'
import { otlpReceiver } from '../../support/otlp-receiver.ts'
import { record } from '../../support/record.ts'
import { until } from '../../tap-proxy/support/stub-collector.ts'

test('good rows of sampled traces go out; bad lines, other traces and what came as spans do not', async () => {
  const receiver = await otlpReceiver()
  const limits = { ...FORWARD_LIMITS, flush_ms: 10 }
  const forwarder = await Forwarder.open({ endpoint: receiver.url, sample: 0.5 }, () => {}, limits)
  const row = (low: string, path: string) => encodeRow(record({ trace_id: `${'a'.repeat(18)}${low}`, path }))
  const taken = row('f0000000000000', '/taken')
  const lines = Buffer.from(`x\ty\n${taken}${row('10000000000000', '/left')}`)
  forwardRows({ tap: 'cart@host', lines, rows: 2, bad: [0, 3] }, forwarder)
  forwardRows({ tap: 'otlp', lines: Buffer.from(taken), rows: 1, bad: [] }, forwarder)
  await until('a span', () => receiver.spans.length > 0)
  await forwarder.stop(1000)
  expect(receiver.spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/taken'])
  await receiver.close()
})
