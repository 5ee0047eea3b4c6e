import { columnsOf, curveOf, pathOf, pointAt } from '../../picture/path.ts'
import { spacingFor } from '../../picture/spacing.ts'

const spacing = spacingFor(3)
const step = spacing.node_width + spacing.column_gap
const none = { out: 0, into: 0 }

test('a curve begins at the right side of the caller and ends at the left side of the callee', () => {
  const curve = curveOf({ x: 0, y: 0 }, { x: step, y: 80 }, none, [], spacing)
  expect(pointAt(curve, 0)).toMatchObject({ x: spacing.node_width / 2, y: 0 })
  const end = pointAt(curve, 1)
  expect(end.x).toBeCloseTo(step - spacing.node_width / 2, 3)
  expect(end.y).toBeCloseTo(80, 3)
  expect(end.dx).toBeGreaterThan(0)
})

test('a long edge goes around the box in its way', () => {
  const positions = { a: { x: 0, y: 0 }, between: { x: step, y: 0 }, b: { x: 2 * step, y: 0 } }
  const curve = curveOf(positions.a, positions.b, none, columnsOf({ positions, spacing }), spacing)
  for (let share = 0; share <= 1; share += 0.01) {
    const { x, y } = pointAt(curve, share)
    const inside = Math.abs(x - step) < spacing.node_width / 2 && Math.abs(y) < spacing.node_height / 2
    expect(inside).toBe(false)
  }
})

test.each([
  ['itself', { x: 0, y: 0 }],
  ['a neighbour below', { x: 0, y: 120 }],
  ['a service further left', { x: -3 * step, y: 40 }],
])('a call to %s leaves the box and comes back as finite numbers', (_, to) => {
  const curve = curveOf({ x: 0, y: 0 }, to, none, [], spacing)
  expect(curve.every(Number.isFinite)).toBe(true)
  expect((curve.length - 2) % 6).toBe(0)
  expect(pathOf(curve)).toMatch(/^M[-\d. ]+C[-\d. ]+$/)
})
