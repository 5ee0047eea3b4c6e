import { innerBar } from '../../../ui/pages/waterfall.tsx'
import { traceOf } from '../../support/fake-calls.ts'
import { shop } from '../../support/fake-graph.ts'

const trace = traceOf(shop(), 'a'.repeat(32))

test('the callee’s bar lies within the caller’s, as wide as what the callee saw', () => {
  const span = trace.spans[0]!
  const bar = innerBar(span, trace.duration_us)!
  expect(bar.width).toBeCloseTo(span.server!.duration_us / trace.duration_us)
  expect(bar.x).toBeGreaterThanOrEqual(span.start_us / trace.duration_us)
  expect(bar.x + bar.width).toBeLessThanOrEqual((span.start_us + span.duration_us) / trace.duration_us)
})

test('a call seen from one side has one bar', () => {
  expect(innerBar(trace.spans.find((span) => span.client === null)!, trace.duration_us)).toBeUndefined()
})
