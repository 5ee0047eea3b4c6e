import { paceOf } from '../../../ui/data/resource.ts'

test.each([
  ['/api/v1/services/cart?from=now-5m&to=now', 5000],
  ['/api/v1/services/cart?from=now-1h&to=now', 15_000],
  ['/api/v1/edges/a/b?from=now-7d&to=now', 60_000],
  ['/api/v1/calls-over-time?status=5xx&from=now-30m', 7500],
  ['/api/v1/services/cart?from=2026-01-01T00:00:00Z', 5000],
  ['/api/v1/status', 5000],
])('%s is asked again after %i ms', (address, ms) => {
  expect(paceOf(address)).toBe(ms)
})
