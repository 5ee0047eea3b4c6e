import { isRefused } from '../../../model/decision.ts'
import { CATALOGUE, FEATURES } from '../../../model/feature.ts'
import { isStart } from '../../../policy/feature/feature.ts'
import { MODULES, moduleOf } from '../../../policy/feature/registry.ts'

test('every feature of the catalogue has its module, in its order', () => {
  expect(Object.keys(MODULES)).toEqual([...FEATURES])
})

test('what may refuse a call before it is sent says by which error', () => {
  const refusing = FEATURES.filter((feature) =>
    Object.keys(CATALOGUE[feature].decisions).some((decision) => isRefused(decision as 'deny')),
  )
  expect(refusing).toEqual(expect.arrayContaining(['connectionPool', 'mtls', 'authorization', 'rateLimit']))
  for (const feature of refusing) expect(moduleOf(feature).refuses?.status).toBeGreaterThanOrEqual(400)
})

test('features are asked who may come in before it is chosen where a call goes and whether there is room', () => {
  const order = ['connect', 'request', 'route', 'admit'] as const
  const starts = FEATURES.map((feature) => moduleOf(feature).moment).filter(isStart)
  expect(new Set(starts)).toEqual(new Set(order))
  expect(MODULES.mtls.moment).toBe('connect')
  expect([MODULES.failover.moment, MODULES.outlierDetection.moment]).toEqual(['route', 'route'])
  expect(MODULES.connectionPool.moment).toBe('admit')
})
