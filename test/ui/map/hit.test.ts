import { layout } from '../../../picture/layout.ts'
import { pointAt } from '../../../picture/path.ts'
import { sceneOf } from '../../../picture/scene.ts'
import { edgeAt, nodeAt } from '../../../ui/map/hit.ts'
import { graphOf, shop } from '../../support/fake-graph.ts'

const graph = graphOf(shop(), new Date(0), new Date(300_000))
const scene = sceneOf(graph, layout(graph))

test('every box is hit inside and not outside of it', () => {
  for (const node of scene.nodes) {
    expect(nodeAt(scene, node.x + node.width / 2 - 1, node.y)?.id).toBe(node.id)
    expect(nodeAt(scene, node.x + node.width / 2 + 2, node.y)?.id).not.toBe(node.id)
  }
})

test('a line is hit near it, at any zoom by the same distance on the screen', () => {
  for (const edge of scene.edges) {
    const { x, y } = pointAt(edge.curve, 0.02)
    expect(edgeAt(scene, x, y, 1)).toBeDefined()
  }
  const [edge] = scene.edges
  const { x, y } = pointAt(edge!.curve, 0)
  expect(edgeAt(scene, x - 20, y, 1)?.key).not.toBe(edge!.key)
  expect(edgeAt(scene, -9999, -9999, 0.1)).toBeUndefined()
})
