import { lineHeight, Occupied, placeLabel } from '../../picture/label.ts'

const LINE = [0, 0, 100, 0, 200, 0, 300, 0]

test('a label stands in the middle of a free line', () => {
  expect(placeLabel(['12/s', '3 ms'], LINE, new Occupied())).toMatchObject({ x: 150, y: 0 })
})

test('a second label on the same line moves aside, a tenth is left out', () => {
  const occupied = new Occupied()
  const placed = Array.from({ length: 10 }, () => placeLabel(['12.5/s'], LINE, occupied))
  expect(placed[1]!.x).not.toBe(150)
  expect(placed[9]).toBeUndefined()
})

test('lines of a label are centred on its place', () => {
  const label = { x: 0, y: 10, width: 1, height: 1, lines: ['a', 'b'] }
  expect((lineHeight(label, 0) + lineHeight(label, 1)) / 2 - 4.5).toBe(10)
})
