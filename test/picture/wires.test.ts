import { layout } from '../../picture/layout.ts'
import { sceneOf } from '../../picture/scene.ts'
import { wiresOf } from '../../picture/wires.ts'
import { graphOf, shop } from '../support/fake-graph.ts'

const at = (step: number) => graphOf(shop(), new Date(0), new Date(300_000), step)

test('lines follow from names and places, so a scene can be drawn on known ones', () => {
  const places = layout(at(0))
  const wires = wiresOf(at(0).edges, places)
  expect(wires).toEqual(wiresOf(at(5).edges, places))
  expect(sceneOf(at(5), places, { wires })).toEqual(sceneOf(at(5), places))
})

test('a line without a place at one end is left out', () => {
  const places = layout(at(0))
  delete places.positions['cart']
  const wires = wiresOf(at(0).edges, places)
  expect([...wires.keys()].some((key) => key.includes('cart'))).toBe(false)
  expect(wires.size).toBeGreaterThan(0)
})

test('whether lines bend can be told, as a part of a crowd is drawn like the crowd', () => {
  const places = layout(at(0))
  const few = at(0).edges.slice(0, 4)
  expect(wiresOf(few, places, true)).toEqual(wiresOf(few, places))
  expect(wiresOf(few, places, false)).not.toEqual(wiresOf(few, places))
})
