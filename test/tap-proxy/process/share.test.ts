import fc from 'fast-check'
import { assemble } from '../../../tap-proxy/config/assemble.ts'
import { policyShare, settingsShare } from '../../../tap-proxy/process/share.ts'
import { policyOf } from '../../support/policy.ts'

test('limits of calls are divided, for callers too; everything else stays', () => {
  const policy = policyOf(`  orders:
    rateLimit: { mode: enforce, requestsPerSecond: 100, burst: 10, perCaller: { requestsPerSecond: 8 } }
    timeouts: { mode: dry-run, request: 2s }
    callers:
      web: { connectionPool: { mode: enforce, maxConnections: 6 } }
`)
  const share = policyShare(policy, 4).services.get('orders')!
  expect(share.features.rateLimit).toMatchObject({
    requestsPerSecond: 25,
    burst: 2,
    'perCaller.requestsPerSecond': 2,
  })
  expect(share.features.timeouts).toEqual(policy.services.get('orders')!.features.timeouts)
  expect(share.callers.get('web')!.connectionPool).toMatchObject({ maxConnections: 1 })
})

test('all workers together stay within the limit, down to one for each', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 64 }), (limit, workers) => {
      const settings = { ...assemble({ service: 'a' }), workers }
      const part = settingsShare({ ...settings, limits: { ...settings.limits, connections_max: limit } })
      const all = part.limits.connections_max * workers
      expect(all <= Math.max(limit, workers) && part.limits.connections_max >= 1).toBe(true)
    }),
  )
})
