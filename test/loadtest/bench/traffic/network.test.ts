import { movementOf, networkOf } from '../../../../loadtest/bench/traffic/network.ts'

const network = networkOf({ seed: 7, services: 40, edges: 200 })

test('it has exactly the services and distinct edges asked for', () => {
  expect(network.nodes).toHaveLength(40)
  expect(network.edges).toHaveLength(200)
  expect(new Set(network.edges.map(({ source, destination }) => `${source} ${destination}`)).size).toBe(200)
})

test('every service but the first is called, and nobody calls itself or backwards', () => {
  const called = new Set(network.edges.map(({ destination }) => destination))
  expect(called.size).toBe(39)
  expect(network.edges.every(({ source, destination }) => source < destination)).toBe(true)
})

test('the same seed is the same network', () => {
  expect(networkOf({ seed: 7, services: 40, edges: 200 })).toEqual(network)
  expect(networkOf({ seed: 8, services: 40, edges: 200 })).not.toEqual(network)
})

test('movement is the farthest way of a node that both layouts have', () => {
  const before = { a: { x: 0, y: 0 }, b: { x: 5, y: 5 }, gone: { x: 1, y: 1 } }
  expect(movementOf(before, { a: { x: 0, y: 0 }, b: { x: 5, y: 5 }, fresh: { x: 9, y: 9 } })).toBe(0)
  expect(movementOf(before, { a: { x: 3, y: 4 }, b: { x: 5, y: 6 } })).toBe(5)
})
