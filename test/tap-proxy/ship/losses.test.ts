import { Losses, lossHeader, NO_LOSSES } from '../../../tap-proxy/ship/losses.ts'

test('the header names what was lost, and lines of the access log are not records', () => {
  const losses = new Losses()
  expect(lossHeader(losses.counts, NO_LOSSES)).toBe('')
  losses.add('overflow', 12)
  losses.add('rejected', 1)
  losses.add('rejected', 2)
  losses.add('access_log', 9)
  expect(lossHeader(losses.counts, NO_LOSSES)).toBe('overflow=12,rejected=3')
  const before = losses.snapshot()
  losses.add('overflow', 5)
  expect(lossHeader(losses.snapshot(), before)).toBe('overflow=5')
})
