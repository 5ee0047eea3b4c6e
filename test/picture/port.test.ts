import { edgeKey } from '../../picture/edge-key.ts'
import { portsOf } from '../../picture/port.ts'
import { spacingFor } from '../../picture/spacing.ts'

test('lines leave a box in the order of where they go', () => {
  const positions = { a: { x: 0, y: 0 }, low: { x: 300, y: 90 }, high: { x: 300, y: -90 } }
  const edges = [
    { source: 'a', destination: 'low' },
    { source: 'a', destination: 'high' },
  ]
  const ports = portsOf(edges, { positions, spacing: spacingFor(3) })
  expect(ports.get(edgeKey(edges[1]!))!.out).toBeLessThan(ports.get(edgeKey(edges[0]!))!.out)
  expect(ports.get(edgeKey(edges[0]!))!.into).toBe(0)
})

test('a hundred lines stay within the side of the box', () => {
  const names = Array.from({ length: 100 }, (_, at) => `s${at}`)
  const positions = Object.fromEntries([
    ['a', { x: 0, y: 0 }],
    ...names.map((id, at) => [id, { x: 300, y: at }]),
  ])
  const spacing = spacingFor(100)
  const ports = portsOf(
    names.map((destination) => ({ source: 'a', destination })),
    { positions, spacing },
  )
  const outs = [...ports.values()].map((port) => Math.abs(port.out))
  expect(Math.max(...outs)).toBeLessThan(spacing.node_height / 2)
})
