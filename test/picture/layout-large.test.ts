import { layout } from '../../picture/layout.ts'
import { manyServices } from '../support/fake-graph.ts'

test('a layout of 500 services and 2,000 edges', () => {
  const { services, links } = manyServices(500)
  expect([services.length, links.length]).toEqual([500, 2000])
  const places = layout({ nodes: services, edges: links })
  expect(Object.keys(places.positions)).toHaveLength(500)
  expect(new Set(Object.values(places.positions).map((point) => point.x)).size).toBeLessThanOrEqual(20)
})
