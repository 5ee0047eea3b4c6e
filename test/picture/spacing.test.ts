import { frameOf, MARGIN, ROOMY_NODES_MAX, spacingFor } from '../../picture/spacing.ts'

test('the frame holds every box and a margin', () => {
  const spacing = spacingFor(2)
  const frame = frameOf({ a: { x: 0, y: 0 }, b: { x: 100, y: -50 } }, spacing)
  expect(frame.width).toBe(100 + spacing.node_width + 2 * MARGIN)
  expect(frame.top).toBe(-50 - spacing.node_height / 2 - MARGIN)
})

test('many nodes get smaller boxes', () => {
  expect(spacingFor(ROOMY_NODES_MAX + 1).node_height).toBeLessThan(spacingFor(ROOMY_NODES_MAX).node_height)
})
