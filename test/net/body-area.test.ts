import { BodyArea } from '../../net/body-area.ts'
import { SHARED_AREA } from '../../net/pipe.ts'

const full = SHARED_AREA.window.length

test('a large area comes when a read fills the shared one, and goes when the body ends', () => {
  const body = new BodyArea()
  expect(body.next(SHARED_AREA, 100, true, true)).toBe(SHARED_AREA)
  const large = body.next(SHARED_AREA, full, true, true)
  expect(large.large).toBe(true)
  expect(body.next(large, 10, true, true)).toBe(large)
  // The last piece may still be on its way upstream while the call lasts.
  expect(body.next(large, 10, false, true)).toBe(SHARED_AREA)
  expect(body.next(SHARED_AREA, 10, false, false)).toBe(SHARED_AREA)
  const other = new BodyArea()
  expect(other.next(SHARED_AREA, full, true, true)).toBe(large)
  other.free()
})

test('many bodies at once never share an area, and past the limit they do without', () => {
  const bodies = Array.from({ length: 260 }, () => new BodyArea())
  const areas = bodies.map((body) => body.next(SHARED_AREA, full, true, true)).filter((area) => area.large)
  expect(new Set(areas).size).toBe(areas.length)
  expect(areas).toHaveLength(256)
  for (const body of bodies) body.free()
})
